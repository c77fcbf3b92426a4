"""What an order is worth: its margin by sales channel, from orders, from the costs of items, or from the settings."""

from __future__ import annotations

import datetime as dt

import ibis.expr.types as ir

from quanyu.tables.margin import orders_with_margin
from quanyu.tables.sale import is_sale
from quanyu.tables.settings import CurveSettings
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

ENOUGH = 0.5
"""Share of net revenue whose margin must be known before a sales channel is judged by its own margin."""


def order_margin(ws: Workspace, as_of: dt.date, window_days: int) -> dict[str, float]:
    """Return the worth of an order per sales channel: net revenue per order times the margin rate, times
    `order_worth` of the settings. Empty where no margin is known anywhere.

    The margin rate is that of the sales channel where at least half of its revenue has a known margin, else that
    of all sales channels together.
    """
    rows = ws.warehouse.read(_sums(ws, as_of, as_of - dt.timedelta(days=window_days))).to_pylist()
    total = {name: sum(float(row[name] or 0) for row in rows) for name in ("margin", "net_known")}
    rate = ws.settings.of(CurveSettings).margin_rate
    shared = rate or (total["margin"] / total["net_known"] if total["net_known"] > 0 else None)
    if shared is None:
        return {}
    margins = {}
    for row in rows:
        net, known = float(row["net"] or 0), float(row["net_known"] or 0)
        own = float(row["margin"]) / known if not rate and known > ENOUGH * net > 0 else shared
        margins[row["name"]] = (
            max(net / max(row["n"], 1) * own, 0.0) * ws.settings.of(CurveSettings).order_worth
        )
    return margins


def _sums(ws: Workspace, as_of: dt.date, first: dt.date) -> ir.Table:
    orders = orders_with_margin(ws.warehouse.table)
    day = local_day(orders.ordered_at, ws.settings.timezone)
    orders = orders.filter(is_sale(orders), day >= first, day < as_of)
    rows = orders.select("net_amount", margin=orders.margin_amount, name=orders.channel.fill_null("unknown"))
    # Added up as money, in one order: the worth is part of what identifies the fit, to the last bit.
    summed = rows.group_by("name").agg(
        n=rows.count(),
        net=rows.net_amount.sum().cast("float64"),
        margin=rows.margin.sum().cast("float64"),
        net_known=rows.net_amount.sum(where=rows.margin.notnull()).cast("float64"),
    )
    return summed.order_by("name")
