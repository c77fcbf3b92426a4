"""What an order is worth: its margin by sales channel, from orders, from the costs of items, or from the settings."""

from __future__ import annotations

import datetime as dt

import ibis.expr.types as ir

from quanyu.tables import SALES
from quanyu.warehouse.portable import group_key, local_day
from quanyu.workspace import Workspace

ENOUGH = 0.5
"""Share of net revenue whose margin must be known before a sales channel is judged by its own margin."""


def worth(ws: Workspace, as_of: dt.date, window_days: int) -> dict[str, float]:
    """Return the worth of an order per sales channel: net revenue per order times the margin rate, times
    `order_worth` of the settings. Empty where no margin is known anywhere.

    The margin rate is that of the sales channel where at least half of its revenue has a known margin, else that
    of all sales channels together.
    """
    rows = ws.warehouse.read(_sums(ws, as_of, as_of - dt.timedelta(days=window_days))).to_pylist()
    total = {name: sum(float(row[name] or 0) for row in rows) for name in ("margin", "net_known")}
    rate = ws.settings.curve.margin_rate
    shared = rate or (total["margin"] / total["net_known"] if total["net_known"] > 0 else None)
    if shared is None:
        return {}
    found = {}
    for row in rows:
        net, known = float(row["net"] or 0), float(row["net_known"] or 0)
        own = float(row["margin"]) / known if not rate and known > ENOUGH * net > 0 else shared
        found[row["name"]] = max(net / max(row["n"], 1) * own, 0.0) * ws.settings.curve.order_worth
    return found


def _sums(ws: Workspace, as_of: dt.date, first: dt.date) -> ir.Table:
    orders = ws.warehouse.table("orders")
    day = local_day(orders.ordered_at, ws.settings.timezone)
    orders = orders.filter(orders.status.isin(SALES), day >= first, day < as_of)
    orders = orders.mutate(order=group_key(orders.source + "\n" + orders.order_id))
    joined = orders.left_join(_costs(ws), "order")
    # What the order says itself wins; else its lines, if every one of them has a known cost.
    margin = joined.margin_amount.cast("float64").fill_null(
        joined.net_amount.cast("float64") - joined.cost.cast("float64")
    )
    joined = joined.select("net_amount", margin=margin, name=joined.channel.fill_null("unknown"))
    return joined.group_by("name").agg(
        n=joined.count(),
        net=joined.net_amount.sum().cast("float64"),
        margin=joined.margin.sum(),
        net_known=joined.net_amount.sum(where=joined.margin.notnull()).cast("float64"),
    )


def _costs(ws: Workspace) -> ir.Table:
    """Return the cost of goods of every order whose lines all have one: order, cost."""
    lines, items = ws.warehouse.table("order_lines"), ws.warehouse.table("items")
    costs = items.select("item_id", "cost_amount")
    joined = lines.left_join(costs, "item_id")
    kept = joined.n_items - joined.n_returned.fill_null(0)
    rows = joined.select(
        order=group_key(joined.source + "\n" + joined.order_id),
        cost=joined.cost_amount * kept,
        is_known=joined.cost_amount.notnull(),
    )
    summed = rows.group_by("order").agg(cost=rows.cost.sum(), is_known=rows.is_known.all())
    return summed.filter(summed.is_known).select("order", "cost")
