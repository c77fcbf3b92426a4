"""Sales held against their lines, kept from turn to turn: only orders that differ, or lines of theirs, are judged again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.collect.quality.suspect import MOST
from quanyu.collect.sums import told
from quanyu.method.change import Made, documents
from quanyu.method.scratch import Scratch
from quanyu.tables.sale import is_sale
from quanyu.warehouse import Warehouse
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

TAX = 0.27
"""The highest value-added tax: what is paid may exceed the lines by it, where prices are told without."""
SLACK = 0.01
"""Share by which rounding and small change may move an order away from its lines."""
KEY = ("source", "order_id")


@dataclass(frozen=True)
class Judged:
    """How many sales have lines with an amount each, how many of them are off, and the first of these (`KEY`)."""

    n: int
    n_off: int
    first: pa.Table

    @classmethod
    def kept(cls, parts: Mapping[str, pa.Table]) -> Judged | None:
        """Return what was kept, if it was."""
        if "judged" not in parts:
            return None
        (counts,) = parts["judged"].to_pylist()
        return cls(**counts, first=parts["first_off"])

    @property
    def parts(self) -> Mapping[str, pa.Table]:
        """What is to be kept."""
        return {"judged": pa.table({"n": [self.n], "n_off": [self.n_off]}), "first_off": self.first}


def judged_by_lines(ws: Workspace, before: Made | None, last: Judged | None) -> Judged | None:
    """Return the sales whose lines add up to more than the list price, or to less than what was paid for the goods.

    What discounts took off the whole order, postage, taxes up to `TAX` and rounding up to `SLACK` are no difference.
    After a last time only what differs is judged again. None without orders or without lines.
    """
    if not ws.warehouse.count("orders") or not ws.warehouse.count("order_lines"):
        return None
    is_known = before and {"orders", "order_lines"} <= before.versions.keys()
    sides = documents(ws, before) if before and is_known and last else None
    with Scratch(ws) as scratch:
        if sides and last:
            now, was = (scratch.keep(_judged(side.warehouse)) for side in sides)
            renewed = _renewed(ws, last, now, was)
            if renewed:
                return renewed
        return _counted(ws, scratch.keep(_judged(ws.warehouse)))


def _renewed(ws: Workspace, last: Judged, now: ir.Table, was: ir.Table) -> Judged | None:
    """Return what was judged the last time, less what stood and with what is now; None where one of the first is off no more."""
    (n, n_off), (n_was, n_was_off) = (_numbers(ws, rows) for rows in (now, was))
    off, was_off = (ws.warehouse.read(rows.filter("is_off").select(*KEY)).to_pylist() for rows in (now, was))
    first = last.first.to_pylist()
    if any(row in was_off and row not in off for row in first):
        return None
    every = {tuple(row.values()) for row in (*first, *off)}
    rows = [dict(zip(KEY, row, strict=True)) for row in sorted(every)[:MOST]]
    firsts = pa.Table.from_pylist(rows, last.first.schema)
    return Judged(last.n - n_was + n, last.n_off - n_was_off + n_off, firsts)


def _judged(warehouse: Warehouse) -> ir.Table:
    """Return the sales that can be held against their lines, and whether they are off."""
    orders, lines = warehouse.table("orders"), warehouse.table("order_lines")
    keyed = lines.select(
        s=group_key(lines.source), o=group_key(lines.order_id), net=told(lines, "net_amount")
    )
    sales = orders.filter(is_sale(orders))
    goods = told(sales, "paid_amount") - told(sales, "shipping_amount").fill_null(0)
    sales = sales.select(
        *KEY, s=group_key(sales.source), o=group_key(sales.order_id),
        goods=goods, gross=ibis.greatest(told(sales, "gross_amount").fill_null(goods), goods),
    )  # fmt: skip
    per_order = keyed.group_by("s", "o").agg(
        n=keyed.count(), n_known=keyed.net.count(), lines=keyed.net.sum()
    )
    both = sales.inner_join(per_order, ["s", "o"])
    both = both.filter(both.n == both.n_known, both.goods.notnull())
    slack = both.gross * SLACK + 0.05
    is_off = (both.lines > both.gross + slack) | (both.lines < both.goods / (1 + TAX) - slack)
    # Names only of those that are off: all others are counted.
    off = {name: ibis.ifelse(is_off.fill_null(False), both[name], ibis.null("string")) for name in KEY}
    return both.select(is_off=is_off.fill_null(False), **off)


def _numbers(ws: Workspace, rows: ir.Table) -> tuple[int, int]:
    counts = rows.aggregate(n=rows.count(), n_off=rows.is_off.cast("int64").sum().fill_null(0))
    (row,) = ws.warehouse.read(counts).to_pylist()
    return int(row["n"]), int(row["n_off"])


def _counted(ws: Workspace, rows: ir.Table) -> Judged:
    first = rows.filter("is_off").select(*KEY).order_by(*KEY).limit(MOST)
    return Judged(*_numbers(ws, rows), ws.warehouse.read(first))
