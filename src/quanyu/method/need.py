"""What a method asks an engine to add up: requests that one scan answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Protocol, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.method.cells import Cells
from quanyu.method.moments import Moments

Stats: TypeAlias = Mapping[str, Any]
"""Answers by name: a number, `Moments` or `Cells`; for a request with groups, a mapping from group to it."""

Row: TypeAlias = Mapping[str, Any]


class Ask(Protocol):
    """One request that becomes aggregates of one row per group."""

    def columns(self) -> Mapping[str, ir.Scalar]:
        """Return the aggregates to compute."""

    def answer(self, row: Row) -> Any:
        """Return the statistic from their values."""


@dataclass(frozen=True, eq=False)
class AskSum:
    """The sum of a column: exact for integers and decimals; 0 over no rows."""

    of: ir.NumericColumn

    def columns(self) -> Mapping[str, ir.Scalar]:
        """See `Ask`."""
        return {"sum": self.of.sum()}

    def answer(self, row: Row) -> Any:
        """See `Ask`."""
        return 0 if row["sum"] is None else row["sum"]


@dataclass(frozen=True, eq=False)
class AskMoments:
    """Count, mean and centred co-moments of several columns, over the rows where none is null.

    The driver sets `shift` to the medians of up to 1000 rows. With s such a median over N rows,
    (mean - s)^2 <= variance * N / 500 (one-sided Chebyshev), which bounds the digits that cancel.
    """

    of: Mapping[str, ir.NumericColumn]
    shift: tuple[float, ...] = ()

    def columns(self) -> Mapping[str, ir.Scalar]:
        """See `Ask`."""
        whole = ibis.and_(*(value.notnull() for value in self.of.values()))
        shift = self.shift or (0.0,) * len(self.of)
        centred = [
            value.cast("float64") - ibis.literal(s, "float64")
            for value, s in zip(self.of.values(), shift, strict=True)
        ]
        # Nulls drop out of sums by themselves; engines work this out once, but a FILTER for every sum anew.
        known = [ibis.ifelse(whole, value, ibis.null("float64")) for value in centred]
        pairs = [(i, j) for i in range(len(centred)) for j in range(i + 1)]
        return {
            "n": whole.cast("int64").sum(),
            **{f"s{i}": value.sum() for i, value in enumerate(known)},
            **{f"p{i}_{j}": (known[i] * known[j]).sum() for i, j in pairs},
        }

    def answer(self, row: Row) -> Moments:
        """See `Ask`."""
        k = range(len(self.of))
        sums = np.array([row[f"s{i}"] or 0.0 for i in k])
        products = np.array([[row[f"p{max(i, j)}_{min(i, j)}"] or 0.0 for j in k] for i in k])
        shift = np.array(self.shift or (0.0,) * len(self.of))
        return Moments.shifted(tuple(self.of), int(row["n"] or 0), shift, sums, products)


@dataclass(frozen=True, eq=False)
class AskCells:
    """The distinct rows of several columns with their counts, over the rows where none is null."""

    of: Mapping[str, ir.Column]


Keys: TypeAlias = tuple[tuple[str, ir.Column], ...]


@dataclass(frozen=True, eq=False)
class Need:
    """Named requests over one table, in groups or over the whole, that one scan answers.

    >>> t = ibis.table({"paid": "float64", "channel": "string"}, name="orders")
    >>> sorted(Need.of(t, {"channel": t.channel}, total=AskSum(t.paid), paid=AskMoments({"paid": t.paid})).requests)
    ['paid', 'total']
    """

    table: ir.Table
    requests: Mapping[str, tuple[Keys, Ask | AskCells]]

    @classmethod
    def of(
        cls, table: ir.Table, by: Mapping[str, ir.Column] | None = None, /, **requests: Ask | AskCells
    ) -> Need:
        """Return a need over `table` in the groups `by`."""
        keys = tuple((by or {}).items())
        return cls(table, {name: (keys, request) for name, request in requests.items()})

    def peek(self) -> ir.Table | None:
        """Return up to 1000 rows of the columns whose moments are wanted; None where there are none."""
        wanted = {
            f"{name}__{column}": value.cast("float64")
            for name, (_, ask) in self.requests.items()
            if isinstance(ask, AskMoments)
            for column, value in ask.of.items()
        }
        return self.table.select(**wanted).limit(1000) if wanted else None

    def shifted(self, rows: pa.Table) -> Need:
        """Return the need with its moments shifted by the medians of the rows that `peek` gave."""

        def shift(name: str, ask: Any) -> Any:
            if not isinstance(ask, AskMoments):
                return ask
            columns = (rows[f"{name}__{column}"].drop_null().to_numpy() for column in ask.of)
            return replace(ask, shift=tuple(float(np.median(c)) if len(c) else 0.0 for c in columns))

        return Need(
            self.table, {name: (keys, shift(name, ask)) for name, (keys, ask) in self.requests.items()}
        )

    def query(self) -> ir.Table:
        """Return one expression that answers every request: a branch per grouping, told apart by `_part`."""
        branches = [branch.expression(self.table, part) for part, branch in enumerate(self._branches())]
        schema = {name: kind for branch in branches for name, kind in branch.schema().items()}
        padded = [
            branch.select(
                **{
                    name: branch[name] if name in branch.columns else ibis.null(kind)
                    for name, kind in schema.items()
                }
            )
            for branch in branches
        ]
        return reduce(lambda left, right: left.union(right), padded)

    def answers(self, rows: pa.Table) -> Stats:
        """Return the statistics from the rows of `query`."""
        parts = rows["_part"].to_numpy()
        stats: dict[str, Any] = {}
        for part, branch in enumerate(self._branches()):
            branch_rows = rows.filter(pa.array(parts == part))
            stats |= branch.answers(
                branch_rows.rename_columns([_bare(name, part) for name in branch_rows.column_names])
            )
        return stats

    def _branches(self) -> list[_Branch]:
        grouped: dict[tuple[object, ...], _Branch] = {}
        for name, (keys, ask) in self.requests.items():
            columns = tuple(ask.of.items()) if isinstance(ask, AskCells) else ()
            identity = (_names(keys), _names(columns), isinstance(ask, AskCells))
            branch = grouped.setdefault(identity, _Branch(keys, columns, isinstance(ask, AskCells), {}))
            branch.asks[name] = ask
        return list(grouped.values())


@dataclass(frozen=True, eq=False)
class _Branch:
    """Requests that one GROUP BY answers."""

    keys: Keys
    columns: Keys
    has_cells: bool
    asks: dict[str, Any]

    def expression(self, table: ir.Table, part: int) -> ir.Table:
        keys = {f"k_{name}": value for name, value in self.keys}
        if self.has_cells:
            keys |= {f"c{part}_{name}": value for name, value in self.columns}
            whole = ibis.and_(*(value.notnull() for _, value in self.columns))
            rows = table.filter(whole).group_by(**keys).aggregate(weight=ibis._.count())
        else:
            values = {f"{name}__{c}": v for name, ask in self.asks.items() for c, v in ask.columns().items()}
            rows = table.group_by(**keys).aggregate(**values) if keys else table.aggregate(**values)
        return rows.mutate(_part=ibis.literal(part, "int16"))

    def answers(self, rows: pa.Table) -> dict[str, Any]:
        read: Callable[[pa.Table], dict[str, Any]] = self._cells if self.has_cells else self._scalars
        if not self.keys:
            return read(rows)
        groups = rows.select([f"k_{name}" for name, _ in self.keys]).to_pylist()
        places: dict[tuple[Any, ...], list[int]] = {}
        for place, group in enumerate(groups):
            places.setdefault(tuple(group.values()), []).append(place)
        per_group = {group: read(rows.take(taken)) for group, taken in places.items()}
        return {name: {group: answer[name] for group, answer in per_group.items()} for name in self.asks}

    def _scalars(self, rows: pa.Table) -> dict[str, Any]:
        row = rows.to_pylist()[0]
        return {
            name: ask.answer({column: row[f"{name}__{column}"] for column in ask.columns()})
            for name, ask in self.asks.items()
        }

    def _cells(self, rows: pa.Table) -> dict[str, Any]:
        columns = {name: _array(rows[f"c_{name}"]) for name, _ in self.columns}
        cells = Cells.of(columns, rows["weight"].to_numpy())
        return dict.fromkeys(self.asks, cells)


def _array(column: pa.ChunkedArray) -> Any:
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.string()).cast(pa.float64())
    return column.to_numpy()


def _bare(name: str, part: int) -> str:
    prefix = f"c{part}_"
    return f"c_{name.removeprefix(prefix)}" if name.startswith(prefix) else name


def _names(keys: Keys) -> tuple[tuple[str, object], ...]:
    return tuple((name, value.op()) for name, value in keys)
