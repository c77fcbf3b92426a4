"""The margin of orders that do not say it: net amount less the cost of the goods that were kept; the step `margins`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.method.scratch import Keep, Scratch
from quanyu.part.step import Step
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import group_key, money
from quanyu.workspace import Workspace

KNOWN_SHARE = 0.5
"""Share of the net amount whose margin must be known for it to stand in for the rest."""


def margins(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write `margins`: one row per sale that does not say its margin but lets it be told: the loop step.

    An order whose lines all have an item of known cost: its net amount less the cost of the pieces that were
    kept. Without lines, or where a cost is missing: its net amount times the mean margin rate of the others, as long as
    those are at least half of the net amount; `is_estimated` says so.
    """
    with Scratch(ws) as scratch:
        ws.warehouse.replace("margins", _margins(ws, scratch.keep), by="collect")
    rows = ws.warehouse.table("margins")
    counts = rows.aggregate(n=rows.count(), n_estimated=rows.is_estimated.cast("int64").sum())
    (counted,) = ws.warehouse.read(counts).to_pylist()
    return {"n_orders": counted["n"], "n_estimated": counted["n_estimated"] or 0}


def _margins(ws: Workspace, keep: Keep) -> ir.Table:
    orders = ws.warehouse.table("orders")
    sales = orders.filter(is_sale(orders))
    sales = sales.mutate(key=group_key(sales.source), document=group_key(sales.order_id))
    costs = _costs(ws)
    rows = sales.left_join(costs, ["key", "document"])
    net = rows.net_amount.cast("float64")
    # What came back without a count of pieces lowers the cost as it lowered the net amount.
    paid = rows.paid_amount.cast("float64")
    kept = ibis.ifelse(rows.has_returns | (paid <= 0), 1.0, (net / paid).clip(0.0, 1.0)).fill_null(1.0)
    own = rows.margin_amount.cast("float64")
    told = own.coalesce(ibis.ifelse(rows.is_known, net - rows.cost * kept, ibis.null("float64")))
    rows = keep(rows.select("source", "order_id", net=net, is_own=own.notnull(), told=told))
    known = rows.aggregate(
        rate=rows.told.sum() / rows.net.sum(where=rows.told.notnull()).nullif(0),
        share=rows.net.sum(where=rows.told.notnull()) / rows.net.sum().nullif(0),
    )
    all_rows = rows.cross_join(known)
    stand_in = ibis.ifelse(all_rows.share >= KNOWN_SHARE, all_rows.net * all_rows.rate, ibis.null("float64"))
    result = all_rows.select(
        "source",
        "order_id",
        "is_own",
        margin_amount=money(all_rows.told.coalesce(stand_in)),
        is_estimated=all_rows.told.isnull(),
    )
    return result.filter(~result.is_own, result.margin_amount.notnull()).drop("is_own")


def _costs(ws: Workspace) -> ir.Table:
    """Return per order the cost of its pieces, and whether every line has one."""
    lines, items = ws.warehouse.table("order_lines"), ws.warehouse.table("items")
    items = items.select("item_id", cost=items.cost_amount.cast("float64"))
    priced = lines.left_join(items, "item_id")
    pieces = priced.n_items - priced.n_returned.fill_null(0)
    priced = priced.select(
        key=group_key(priced.source),
        document=group_key(priced.order_id),
        cost=priced.cost * pieces,
        is_returned=(priced.n_returned > 0).fill_null(False),
    )
    return priced.group_by("key", "document").aggregate(
        cost=priced.cost.sum(),
        is_known=priced.cost.notnull().all(),
        has_returns=priced.is_returned.any(),
    )


STEP = Step(
    "margins", "Work out the margin of orders", ("orders", "order_lines", "items"), ("margins",), margins
)
