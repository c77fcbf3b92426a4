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
    n_keys,
    references,
    timely,
)
from quanyu.tables import Table
from quanyu.workspace import Workspace

TALLIES = pa.schema({"name": pa.string(), "value": pa.float64(), "n": pa.int64()})
KEYS = "keys"
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
    """Return the counts of a table: those `kept` of versions of tables, with what came since; all anew where rows went."""
    version = since.get(table.name, -1)
    came = ws.warehouse.added(table.name, version) if kept else None
    whole = examine(ws, table, as_of)
    if kept is None or came is None:
        sums, tallies = _counts(ws, whole)
        lost = _lost(ws, whole, whole.there)
        n_distinct = n_rows = sums["n_rows"]
        if not _is_apart(ws, table.name, version, kept):
            n_distinct = _number(ws, whole.keys.distinct())
        return Counts({**sums, **lost}, tallies, n_distinct if n_distinct == n_rows else n_keys(ws, whole))
    old = {name: n for name, n in kept.sums.items() if not name.startswith("references__")}
    known = [column for column in whole.there if _is_known(ws, table, column, since, kept)]
    lost = {name: n for name, n in kept.sums.items() if name in map(_bad, known)}
    lost |= _lost(ws, whole, whole.there.keys() - {*known})
    if ws.warehouse.version(table.name) == version:
        return Counts({**old, **lost}, kept.tallies, kept.n_keys)
    new = examine(ws, table, as_of, came)
    sums, tallies = _counts(ws, new)
    sums = _added({**old, **lost}, {**sums, **_lost(ws, new, known)})
    n_distinct = n_rows = sums["n_rows"]
    if not _is_apart(ws, table.name, version, kept):
        before = examine(ws, table, as_of, ws.warehouse.table(table.name, version))
        n_distinct = kept.n_keys + _n_new_keys(ws, new, before)
    tallies = _summed(pa.concat_tables([kept.tallies, tallies]))
    return Counts(sums, tallies, n_distinct if n_distinct == n_rows else n_keys(ws, whole))


def _is_known(ws: Workspace, table: Table, column: str, since: Mapping[str, int], kept: Counts) -> bool:
    """Say whether the rows that were counted lead nowhere in a column just where they did."""
    target, _ = references(ws, table)[column]
    before, n_lost = since.get(target, -1), kept.sums.get(_bad(column))
    if n_lost is None or ws.warehouse.version(target) == before:
        return n_lost is not None
    done = ws.warehouse.operations(target, before)
    return n_lost == 0 and done is not None and done <= GROWING


def _is_apart(ws: Workspace, name: str, version: int, kept: Counts | None) -> bool:
    """Say whether no two rows have one key, because none had and rows were merged by key since."""
    done = ws.warehouse.operations(name, version)
    return bool(kept and kept.n_keys == kept.sums["n_rows"] and done is not None and done <= APART)


def _n_new_keys(ws: Workspace, new: Examination, before: Examination) -> int:
    """Return how many different keys came that were not there."""
    keys = ws.warehouse.turn.keep(new.keys.distinct())
    return _number(ws, keys) - _number(ws, before.keys.semi_join(keys, "key").distinct())


def _counts(ws: Workspace, examination: Examination) -> tuple[Mapping[str, int], pa.Table]:
    (sums,) = ws.warehouse.read(examination.sums).to_pylist()
    tallies = examination.tallies
    rows = TALLIES.empty_table() if tallies is None else ws.warehouse.read(tallies).cast(TALLIES)
    return {name: int(n or 0) for name, n in sums.items()}, _summed(rows)


def _lost(ws: Workspace, examination: Examination, columns: Collection[str]) -> Mapping[str, int]:
    """Return how many rows lead nowhere in some columns."""
    lost = [
        examination.lost(column).aggregate(name=ibis.literal(_bad(column)), n=ibis._.count())
        for column in sorted(columns)
    ]
    return {row["name"]: row["n"] for row in ws.warehouse.read(ibis.union(*lost)).to_pylist()} if lost else {}


def _bad(column: str) -> str:
    return f"references__{column}__bad"


def _number(ws: Workspace, rows: ir.Table) -> int:
    return int(ws.warehouse.read(rows.count().as_table()).column(0)[0].as_py())


def _added(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {name: some.get(name, 0) + others.get(name, 0) for name in {**some, **others}}


def _summed(tallies: pa.Table) -> pa.Table:
    """Return one row per name and value, in their order."""
    summed = tallies.group_by(["name", "value"]).aggregate([("n", "sum")]).rename_columns(TALLIES.names)
    return summed.sort_by([("name", "ascending"), ("value", "ascending")])


def as_rows(counts: Mapping[str, Counts]) -> pa.Table:
    """Return the counts of tables as rows to keep: tallies, and sums as rows without a value."""
    return (
        pa.concat_tables(
            some.append_column("table", pa.array([table] * some.num_rows, pa.string()))
            for table, told in counts.items()
            for some in (
                told.tallies,
                pa.table(
                    [[*told.sums, KEYS], [None] * (len(told.sums) + 1), [*told.sums.values(), told.n_keys]],
                    TALLIES,
                ),
            )
        )
        if counts
        else TALLIES.append(pa.field("table", pa.string())).empty_table()
    )


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
    keys = sums.pop(KEYS)
    return Counts(sums, rows.filter(pc.is_valid(rows["value"])), keys)
