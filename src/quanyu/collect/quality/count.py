"""The counts of a table that checks ask for, kept from turn to turn: rows that came are counted, those that stayed are not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from quanyu.collect.quality.quality_checks import DISTINCT, Examination, examine, n_keys, timely
from quanyu.tables import Table
from quanyu.workspace import Workspace

ROWS = pa.schema({"table": pa.string(), "name": pa.string(), "n": pa.int64()})


@dataclass(frozen=True)
class Counts:
    """What adds up over the rows of a table: bad rows by name, rows by day, and how many different keys there are."""

    sums: Mapping[str, int]
    days: Mapping[dt.date, int]
    n_keys: int

    def told(self, table: Table, as_of: dt.date) -> dict[str, Any]:
        """Return the counts by the names that checks know."""
        days = timely(table, self.days, as_of) if table.time else {}
        return {**self.sums, **days, DISTINCT: self.n_keys}


def counted(ws: Workspace, table: Table, as_of: dt.date, since: int, kept: Counts | None) -> Counts:
    """Return the counts of a table: those `kept` of a version, with what came since; all anew where rows went."""
    came = ws.warehouse.added(table.name, since) if kept else None
    if kept is None or came is None:
        rows = examine(ws, table, as_of)
        counts = _counts(ws, rows)
        n_distinct = _number(ws, rows.keys.distinct())
        return Counts(*counts, n_distinct if n_distinct == counts[0]["n_rows"] else n_keys(ws, rows))
    if ws.warehouse.version(table.name) == since:
        return kept
    new = examine(ws, table, as_of, came)
    sums, days = _counts(ws, new)
    keys = ws.warehouse.turn.keep(new.keys.distinct())
    before = examine(ws, table, as_of, ws.warehouse.table(table.name, since)).keys
    n_distinct = kept.n_keys + _number(ws, keys) - _number(ws, before.semi_join(keys, "key").distinct())
    summed = Counts(_added(kept.sums, sums), _added(kept.days, days), n_distinct)
    is_unique = n_distinct == summed.sums["n_rows"]
    return summed if is_unique else Counts(summed.sums, summed.days, n_keys(ws, examine(ws, table, as_of)))


def _counts(ws: Workspace, examination: Examination) -> tuple[Mapping[str, int], Mapping[dt.date, int]]:
    (sums,) = ws.warehouse.read(examination.sums).to_pylist()
    days = ws.warehouse.read(examination.days).to_pylist() if examination.days is not None else []
    return (
        {name: int(n or 0) for name, n in sums.items()},
        {row["day"]: row["n"] for row in days if row["day"] is not None},
    )


def _number(ws: Workspace, rows: ir.Table) -> int:
    return int(ws.warehouse.read(rows.count().as_table()).column(0)[0].as_py())


def _added(some: Mapping[Any, int], others: Mapping[Any, int]) -> dict[Any, int]:
    return {name: some.get(name, 0) + others.get(name, 0) for name in {**some, **others}}


def as_rows(counts: Mapping[str, Counts]) -> pa.Table:
    """Return the counts of tables as rows to keep."""
    rows = [
        {"table": table, "name": name, "n": n}
        for table, told in counts.items()
        for name, n in (
            *((f"sum {name}", n) for name, n in told.sums.items()),
            *((f"day {day}", n) for day, n in told.days.items()),
            ("keys", told.n_keys),
        )
    ]
    return pa.Table.from_pylist(rows, ROWS)


def from_rows(rows: pa.Table) -> Mapping[str, Counts]:
    """Return the counts that were kept as rows."""
    by_table: dict[str, dict[str, int]] = {}
    for row in rows.to_pylist():
        by_table.setdefault(row["table"], {})[row["name"]] = row["n"]
    return {table: _of_names(named) for table, named in by_table.items()}


def _of_names(named: Mapping[str, int]) -> Counts:
    return Counts(
        {name.removeprefix("sum "): n for name, n in named.items() if name.startswith("sum ")},
        {
            dt.date.fromisoformat(name.removeprefix("day ")): n
            for name, n in named.items()
            if name.startswith("day ")
        },
        named["keys"],
    )
