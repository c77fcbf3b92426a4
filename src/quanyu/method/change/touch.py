"""What changed since a table was made: rows that came, went or differ, and the people whose rows they are.

A table that is kept by person says in its commit what it was made of: the versions of the tables it read, the day, and
the terms. What came between is worked out once a turn from the files that went and came, however many steps ask.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.method.change.among import among
from quanyu.method.moment import end_of
from quanyu.method.person import owner_numbers
from quanyu.tables.sale import is_sale
from quanyu.warehouse import Warehouse
from quanyu.warehouse.portable import group_key, row_key, values_key
from quanyu.workspace import Workspace

Which = Mapping[str, Callable[[ir.Table], ir.BooleanValue]]
"""Of a table the rows that a step reads; of one that is not named all of them."""
EVERY: Which = MappingProxyType({})
Edges = Mapping[str, tuple[int, ...]]
"""Of each table the days before the as-of day after which a step counts its rows; 0 is the as-of day itself."""


@dataclass(frozen=True)
class Source:
    """A table with rows of people: what a row points at, the columns that matter (none: all), and when it happened."""

    points_at: Callable[[ir.Table], Mapping[str, ir.Value]]
    columns: tuple[str, ...] = ()
    times: tuple[str, ...] = ()

    def row(self, rows: ir.Table) -> ir.IntegerValue:
        """Return the number of a row: what it says in the columns that matter."""
        return row_key(rows, self.columns or rows.columns)


@dataclass(frozen=True)
class Made:
    """What a kept table was made of: versions by table, and the as-of day."""

    versions: Mapping[str, int]
    as_of: dt.date

    @classmethod
    def of(cls, ws: Workspace, table: str, terms: Mapping[str, Any]) -> Made | None:
        """Return what a table was made of, if that was on the same terms; None where it has to be made anew."""
        kept = ws.warehouse.about(table).get("made_of") or {}
        if not kept.get("versions") or any(kept.get(name) != value for name, value in terms.items()):
            return None
        return cls(kept["versions"], dt.date.fromisoformat(kept["as_of"]))

    def of_tables(self, *names: str) -> Made:
        """Return what of this some tables are."""
        return Made({name: self.versions[name] for name in names}, self.as_of)


@dataclass(frozen=True)
class Touched:
    """Whom a change touches: the numbers of people (`person`), and of identifiers (`key`): touched ones, and theirs."""

    ws: Workspace
    people: ir.Table
    own_keys: ir.Table

    def __or__(self, others: Touched) -> Touched:
        """Return those who are touched and others."""
        people, keys = (
            _column([getattr(self, part), getattr(others, part)], column)
            for part, column in (("people", "person"), ("own_keys", "key"))
        )
        return Touched(self.ws, people, keys)

    def besides(self, rows: Sequence[ir.Table]) -> Touched:
        """Return those of some rows (`key`) who are not touched already."""
        keep = self.ws.warehouse.turn.keep
        keys = keep(_column(rows, "key").anti_join(self.keys, "key"))
        theirs = owner_numbers(self.ws.warehouse).semi_join(keys, "key")
        return Touched(self.ws, keep(theirs.select("person").distinct()), keys)

    def rows(self, warehouse: Warehouse, name: str) -> ir.Table:
        """Return the rows of a table that are theirs; all of a table that is nobody's."""
        rows = warehouse.table(name)
        if name in {"people", "deliveries", "responses"}:
            return semi(rows, {"person": group_key(rows.person_id)}, self.people)
        if "id_key" not in rows.columns:
            return rows
        return semi(rows, {"key": unit(rows) if name == "orders" else group_key(rows.id_key)}, self.keys)

    def only(
        self, ws: Workspace, keep: Callable[[ir.Table], ir.Table], names: Sequence[str], which: Which = EVERY
    ) -> Workspace:
        """Return a workspace to read that holds of some tables only their rows, as they are."""
        return among(ws, {name: keep(those(which, name, self.rows(ws.warehouse, name))) for name in names})

    @cached_property
    def keys(self) -> ir.Table:
        """The identifiers that are touched themselves, and all those of the people."""
        theirs = owner_numbers(self.ws.warehouse).semi_join(self.people, "person")
        return self.ws.warehouse.turn.keep(_column([self.own_keys, theirs], "key"))


def semi(rows: ir.Table, keys: Mapping[str, ir.Value], some: ir.Table) -> ir.Table:
    """Return the rows whose keys are among some."""
    named = {f"_{name}": value for name, value in keys.items()}
    joined = rows.mutate(**named).semi_join(some, [(f"_{name}", name) for name in keys])
    return joined.drop(*named)


def document(rows: ir.Table) -> dict[str, ir.Value]:
    """Return the key of an order as two numbers."""
    return {"source": group_key(rows.source), "document": group_key(rows.order_id)}


def unit(rows: ir.Table) -> ir.IntegerValue:
    """Return the number of the identifier of an order; one without is a buyer of its own."""
    return group_key(rows.id_key.coalesce(rows.order_id))


def owned(rows: ir.Table) -> dict[str, ir.Value]:
    """Return key and person, the numbers of an identifier and of the person behind it."""
    return {"key": group_key(rows.id_key), "person": group_key(rows.person_id)}


def _key(rows: ir.Table) -> Mapping[str, ir.Value]:
    return {"key": group_key(rows.id_key)}


def _person(rows: ir.Table) -> Mapping[str, ir.Value]:
    return {"person": group_key(rows.person_id)}


def _with(point: Callable[[ir.Table], Mapping[str, ir.Value]], *names: str) -> Callable[..., Any]:
    """Point at what a function says, and at the columns themselves."""
    return lambda rows: {**point(rows), **{name: rows[name] for name in names}}


SALE = ("source", "order_id", "id_key", "ordered_at", "paid_at", "channel", "region")
"""What tells who bought when and where, whatever becomes of the amounts."""


def _order(rows: ir.Table) -> Mapping[str, ir.Value]:
    sale = values_key({**{name: rows[name] for name in SALE}, "is_sale": is_sale(rows)})
    return {"key": unit(rows), **document(rows), "sale": sale}


SOURCES: Mapping[str, Source] = {
    "orders": Source(_with(_order, "ordered_at", "paid_at"), times=("ordered_at",)),
    "visits": Source(
        _with(_key, "began_on", "ended_on", "channel", "campaign_id"), times=("began_at", "campaign_at")
    ),
    "visit_days": Source(_with(_key, "visited_on")),
    "events": Source(_key, times=("occurred_at",)),
    "touches": Source(_key, times=("touched_at",)),
    "feedback": Source(_with(_key, "said_at"), times=("said_at",)),
    "margins": Source(document),
    "order_lines": Source(document),
    "items": Source(
        lambda rows: {name: rows[name] for name in ("item_id", "launched_on")},
        ("item_id", "category", "brand", "launched_on"),
    ),
    "identities": Source(owned, ("id_key", "person_id")),
    "people": Source(_person, ("person_id",)),
    "deliveries": Source(_person, times=("sent_at",)),
    "responses": Source(_person, times=("responded_at",)),
    "spend": Source(lambda rows: {"spent_on": rows.spent_on}),
    "links": Source(lambda rows: {"key": group_key(rows.id_key), "other": group_key(rows.other_key)}),
    "members": Source(_key),
    "consents": Source(_key),
    "leads": Source(_key),
}


def touched(
    ws: Workspace,
    before: Made,
    as_of: dt.date,
    edges: Edges,
    more: Sequence[ir.Table] = (),
    *,
    which: Which = EVERY,
) -> Touched | None:
    """Return whom the rows that differ are of, or those that an edge has passed since, or `more` rows (`key` or `person`).

    Some may be named for whom nothing changes; nobody is missing. Tables in `before` that are no source are not looked
    at, nor rows that are none of `which` a step reads. None if it cannot be told: a version is unknown, or cannot be read any more.
    """
    differences: dict[str, tuple[ir.Table, ir.Table]] = {}
    for name in sorted(SOURCES.keys() & before.versions.keys()):
        if ws.warehouse.version(name) != before.versions[name]:
            rows = differing(ws, name, before.versions[name])
            if rows is None:
                return None
            differences[name] = rows
    both = {name: those(which, name, gone.union(come)) for name, (gone, come) in differences.items()}
    days, owned_keys = sorted((before.as_of, as_of)), owner_numbers(ws.warehouse)
    nobody = owned_keys.filter(ibis.literal(False))
    rows_of = [
        nobody,
        *both.values(),
        *more,
        *(those(which, name, _crossing(ws, name, days, edges[name])) for name in sorted(edges)),
    ]
    rows_of += _of_documents(ws, both)
    keep = ws.warehouse.turn.keep
    keys = keep(_column(rows_of, "key"))
    people = keep(_column([owned_keys.semi_join(keys, "key"), *rows_of], "person"))
    return Touched(ws, people, keys)


def those(which: Which, name: str, rows: ir.Table) -> ir.Table:
    """Return the rows of a table that a step reads."""
    return rows.filter(which[name](rows)) if name in which else rows


def _column(tables: Sequence[ir.Table], name: str) -> ir.Table:
    """Return the different values of a column in all tables that have it."""
    parts = [rows.select(name) for rows in tables if name in rows.columns]
    return ibis.union(*parts, distinct=True) if parts[1:] else parts[0].distinct()


def _of_documents(ws: Workspace, both: Mapping[str, ir.Table]) -> list[ir.Table]:
    """Return the identifiers (`key`) of orders whose margin, lines or items differ, but for those that differ themselves."""
    key = ["source", "document"]
    parts = [both[name].select(key) for name in ("margins", "order_lines") if name in both]
    if "items" in both:
        lines = ws.warehouse.table("order_lines").semi_join(both["items"], "item_id")
        parts.append(lines.select(**document(lines)))
    if not parts:
        return []
    documents = ibis.union(*parts, distinct=True) if parts[1:] else parts[0].distinct()
    if "orders" in both:
        documents = ws.warehouse.turn.keep(documents.anti_join(both["orders"], key))
        if not int(ws.warehouse.read(documents.count()).column(0)[0].as_py()):
            return []
    orders = ws.warehouse.table("orders")
    return [orders.select(key=unit(orders), **document(orders)).semi_join(documents, key)]


def differing(
    ws: Workspace, name: str, since: int, told: tuple[ir.Table, ir.Table] | None = None
) -> tuple[ir.Table, ir.Table] | None:
    """Return what the rows point at that went, and that came, since a version: `row` is the number of the row.

    A row that differs is in both. Kept for the rest of the turn. The step that wrote the table may have told which rows
    went and came, in the columns that matter: then nobody has to find them in the files.
    """
    source = SOURCES[name]
    moved = told or ws.warehouse.moved(name, since)
    if moved is None:
        return None

    def pointed(rows: ir.Table) -> ir.Table:
        return ws.warehouse.turn.keep(rows.select(**source.points_at(rows), row=source.row(rows)))

    def work_out() -> tuple[ir.Table, ir.Table]:
        gone, come = map(pointed, moved)
        return ws.warehouse.turn.keep(gone.anti_join(come, "row")), ws.warehouse.turn.keep(
            come.anti_join(gone, "row")
        )

    return ws.warehouse.turn.once((name, since, ws.warehouse.version(name)), work_out)


def _crossing(ws: Workspace, name: str, days: list[dt.date], edges: tuple[int, ...]) -> ir.Table:
    """Return what those rows point at that an edge has on one side on one of two days and on the other on the other."""
    source, rows = SOURCES[name], ws.warehouse.table(name)
    low, high = ([end_of(ws, day - dt.timedelta(days=edge)) for edge in edges] for day in days)
    crossed = [
        (rows[time] >= since) & (rows[time] < until)
        for time in source.times
        for since, until in zip(low, high, strict=True)
    ]
    chosen = rows.filter(ibis.or_(*crossed))
    return chosen.select(**source.points_at(chosen))
