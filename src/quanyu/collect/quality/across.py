"""Checks between tables and sources: orders against their lines, feeds that stopped, one sale told by two sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.collect.merge import doubles
from quanyu.collect.quality.findings import Finding, Severity
from quanyu.collect.quality.lines import Judged
from quanyu.collect.quality.quality_checks import CHECKS
from quanyu.collect.quality.suspect import MOST
from quanyu.tables import contract
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

FEEDS = {"fx_rates": ("currency", "into"), "prices": ("source", "seller")}
"""Tables that are fed again and again, and what tells one feed from another."""


def across(ws: Workspace, as_of: dt.date, judged: Judged | None) -> Iterator[Finding]:
    """Yield the findings that no scan of one table can make, of sales those `judged` by their lines; tables without rows
    are not judged."""
    if judged:
        yield _found(("orders", "paid_amount", "lines"), judged.n, judged.n_off, judged.first.to_pylist())
    for name in FEEDS:
        if ws.warehouse.count(name):
            yield _feeds(ws, name, as_of)
    if ws.warehouse.count("orders"):
        yield from _doubles(ws)


def _feeds(ws: Workspace, name: str, as_of: dt.date) -> Finding:
    """Find feeds whose newest row is older than those of the others may be."""
    table, rows = contract(name), ws.warehouse.table(name)
    at = rows[table.time]
    day = at if table[table.time].kind == "day" else local_day(at, ws.settings.timezone)
    newest = rows.mutate(_day=day).group_by(*FEEDS[name]).agg(newest=ibis._["_day"].max())
    limit = as_of - dt.timedelta(days=int(CHECKS["freshness"].warns_above))
    where = (name, table.time, "feeds")
    is_old = (newest.newest < ibis.literal(limit)).fill_null(False)
    return _counted(ws, where, newest, is_old, newest.filter(is_old))


def _doubles(ws: Workspace) -> Iterator[Finding]:
    """Report sales of another source that look like one that is there already, and how much they count twice."""
    copies = doubles(ws)
    if copies is None:
        return
    n_sales = _n_sales(ws)
    summed = ws.warehouse.read(copies.aggregate(n=copies.count(), amount=copies.amount.sum().cast("float64")))
    (row,) = summed.to_pylist()
    shown = ws.warehouse.read(copies.order_by("source", "order_id").limit(MOST)).to_pylist()
    examples = tuple({name: str(value) for name, value in example.items()} for example in shown)
    n, amount = row["n"], row["amount"] or 0.0
    share = n / n_sales if n_sales else 0.0
    severity: Severity = "warning" if n else "ok"
    for column, check, value in (
        ("order_id", "double_sales", share),
        ("net_amount", "double_amount", amount),
    ):
        yield Finding(
            table="orders", column=column, check=check, n_rows=n_sales, n_bad=n, value=value, threshold=0.0,
            severity=severity, examples=examples,
        )  # fmt: skip


def _n_sales(ws: Workspace) -> int:
    orders = ws.warehouse.table("orders")
    return int(ws.warehouse.read(orders.filter(is_sale(orders)).count().as_table()).column(0)[0].as_py())


def _counted(
    ws: Workspace, where: tuple[str, str, str], rows: ir.Table, is_bad: ir.BooleanValue, bad: ir.Table
) -> Finding:
    """Return the finding of one test over rows, with the first of the bad ones."""
    counts = rows.aggregate(n=rows.count(), n_bad=is_bad.cast("int64").sum().fill_null(0))
    (row,) = ws.warehouse.read(counts).to_pylist()
    examples: list[Mapping[str, Any]] = []
    if row["n_bad"]:
        examples = ws.warehouse.read(bad.order_by(*bad.columns).limit(MOST)).to_pylist()
    return _found(where, row["n"], row["n_bad"], examples)


def _found(where: tuple[str, str, str], n: int, n_bad: int, examples: Sequence[Mapping[str, Any]]) -> Finding:
    told = tuple({name: str(value) for name, value in example.items()} for example in examples)
    share, limit = n_bad / max(n, 1), CHECKS[where[2]].warns_above
    severity: Severity = "ok" if not n_bad else "warning" if share > limit else "note"
    return Finding(*where, n, n_bad, share, limit, severity, told)
