"""Bring rows in by key: what is new, what changed, what is the same, and the rows to commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from quanyu.errors import OvertakenError
from quanyu.tables import Table, contract
from quanyu.warehouse import currency
from quanyu.warehouse.delta import Basis, delta, upkeep
from quanyu.warehouse.fault import explained
from quanyu.warehouse.partition_months import Partition
from quanyu.warehouse.portable import row_key

if TYPE_CHECKING:
    from quanyu.warehouse.open import Warehouse

THERE = "_is_there"
Made = TypeVar("Made")
TRIES = 20
"""How often a write begins anew because another process was faster."""
FEW = 1_000
"""Rows of which a merge always tells apart from the files."""


@dataclass(frozen=True)
class Change:
    """What a write did: rows added, changed, left as they were, and the version it made."""

    added: int
    changed: int
    same: int
    version: int


@dataclass(frozen=True)
class Delta:
    """The counts of a merge and the rows to write: the new ones only, or the whole table if any changed or went.

    Then `gone` and `come` are the rows that make the one table out of the other; rows that stay may be in both.
    """

    rows: ir.Table
    n_added: int
    n_changed: int
    n_same: int
    n_gone: int = 0
    gone: tuple[ir.Table, ...] = ()
    come: ir.Table | None = None


@dataclass(frozen=True)
class _Tally:
    """Rows that came in, their distinct keys, and how many of the rows are in the table and differ there."""

    n_rows: int
    n_keys: int
    n_matched: int = 0
    n_changed: int = 0


def merged(
    warehouse: Warehouse, promise: Table, incoming: ir.Table, gone: ir.Table | None, basis: Basis
) -> Change:
    """Bring rows into a table as it was read at `basis`, in one commit; without a change only if a log was brought."""
    name = promise.name
    plan = split(warehouse, promise, incoming, gone)
    if not plan.n_added and not plan.n_changed and not plan.n_gone:
        if basis.log:
            upkeep.confirm(warehouse, name, {}, basis)
        return Change(0, 0, plan.n_same, warehouse.version(name))
    folder, n = warehouse.folder(name) / delta.CHANGES, warehouse.count(name)
    beside = written(plan, n, lambda rows: warehouse.engine.write(warehouse.shaped(promise, rows), folder))
    about = {"operationName": "exchange" if plan.n_gone else "merge", **beside}
    mode: Literal["append", "overwrite"] = "overwrite" if plan.gone else "append"
    done = warehouse.commit(name, plan.rows, mode, by=promise.owner, about=about, basis=basis)
    return Change(plan.n_added, plan.n_changed, plan.n_same, done.version)


def deleted(warehouse: Warehouse, name: str, predicate: Callable[[ir.Table], ir.BooleanValue]) -> Change:
    """Take the rows out for which the predicate is true."""

    def once() -> Change:
        basis = Basis(warehouse.newest(name))
        before, rows = warehouse.count(name), warehouse.table(name)
        kept = rows.filter(~predicate(rows).fill_null(False))
        by, about = contract(name).owner, {"operationName": "delete"}
        done = warehouse.commit(name, kept, "overwrite", by=by, about=about, basis=basis)
        return Change(0, before - done.added, done.added, done.version)

    return again(once)


def rewritten(
    warehouse: Warehouse,
    name: str,
    rows: Mapping[Partition, ir.Table],
    *,
    about: Mapping[str, Any],
    is_whole: bool,
) -> Change:
    """Write the rows of some partitions anew, in place of the files they had, or of all files."""
    folder, promise = warehouse.folder(name), contract(name)
    shaped = [warehouse.shaped(promise, table) for table in rows.values()]
    files = [file for table in shaped for file in warehouse.engine.write(table, folder)]
    old = [] if is_whole else [file for partition in rows for file in partition.files]
    schema = shaped[0].schema() if shaped else promise.schema
    currency.refuse_files(warehouse, name, files)
    told = {"stage": promise.owner, "currency": warehouse.currency, "operationName": "rewrite", **about}
    mode: Literal["append", "overwrite"] = "overwrite" if is_whole else "append"
    version = delta.commit(folder, files, schema.to_pyarrow(), mode, told, instead_of=old)
    return Change(count_rows(files), 0, 0, version)


def count_rows(files: Iterable[Path]) -> int:
    """Return how many rows files have, by their footers."""
    with explained():
        return sum(pq.read_metadata(file).num_rows for file in files)


def again(do: Callable[[], Made]) -> Made:
    """Do something that writes, anew as long as another process is faster."""
    for _ in range(TRIES):
        with suppress(OvertakenError):
            return do()
    return do()


def split(warehouse: Warehouse, promise: Table, incoming: ir.Table, gone: ir.Table | None = None) -> Delta:
    """Compare incoming rows with the table and say what to write; rows whose key is in `gone` are not there any more.

    Nulls in a key are equal to each other. Rows are compared on every column, by value.
    """
    existing = warehouse.table(promise.name) if warehouse.count(promise.name) else None
    n_gone, went = 0, tuple[ir.Table, ...]()
    if existing is not None and gone is not None:
        going = existing.semi_join(gone, _same_key(existing, gone, promise.key))
        n_gone = int(warehouse.read(going.aggregate(n=going.count())).column(0)[0].as_py())
        if n_gone:
            existing, went = existing.anti_join(gone, _same_key(existing, gone, promise.key)), (going,)
    unique, tally = incoming, _tally(warehouse, promise, incoming, existing)
    if tally.n_keys < tally.n_rows:
        unique = _one_per_key(promise, incoming)
        tally = _tally(warehouse, promise, unique, existing)
        # Keys are counted by a hash, which may take two for one, but never one for two.
        tally = replace(tally, n_keys=tally.n_rows)
    if existing is None:
        return Delta(unique, tally.n_keys, 0, 0)
    n_added = tally.n_keys - tally.n_matched
    if promise.is_append_only or not tally.n_changed:
        new = unique.anti_join(existing, _same_key(unique, existing, promise.key))
        rows = existing.union(new) if n_gone else new
        return Delta(rows, n_added, 0, tally.n_matched, n_gone, gone=went, come=new)
    kept, known = (
        join(unique, _same_key(existing, unique, promise.key))
        for join in (existing.anti_join, existing.semi_join)
    )
    n_same = tally.n_matched - tally.n_changed
    return Delta(
        kept.union(unique), n_added, tally.n_changed, n_same, n_gone, gone=(*went, known), come=unique
    )


def written(plan: Delta, n_rows: int, write: Callable[[ir.Table], list[Path]]) -> Mapping[str, Any]:
    """Write which rows went and came, where a merge of a few writes all of a table anew; return what its commit tells of them.

    Of a merge that brings much of a table of `n_rows` (an export from the beginning) the files themselves tell.
    """
    n_brought = plan.n_added + plan.n_changed + plan.n_same + plan.n_gone
    if not plan.gone or plan.come is None or n_brought > max(FEW, n_rows // 10):
        return {}
    ways = {"gone": plan.gone, "come": (plan.come,)}
    told = {
        way: [f"{delta.CHANGES}/{file.name}" for rows in tables for file in write(rows)]
        for way, tables in ways.items()
    }
    return {delta.CHANGES: told}


def _tally(warehouse: Warehouse, promise: Table, rows: ir.Table, existing: ir.Table | None) -> _Tally:
    counts = {"n_rows": rows.count(), "n_keys": row_key(rows, promise.key).nunique()}
    if existing is not None:
        # A row that is never changed need not be compared, and only its key is read.
        values = [] if promise.is_append_only else [n for n in promise.schema.names if n not in promise.key]
        known = existing.select(*promise.key, *values, **{THERE: ibis.literal(True)})
        rows = rows.left_join(known, _same_key(rows, known, promise.key), rname="{name}_old")
        differs = [~rows[name].identical_to(rows[f"{name}_old"]) for name in values]
        is_changed = rows[THERE] & (ibis.or_(*differs) if differs else ibis.literal(False))
        counts = {
            "n_rows": rows.count(),
            "n_keys": row_key(rows, promise.key).nunique(),
            "n_matched": rows[THERE].count(),
            "n_changed": is_changed.fill_null(False).cast("int64").sum().fill_null(0),
        }
    told = warehouse.read(rows.aggregate(**counts)).to_pylist()[0]
    return _Tally(**{name: int(value) for name, value in told.items()})


def _one_per_key(promise: Table, rows: ir.Table) -> ir.Table:
    last = ibis.row_number().over(group_by=list(promise.key), order_by=recency(promise, rows))
    return rows.mutate(_rank=last).filter(lambda t: t["_rank"] == 0).drop("_rank")


def recency(promise: Table, rows: ir.Table) -> list[ir.Value]:
    """Newest first, then by every other column, so that the choice never depends on the order of rows."""
    first = [rows[promise.time].desc()] if promise.time and not promise.is_append_only else []
    return [*first, *(rows[name].desc(nulls_first=False) for name in rows.columns if name not in promise.key)]


def _same_key(left: ir.Table, right: ir.Table, key: tuple[str, ...]) -> list[ir.BooleanValue]:
    return [
        left[name].cast("string").fill_null("\x00") == right[name].cast("string").fill_null("\x00")
        for name in key
    ]
