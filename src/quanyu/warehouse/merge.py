"""Bring rows in by key: what is new, what changed, what is the same, and the rows to commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from quanyu.tables import Table

if TYPE_CHECKING:
    from quanyu.warehouse.open import Warehouse

ORDER = "_arrival"


@dataclass(frozen=True)
class Delta:
    """The counts of a merge and the rows to write: the new ones only, or the whole table if any changed."""

    rows: ir.Table
    n_added: int
    n_changed: int
    n_same: int


def split(warehouse: Warehouse, promise: Table, incoming: ir.Table) -> Delta:
    """Compare incoming rows with the table and say what to write.

    Nulls in a key are equal to each other. Rows are compared on every column, by value.
    """
    unique = _one_per_key(warehouse, promise, incoming)
    n_incoming = int(warehouse.read(unique.count()).column(0)[0].as_py())
    if not warehouse.count(promise.name):
        return Delta(unique, n_incoming, 0, 0)
    existing = warehouse.table(promise.name)
    matched = unique.join(existing, _same_key(unique, existing, promise.key), how="inner", rname="{name}_old")
    n_matched, n_changed = _counts(warehouse, promise, matched)
    new = unique.anti_join(existing, _same_key(unique, existing, promise.key))
    n_added = n_incoming - n_matched
    if promise.is_append_only or not n_changed:
        return Delta(new, n_added, 0, n_matched)
    kept = existing.anti_join(unique, _same_key(existing, unique, promise.key))
    return Delta(kept.union(unique), n_added, n_changed, n_matched - n_changed)


def _one_per_key(warehouse: Warehouse, promise: Table, rows: ir.Table) -> ir.Table:
    keys = rows.aggregate(n=rows.count(), n_keys=_struct(rows, promise.key).nunique())
    n, n_keys = (int(column[0].as_py()) for column in warehouse.read(keys).columns)
    if n == n_keys:
        return rows
    last = ibis.row_number().over(group_by=list(promise.key), order_by=_recency(promise, rows))
    return rows.mutate(_rank=last).filter(lambda t: t["_rank"] == 0).drop("_rank")


def _struct(rows: ir.Table, names: tuple[str, ...]) -> ir.StringColumn:
    parts = [rows[name].cast("string").fill_null("\x00") for name in names]
    return parts[0] if len(parts) == 1 else ibis.literal("\x1f").join(parts)


def _recency(promise: Table, rows: ir.Table) -> list[ir.Value]:
    """Newest first, then by every other column, so that the choice never depends on the order of rows."""
    first = [rows[promise.time].desc()] if promise.time and not promise.is_append_only else []
    return [*first, *(rows[name].desc(nulls_first=False) for name in rows.columns if name not in promise.key)]


def _same_key(left: ir.Table, right: ir.Table, key: tuple[str, ...]) -> list[ir.BooleanValue]:
    return [
        left[name].cast("string").fill_null("\x00") == right[name].cast("string").fill_null("\x00")
        for name in key
    ]


def _counts(warehouse: Warehouse, promise: Table, matched: ir.Table) -> tuple[int, int]:
    values = [name for name in promise.schema.names if name not in promise.key]
    differs = [~matched[name].identical_to(matched[f"{name}_old"]) for name in values] or [
        ibis.literal(False)
    ]
    changed = ibis.or_(*differs).cast("int64").sum().fill_null(0)
    n_matched, n_changed = (
        int(column[0].as_py())
        for column in warehouse.read(matched.aggregate(n=matched.count(), c=changed)).columns
    )
    return n_matched, n_changed
