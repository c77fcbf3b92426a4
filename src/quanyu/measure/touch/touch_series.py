"""Orders per day whose buyer had a touch of a channel shortly before, beside all orders of the day."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from quanyu.measure.touch.purchase import sales
from quanyu.measure.touch.touch import DAY, touches
from quanyu.tables.settings import AttributionSettings
from quanyu.warehouse.portable import seconds
from quanyu.workspace import Workspace

ALL = "all"


def touch_series(ws: Workspace, as_of: dt.date) -> ir.Table:
    """Return per day and channel the orders whose buyer had a touch of the channel within its window before.

    Columns: `on` (the day of the order in the workspace's zone), `channel`, `n_orders`, `revenue_amount` (net),
    `margin_amount` (null where no order of the cell has a known margin). The channel `all` holds every order of the
    day, of unknown buyers too. An order counts once for each of several channels, so channels do not add up to
    `all`: the orders of a day that a channel did not touch are `all` less the channel.

    The window is `channel_windows[channel]` of the settings `[attribution]`, else `window_days`.
    """
    bought = sales(ws, as_of)
    met = touches(ws, as_of).select("person", "channel", "touched_at")
    pairs = met.inner_join(bought.filter(bought.person.notnull()), "person")
    waited = seconds(pairs.ordered_at) - seconds(pairs.touched_at)
    pairs = pairs.filter(pairs.touched_at <= pairs.ordered_at, waited <= _window(ws, pairs.channel))
    once = pairs.group_by("on", "channel", "order").agg(
        revenue_amount=pairs.revenue_amount.max(), margin_amount=pairs.margin_amount.max()
    )
    whole = bought.mutate(channel=ibis.literal(ALL))
    return ibis.union(_by_day(once), _by_day(whole))


def _window(ws: Workspace, channel: ir.StringColumn) -> ir.IntegerValue:
    """Return how many seconds before an order a touch of each channel counts."""
    spec = ws.settings.of(AttributionSettings)
    usual = ibis.literal(spec.window_days * DAY)
    own = [(channel == name, ibis.literal(days * DAY)) for name, days in spec.channel_windows.items()]
    return ibis.cases(*own, else_=usual) if own else usual


def _by_day(orders: ir.Table) -> ir.Table:
    return orders.group_by("on", "channel").agg(
        n_orders=orders.count(),
        revenue_amount=orders.revenue_amount.sum().cast("decimal(18, 2)"),
        margin_amount=orders.margin_amount.sum().cast("decimal(18, 2)"),
    )
