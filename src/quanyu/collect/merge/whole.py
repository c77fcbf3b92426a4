"""Lines of orders that files tell whole: a line that the newest telling of an order lacks is gone."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir

from quanyu.collect.merge.beside import goes_back
from quanyu.collect.merge.bring import Staged
from quanyu.collect.merge.namesake import under_own_id
from quanyu.collect.money import as_told
from quanyu.collect.note import SEQ
from quanyu.tables import contract
from quanyu.workspace import Workspace

ORDER = ["source", "order_id"]


def placed(ws: Workspace, name: str, staged: Staged, moved: ir.Table | None) -> ir.Table:
    """Return staged rows under the ids of their orders, with the place of their file."""
    rows = under_own_id(staged.rows(ws.warehouse.scan, contract(name)), moved)
    return rows if SEQ in rows.columns else rows.mutate(**{SEQ: ibis.literal(staged.seqs[0], "int64")})


def tellings(ws: Workspace, orders: ir.Table, seqs: frozenset[int], work: Path) -> ir.Table:
    """Return for each order of the files `seqs` the file whose lines count (source, order_id, _seq): the last one that does
    not know the order at an earlier state than is known.
    """
    known = as_told(contract("orders"), ws.warehouse.table("orders"))
    told = orders.filter(orders[SEQ].isin(sorted(seqs)))
    both = told.inner_join(known, ORDER, rname="{name}_old")
    current = both.filter(~goes_back(both).fill_null(False))
    last = current.group_by(ORDER).aggregate(**{SEQ: current[SEQ].max()})
    return ws.warehouse.scan(ws.warehouse.engine.write(last, work / "tellings"))


def only_told(lines: ir.Table, told: ir.Table, seqs: frozenset[int]) -> ir.Table:
    """Return the lines without those of whole files that do not count."""
    rest = lines.filter(lines[SEQ].notin(sorted(seqs)))
    return lines.semi_join(told, [*ORDER, SEQ]).union(rest)


def drop_untold(ws: Workspace, lines: ir.Table, told: ir.Table) -> None:
    """Take lines of orders that were told whole, and that are not among them, out of the table."""
    known = ws.warehouse.table("order_lines")
    gone = known.semi_join(told, ORDER).anti_join(lines, [*ORDER, "line_no"])
    ws.warehouse.merge("order_lines", known.limit(0), by="collect", gone=gone)
