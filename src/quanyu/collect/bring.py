"""Bring staged rows into the warehouse: a file speaks only of what it says, the rest stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir

from quanyu.collect.clean import unmasked
from quanyu.collect.currency import as_told, in_currency
from quanyu.collect.double import under_one_number
from quanyu.collect.fill import filled
from quanyu.tables import Table, contract
from quanyu.warehouse import Change
from quanyu.workspace import Workspace

Fold = Callable[[ir.Value, ir.Value], ir.Value]


def _earlier(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.least(ibis.coalesce(new, old), ibis.coalesce(old, new))


def _later(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.greatest(ibis.coalesce(new, old), ibis.coalesce(old, new))


def _either(new: ir.Value, old: ir.Value) -> ir.Value:
    return new.fill_null(False) | old.fill_null(False)


def _fuller(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.coalesce(unmasked(new), unmasked(old), new, old)


def _said(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.coalesce(new, old)


FOLDS: Mapping[tuple[str, str], Fold] = {
    ("links", "first_seen_at"): _earlier, ("links", "last_seen_at"): _later, ("links", "is_verified"): _either,
    ("members", "name"): _fuller,
}  # fmt: skip
"""How a value that is known already and a new one become one; elsewhere the new one, if there is one."""

STALE = ("net_amount",)
"""What must be worked out anew when the figures it follows from are completed."""


@dataclass(frozen=True)
class Staged:
    """Rows of a table waiting in Parquet files: those whose `blank` columns are null and `true` columns are true.

    `prefix` stands before the contract's columns.
    """

    paths: tuple[Path, ...]
    prefix: str = ""
    blank: tuple[str, ...] = ()
    true: tuple[str, ...] = ()

    def rows(self, scan: Callable[[Sequence[Path]], ir.Table], table: Table) -> ir.Table:
        """Return the rows as an expression of the engine that scans."""
        rows = scan(self.paths)
        good = [rows[name].isnull() for name in self.blank] + [rows[name] for name in self.true]
        kept = rows.filter(*good) if good else rows
        return kept.select(**{name: kept[f"{self.prefix}{name}"] for name in table.schema.names})


def bring(ws: Workspace, name: str, staged: Staged, work: Path) -> Change:
    """Merge staged rows into a table by its key; `work` is a folder for rows in between.

    An empty cell leaves what another file said (an order's buyer, an item's category).
    """
    table = contract(name)
    rows = under_one_number(ws, table, staged.rows(ws.warehouse.scan, table))
    if not table.is_append_only and ws.warehouse.count(name):
        existing = as_told(table, ws.warehouse.table(name))
        # Written down, because the merge looks at the rows several times.
        whole = _beside(as_told(table, rows), existing, table)
        rows = ws.warehouse.scan(ws.warehouse.engine.write(whole, work / f"{name}.whole"))
    return ws.warehouse.merge(name, in_currency(ws, table, rows, work), by="collect")


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
    missing = rows.anti_join(existing, same)
    n_missing = int(ws.warehouse.read(missing.aggregate(n=missing.count())).column(0)[0].as_py())
    whole = ws.warehouse.scan(ws.warehouse.engine.write(whole, work / f"{name}.patched"))
    return ws.warehouse.merge(name, in_currency(ws, table, whole, work), by="collect"), n_missing


def _beside(rows: ir.Table, existing: ir.Table, table: Table) -> ir.Table:
    same = [rows[key].identical_to(existing[key]) for key in table.key]
    both = rows.left_join(existing, same, rname="{name}_old")
    old = {name: both[f"{name}_old"] for name in table.schema.names if name not in table.key}
    if table.amounts:
        # Amounts of one currency never complete those of another.
        moved = (both.currency != both.currency_old).fill_null(False)
        old |= {name: moved.ifelse(ibis.null(table[name].type), old[name]) for name in table.amounts}
    values = {name: FOLDS.get((table.name, name), _said)(both[name], value) for name, value in old.items()}
    keys = {name: both[name] for name in table.key}
    return both.select(**{name: (keys | values)[name] for name in table.schema.names})
