"""Bring staged rows into the warehouse: a file speaks only of what it says, the rest stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir

from quanyu.collect.merge.beside import ADDED, BEHIND, CHANGED, beside, is_guarded
from quanyu.collect.merge.double import under_one_number
from quanyu.collect.merge.layer import LAST, SAME, at_once, layered, one_per_key, said_once
from quanyu.collect.merge.namesake import NUMBERED, under_own_id
from quanyu.collect.money import as_told, in_currency
from quanyu.collect.note import SEQ
from quanyu.collect.record import filled
from quanyu.tables import Table, contract
from quanyu.warehouse import Basis, Change
from quanyu.warehouse.merge import again
from quanyu.warehouse.portable import row_key
from quanyu.workspace import Workspace

STALE = ("net_amount",)
"""What must be worked out anew when the figures it follows from are completed."""

AT_ONCE = ("links", "members")
"""Tables whose rows from many files become one in one step; of the others each file follows on the one before."""


@dataclass(frozen=True)
class Staged:
    """Rows of a table waiting in Parquet files: those whose `blank` columns are null and `true` columns are true.

    `prefix` stands before the contract's columns. Rows of several files have `_seq`, their file's place in the order;
    `seqs` are all of these places, and `again` those of files that are read again.
    """

    paths: tuple[Path, ...]
    prefix: str = ""
    blank: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    seqs: tuple[int, ...] = ()
    again: frozenset[int] = frozenset()

    def rows(self, scan: Callable[[Sequence[Path]], ir.Table], table: Table) -> ir.Table:
        """Return the rows as an expression of the engine that scans."""
        rows = scan(self.paths)
        good = [rows[name].isnull() for name in self.blank] + [rows[name] for name in self.true]
        kept = rows.filter(*good) if good else rows
        seq = {SEQ: kept[SEQ]} if len(self.seqs) > 1 else {}
        return kept.select(**{name: kept[f"{self.prefix}{name}"] for name in table.schema.names}, **seq)


@dataclass(frozen=True)
class Brought:
    """What came of the rows of one file in one table; `n_behind` were at an earlier state than the one known."""

    change: Change
    n_behind: int = 0


def into(
    ws: Workspace,
    name: str,
    staged: Staged,
    work: Path,
    *,
    gone: ir.Table | None = None,
    moved: ir.Table | None = None,
    basis: Basis | None = None,
) -> dict[int, Brought]:
    """Merge staged rows into a table by its key, in one commit; return what came of each file by its place.

    An empty cell leaves what another file said (an order's buyer, an item's category). Files count one after
    another in their order, as if each were brought by itself; what those read again say counts in any case.
    `work` is a folder for rows in between. Of an append-only table the rows `gone` are taken out first.
    Orders that `moved` to another id bring their lines along. Where another process writes meanwhile it begins anew, or
    raises `OvertakenError` if there is a `basis`.
    """
    if basis:
        return _into(ws, name, staged, work, gone=gone, moved=moved, basis=basis)

    def once() -> dict[int, Brought]:
        at = Basis(ws.warehouse.newest(name))
        return _into(ws, name, staged, work, gone=gone, moved=moved, basis=at)

    return again(once)


def _into(
    ws: Workspace,
    name: str,
    staged: Staged,
    work: Path,
    *,
    gone: ir.Table | None,
    moved: ir.Table | None,
    basis: Basis,
) -> dict[int, Brought]:
    table = contract(name)
    rows = staged.rows(ws.warehouse.scan, table)
    if name in NUMBERED:
        rows = under_one_number(ws, table, under_own_id(rows, moved))
    if table.is_append_only:
        return _once(ws, table, in_currency(ws, table, rows), staged, gone, basis=basis)
    if len(staged.seqs) > 1:
        return _in_turn(ws, table, rows, work, staged.again, basis=basis)
    (seq,) = staged.seqs
    if not ws.warehouse.count(name):
        change = ws.warehouse.merge(name, in_currency(ws, table, rows), by="collect", basis=basis)
        return {seq: Brought(change)}
    rows, known = as_told(table, _one_per_key(ws, table, rows)), as_told(table, ws.warehouse.table(name))
    # Written down, because the merge looks at the rows several times.
    both = beside(rows, known, table, is_forced=ibis.literal(seq in staged.again))
    written = ws.warehouse.scan(ws.warehouse.engine.write(both, work / f"{name}.whole"))
    n_behind = _count(ws, written.filter(written[BEHIND])) if is_guarded(table) else 0
    whole = in_currency(ws, table, written.select(table.schema.names))
    change = ws.warehouse.merge(name, whole, by="collect", basis=basis)
    return {seq: Brought(change, n_behind)}


def _one_per_key(ws: Workspace, table: Table, rows: ir.Table) -> ir.Table:
    keys = rows.aggregate(n=rows.count(), n_keys=row_key(rows, table.key).nunique())
    (told,) = ws.warehouse.read(keys).to_pylist()
    return rows if told["n"] == told["n_keys"] else one_per_key(table, rows, list(table.key))


def _once(
    ws: Workspace, table: Table, rows: ir.Table, staged: Staged, gone: ir.Table | None, *, basis: Basis
) -> dict[int, Brought]:
    """Bring rows that are never changed: the first file that has a row counts, and what is read again replaces it."""
    seqs, again = staged.seqs, staged.again
    existing = ws.warehouse.table(table.name)
    if len(seqs) == 1:
        said, n_rows = rows, {}
        replaced = rows if again else None
    else:
        n_rows = _by_seq(ws, rows.group_by(SEQ).aggregate(n=rows.count()))
        said = said_once(table, rows, again)
        replaced = said.filter(said[SEQ].isin(sorted(again))) if again else None
    if replaced is not None and gone is None:
        gone = existing.semi_join(replaced, [existing[key].identical_to(replaced[key]) for key in table.key])
    if len(seqs) == 1:
        return {seqs[0]: Brought(ws.warehouse.merge(table.name, said, by="collect", gone=gone, basis=basis))}
    there = (
        existing
        if gone is None
        else existing.anti_join(gone, [existing[key].identical_to(gone[key]) for key in table.key])
    )
    new = said.anti_join(there, [said[key].identical_to(there[key]) for key in table.key])
    added = _by_seq(ws, new.group_by(SEQ).aggregate(n=new.count()))
    change = ws.warehouse.merge(table.name, said.drop(SEQ), by="collect", gone=gone, basis=basis)
    return {
        seq: Brought(Change(added.get(seq, 0), 0, n - added.get(seq, 0), change.version))
        for seq, n in n_rows.items()
    }


def _in_turn(
    ws: Workspace, table: Table, rows: ir.Table, work: Path, again: frozenset[int], *, basis: Basis
) -> dict[int, Brought]:
    fold = at_once if table.name in AT_ONCE else layered
    folded = fold(ws, table, as_told(table, rows), work, again)
    counted = folded.group_by(SEQ).aggregate(
        **{flag: folded[flag].cast("int64").sum() for flag in (ADDED, CHANGED, SAME, BEHIND)}
    )
    told = ws.warehouse.read(counted).to_pylist()
    final = in_currency(ws, table, folded.filter(folded[LAST]).select(table.schema.names))
    version = ws.warehouse.merge(table.name, final, by="collect", basis=basis).version
    return {
        int(row[SEQ]): Brought(
            Change(int(row[ADDED]), int(row[CHANGED]), int(row[SAME]), version), int(row[BEHIND])
        )
        for row in told
    }


def _by_seq(ws: Workspace, counted: ir.Table) -> dict[int, int]:
    return {int(row[SEQ]): int(row["n"]) for row in ws.warehouse.read(counted).to_pylist()}


def _count(ws: Workspace, rows: ir.Table) -> int:
    return int(ws.warehouse.read(rows.aggregate(n=rows.count())).column(0)[0].as_py())


def patch(ws: Workspace, name: str, staged: Staged, work: Path) -> tuple[Change, int]:
    """Complete rows that are there and work out anew what follows from them; return the change and how many are not there."""
    table = contract(name)
    rows = under_one_number(ws, table, staged.rows(ws.warehouse.scan, table))
    existing = as_told(table, ws.warehouse.table(name))
    same = [rows[key].identical_to(existing[key]) for key in table.key]
    both = rows.inner_join(existing, same, rname="{name}_old")
    values: dict[str, ir.Value] = {key: both[key] for key in table.key}
    for column in table.schema.names:
        if column not in table.key and column not in STALE:
            values[column] = ibis.coalesce(both[column], both[f"{column}_old"])
    whole = both.select(**filled(table, values, {}))
    n_missing = _count(ws, rows.anti_join(existing, same))
    whole = ws.warehouse.scan(ws.warehouse.engine.write(whole, work / f"{name}.patched"))
    return ws.warehouse.merge(name, in_currency(ws, table, whole), by="collect"), n_missing
