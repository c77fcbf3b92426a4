"""The counts of a table that checks ask for, kept from turn to turn: rows that came are counted, those that stayed are not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.collect.quality.outlier import outliers
from quanyu.collect.quality.quality_checks import (
    DAY,
    DISTINCT,
    EPOCH,
    Examination,
    examine,
    keys,
    n_keys,
    references,
    timely,
)
from quanyu.tables import Table
from quanyu.workspace import Workspace

TALLIES = pa.schema({"name": pa.string(), "value": pa.float64(), "n": pa.int64()})
ROWS = TALLIES.append(pa.field("table", pa.string()))
KEYS, REFERENCES = "keys", "references__"
APART = frozenset({"merge", "exchange", "delete"})
"""After these keys that were different still are."""
GROWING = frozenset({"merge", "append"})
"""After these every key is there that was."""


@dataclass(frozen=True)
class Counts:
    """What adds up over the rows of a table: bad rows by name, rows by value; and how many different keys there are."""

    sums: Mapping[str, int]
    tallies: pa.Table
    n_keys: int

    def told(self, table: Table, as_of: dt.date) -> dict[str, Any]:
        """Return the counts by the names that checks know."""
        told: dict[str, Any] = {**self.sums, DISTINCT: self.n_keys}
        days: Mapping[dt.date, int] = {}
        for name in pc.unique(self.tallies["name"]).to_pylist():
            tally = self.tallies.filter(pc.field("name") == name)
            values, n = tally["value"].to_numpy(), tally["n"].to_numpy()
            if name == DAY:
                pairs = zip(values.tolist(), n.tolist(), strict=True)
                days = {EPOCH + dt.timedelta(days=day): rows for day, rows in pairs}
            else:
                far, stem = outliers(values, n), f"outliers__{name}"
                told |= {
                    f"{stem}__n": far.n,
                    f"{stem}__bad": far.n_bad,
                    f"{stem}__fences": (far.low, far.high),
                }
        return {**told, **(timely(table, days, as_of) if table.time else {})}


def counted(
    ws: Workspace, table: Table, as_of: dt.date, since: Mapping[str, int], kept: Counts | None
) -> Counts:
    """Return the counts of a table: those `kept` of versions of tables, less what went and with what came since."""
    sides = _moved(ws, table.name, since.get(table.name, -1)) if kept else None
    whole = examine(ws, table, as_of)
    if kept is None or sides is None:
        sums, tallies = _counts(ws, whole, whole.there)
        return Counts(sums, tallies, _n_keys(ws, table, sums["n_rows"], since, kept))
    known = {_bad(column): column for column in whole.there if _is_known(ws, table, column, since, kept)}
    sums = {name: n for name, n in kept.sums.items() if name in known or not name.startswith(REFERENCES)}
    sums |= _lost(ws, whole, whole.there.keys() - {*known.values()})
    tallies = [kept.tallies]
    for sign, rows in sides:
        theirs, their_tallies = _counts(ws, examine(ws, table, as_of, rows), known.values())
        sums = {name: n + sign * theirs.get(name, 0) for name, n in sums.items()}
        tallies.append(their_tallies.set_column(2, "n", pc.multiply(their_tallies["n"], sign)))
    # Added up at once: a row that came and changed again is among those that went before it is among those that came.
    return Counts(sums, _summed(pa.concat_tables(tallies)), _n_keys(ws, table, sums["n_rows"], since, kept))


def _moved(ws: Workspace, name: str, version: int) -> list[tuple[int, ir.Table]] | None:
    """Return the rows to take off and to add (-1 and 1) since a version; None where counting all of it reads less."""
    if ws.warehouse.version(name) == version:
        return []
    came = ws.warehouse.added(name, version)
    sides = ws.warehouse.moved(name, version) if came is None else None
    if sides and 2 * _number(ws, sides[0]) < ws.warehouse.count(name):
        return list(zip((-1, 1), sides, strict=True))
    return None if came is None else [(1, came)]


def _is_known(ws: Workspace, table: Table, column: str, since: Mapping[str, int], kept: Counts) -> bool:
    """Say whether the rows that were counted lead nowhere in a column just where they did."""
    target, _ = references(ws, table)[column]
    before, n_lost = since.get(target, -1), kept.sums.get(_bad(column))
    if n_lost is None or ws.warehouse.version(target) == before:
        return n_lost is not None
    done = ws.warehouse.operations(target, before)
    return n_lost == 0 and done is not None and done <= GROWING


def _n_keys(ws: Workspace, table: Table, n_rows: int, since: Mapping[str, int], kept: Counts | None) -> int:
    """Return how many different keys there are: as many as rows, where none were the same and rows are merged by key."""
    name, version = table.name, since.get(table.name, -1)
    done, came = ws.warehouse.operations(name, version), ws.warehouse.added(name, version)
    if kept and kept.n_keys == kept.sums["n_rows"] and done is not None and done <= APART:
        return n_rows
    if kept and came is not None:
        new = ws.warehouse.turn.keep(keys(came, table).distinct())
        there = keys(ws.warehouse.table(name, version), table).semi_join(new, "key").distinct()
        n_distinct = kept.n_keys + _number(ws, new) - _number(ws, there)
    else:
        n_distinct = _number(ws, keys(ws.warehouse.table(name), table).distinct())
    return n_distinct if n_distinct == n_rows else n_keys(ws, table)


def _counts(
    ws: Workspace, examination: Examination, columns: Collection[str]
) -> tuple[dict[str, int], pa.Table]:
    """Return the sums, those of some columns that lead nowhere among them, and the tallies."""
    (sums,) = ws.warehouse.read(examination.sums).to_pylist()
    tallies = examination.tallies
    rows = TALLIES.empty_table() if tallies is None else ws.warehouse.read(tallies).cast(TALLIES)
    return {name: int(n or 0) for name, n in sums.items()} | _lost(ws, examination, columns), _summed(rows)


def _lost(ws: Workspace, examination: Examination, columns: Collection[str]) -> dict[str, int]:
    """Return how many rows lead nowhere in some columns."""
    lost = [
        examination.lost(column).aggregate(name=ibis.literal(_bad(column)), n=ibis._.count())
        for column in sorted(columns)
    ]
    return {row["name"]: row["n"] for row in ws.warehouse.read(ibis.union(*lost)).to_pylist()} if lost else {}


def _bad(column: str) -> str:
    return f"{REFERENCES}{column}__bad"


def _number(ws: Workspace, rows: ir.Table) -> int:
    return int(ws.warehouse.read(rows.count().as_table()).column(0)[0].as_py())


def _summed(tallies: pa.Table) -> pa.Table:
    """Return one row per name and value that occurs, in their order."""
    summed = tallies.group_by(["name", "value"]).aggregate([("n", "sum")]).rename_columns(TALLIES.names)
    return summed.filter(pc.field("n") > 0).sort_by([("name", "ascending"), ("value", "ascending")])


def as_rows(counts: Mapping[str, Counts]) -> pa.Table:
    """Return the counts of tables as rows to keep: tallies, and sums as rows without a value."""
    rows = [ROWS.empty_table()]
    for table, told in counts.items():
        sums = {**told.sums, KEYS: told.n_keys}
        names, values = pa.array(list(sums), pa.string()), pa.nulls(len(sums), pa.float64())
        added_up = pa.table([names, values, pa.array(list(sums.values()), pa.int64())], TALLIES.names)
        both = pa.concat_tables([told.tallies, added_up])
        rows.append(both.append_column("table", pa.repeat(pa.scalar(table), both.num_rows)))
    return pa.concat_tables(rows)


def from_rows(rows: pa.Table) -> Mapping[str, Counts]:
    """Return the counts that were kept as rows."""
    by_table = {
        table: rows.filter(pc.field("table") == table).select(TALLIES.names)
        for table in pc.unique(rows["table"]).to_pylist()
    }
    return {table: _of_rows(some) for table, some in by_table.items()}


def _of_rows(rows: pa.Table) -> Counts:
    without = rows.filter(pc.is_null(rows["value"]))
    sums = dict(zip(without["name"].to_pylist(), without["n"].to_pylist(), strict=True))
    n_distinct = sums.pop(KEYS)
    return Counts(sums, rows.filter(pc.is_valid(rows["value"])), n_distinct)
