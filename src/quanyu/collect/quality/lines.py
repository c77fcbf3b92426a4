"""Sales held against their lines, kept from turn to turn: only orders that differ, or lines of theirs, are judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

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
    """How many sales have lines with an amount each, and which of them (`KEY`) are off."""

    n: int
    off: pa.Table

    def examples(self, most: int) -> Sequence[Mapping[str, Any]]:
        """Return the first sales that are off."""
        first: list[Mapping[str, Any]] = self.off.slice(0, most).to_pylist()
        return first

    @classmethod
    def kept(cls, parts: Mapping[str, pa.Table]) -> Judged | None:
        """Return what was kept, if it was."""
        return cls(parts["n_judged"]["n"][0].as_py(), parts["off"]) if "n_judged" in parts else None

    @property
    def parts(self) -> Mapping[str, pa.Table]:
        """What is to be kept."""
        return {"n_judged": pa.table({"n": [self.n]}), "off": self.off}


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
        if sides is None or last is None:
            return _counted(ws, scratch.keep(_judged(ws.warehouse)))
        now, was = (_counted(ws, scratch.keep(_judged(side.warehouse))) for side in sides)
    stood = {tuple(row.values()) for row in was.off.to_pylist()}
    still = [tuple(row.values()) not in stood for row in last.off.to_pylist()]
    off = pa.concat_tables([last.off.filter(pa.array(still, pa.bool_())), now.off])
    return Judged(last.n - was.n + now.n, off.sort_by([(name, "ascending") for name in KEY]))


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


def _counted(ws: Workspace, rows: ir.Table) -> Judged:
    n = int(ws.warehouse.read(rows.count().as_table()).column(0)[0].as_py())
    off = rows.filter("is_off").select(*KEY).order_by(*KEY)
    return Judged(n, ws.warehouse.read(off))
