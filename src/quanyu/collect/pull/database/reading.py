"""Read the rows of a table or query in the order of cursor and key, a batch at a time, from a position on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import quoted_name

from quanyu.collect.pull.batch import Batch
from quanyu.collect.pull.cell import as_position, earlier, from_position
from quanyu.collect.pull.database.engine import SET_UP, connected
from quanyu.collect.pull.database.order import as_given, behind, whole_groups
from quanyu.collect.pull.declare import DatabaseSource
from quanyu.errors import PullError
from quanyu.nearest import did_you_mean

GROW = 4
"""How many times more rows are read where a batch has not one whole group."""
MYSQL_TIMESTAMP = 7
"""What the protocol of MySQL calls columns that hold moments, in UTC here, unlike those that hold what a clock showed."""


@dataclass(frozen=True)
class Reading:
    """A source that is open."""

    source: DatabaseSource
    engine: Engine

    @cached_property
    def _rows(self) -> sa.FromClause:
        if self.source.table:
            schema, _, name = self.source.table.rpartition(".")
            return sa.table(self._named(name), schema=self._named(schema) if schema else None)
        # Colons and all else stand in it as they are; a comment at its end must not go on behind it.
        query = self.source.query.strip().rstrip(";").replace(":", r"\:")
        return sa.TextClause(f"(\n{query}\n) AS pulled")  # type: ignore[return-value]

    def _named(self, name: str) -> quoted_name:
        """Return a name that is a name, whatever it means in SQL; elsewhere capitals may not count unless it is quoted."""
        return quoted_name(name, quote=True if self.engine.dialect.name in SET_UP else None)

    def _column(self, name: str) -> sa.ColumnElement[Any]:
        return sa.column(self._named(name))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of its rows, as the database has them now; raises `PullError` for two of one name."""
        with self.engine.connect() as connection:
            names = tuple(connection.execute(self._all().limit(0)).keys())
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PullError(
                "The query gives two columns {column!r}.", "Name them apart with AS.", column=twice[0]
            )
        return names

    @cached_property
    def _order(self) -> tuple[str, ...]:
        """The columns by which rows are put in order."""
        key = self.source.key or self._primary_key()
        order = tuple(dict.fromkeys((*filter(None, (self.source.cursor,)), *key)))
        for name in order:
            if name not in self.columns:
                raise PullError(
                    "The rows of {name} have no column {column!r}. They have: {columns}.",
                    "{near}",
                    name=self.source.name,
                    column=name,
                    columns=", ".join(self.columns),
                    near=did_you_mean(name, self.columns),
                )
        return order

    def _primary_key(self) -> tuple[str, ...]:
        if not self.source.table:
            return ()
        schema, _, name = self.source.table.rpartition(".")
        try:
            key = sa.inspect(self.engine).get_pk_constraint(name, schema or None)["constrained_columns"]
        except sa.exc.NoSuchTableError:
            return ()
        return tuple(key) if set(key) <= set(self.columns) else ()

    def _all(self) -> sa.Select[Any]:
        return sa.select(sa.text("*")).select_from(self._rows)

    def n_unplaced(self) -> int:
        """Return how many rows have no value in a column of the order: they are never read."""
        if not self._order:
            return 0
        lacks = sa.or_(*(self._column(name).is_(None) for name in self._order))
        with self.engine.connect() as connection:
            return int(
                connection.execute(
                    sa.select(sa.func.count()).select_from(self._rows).where(lacks)
                ).scalar_one()
            )

    def batches(
        self, position: Mapping[str, Any] | None, _known: Mapping[str, str]
    ) -> Generator[Batch, None, None]:
        """Yield the rows from a position on, in batches; the last one may be empty.

        A pass reads up to the cursor that was the latest when it began, and one that was broken off ends there too: whatever
        became visible late meanwhile is then within the overlap of the next one.
        """
        if not self._order:
            yield from self._streamed()
            return
        if position and not position["is_whole"]:
            for batch in self._pass(position, position["upto"]):
                position = batch.position
                yield replace(batch, is_last=batch.is_last and not self.source.cursor)
            if not self.source.cursor:
                return
        yield from self._pass(position, self._latest())

    def _pass(self, position: Mapping[str, Any] | None, upto: Any) -> Iterator[Batch]:
        columns: list[sa.ColumnElement[Any]] = [self._column(name) for name in self._order]
        places = [self.columns.index(name) for name in self._order]
        where, most, is_last = self._since(columns, position), self.source.batch, False
        below = sa.true() if upto is None else columns[0] <= as_given(from_position(upto))
        while not is_last:
            found = self._fetch(columns, sa.and_(where, below), most + 1)
            n = whole_groups(found, places, most)
            if not n and found:
                most *= GROW
                continue
            is_last, rows, most = len(found) <= most, found[:n], self.source.batch
            if rows:
                last = [rows[-1][place] for place in places]
                position = {"at": [as_position(value) for value in last], "upto": upto, "is_whole": False}
                where = behind(columns, last)
            if is_last and position:
                # Where all was read only the cursor counts; keys may be personal, and are not kept longer than needed.
                position = {"at": position["at"][:1], "is_whole": True} if self.source.cursor else None
            yield Batch(self.columns, rows, position, is_last)

    def _latest(self) -> Any:
        """Return the latest value of the cursor that is there now, None where there is none."""
        if not self.source.cursor:
            return None
        cursor = self._column(self.source.cursor)
        latest = (
            sa.select(cursor)
            .select_from(self._rows)
            .where(cursor.is_not(None))
            .order_by(cursor.desc())
            .limit(1)
        )
        with self.engine.connect() as connection:
            found = connection.execute(latest).scalar_one_or_none()
        return None if found is None else as_position(found)

    def _since(
        self, columns: Sequence[sa.ColumnElement[Any]], position: Mapping[str, Any] | None
    ) -> sa.ColumnElement[bool]:
        """Return which rows come from a position on: behind it where reading was broken off, else with an overlap."""
        if position is None:
            return sa.true()
        values = [from_position(said) for said in position["at"]]
        if position["is_whole"]:
            return columns[0] >= as_given(earlier(values[0], self.source.overlap))
        return behind(columns, values)

    def _fetch(
        self, columns: Sequence[sa.ColumnElement[Any]], where: sa.ColumnElement[bool], most: int
    ) -> list[tuple[Any, ...]]:
        # What has no value in the order cannot be placed in it, and databases disagree on where it would come.
        placed = sa.and_(where, *(column.is_not(None) for column in columns))
        statement = self._all().where(placed).order_by(*columns).limit(most)
        with self.engine.connect() as connection:
            return list(_read(connection, statement))

    def _streamed(self) -> Iterator[Batch]:
        """Yield all rows as they come: nothing tells where to go on."""
        with self.engine.connect().execution_options(
            stream_results=True, max_row_buffer=self.source.batch
        ) as connection:
            rows = list[tuple[Any, ...]]()
            for row in _read(connection, self._all()):
                if len(rows) == self.source.batch:
                    yield Batch(self.columns, rows, None, is_last=False)
                    rows = []
                rows.append(row)
            yield Batch(self.columns, rows, None, is_last=True)


def _read(connection: Connection, statement: sa.Select[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield rows as the driver has them; moments of MySQL say that they are in UTC."""
    result = connection.execute(statement)
    moments: list[int] = []
    if connection.dialect.name in ("mysql", "mariadb") and result.cursor is not None:
        moments = [at for at, told in enumerate(result.cursor.description) if told[1] == MYSQL_TIMESTAMP]
    for row in result:
        yield tuple(row) if not moments else _in_utc(tuple(row), moments)


def _in_utc(row: tuple[Any, ...], moments: Sequence[int]) -> tuple[Any, ...]:
    cells = list(row)
    for at in moments:
        if isinstance(cells[at], dt.datetime):
            cells[at] = cells[at].replace(tzinfo=dt.UTC)
    return tuple(cells)


@contextmanager
def open_reading(source: DatabaseSource) -> Iterator[Reading]:
    """Open a source for as long as the block lasts; raises `PullError`, `MissingExtraError` and `SettingError`."""
    with connected(source) as engine:
        yield Reading(source, engine)
