"""Orders per day whose buyer had a touch of a channel shortly before, beside all orders of the day."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from quanyu.measure.touch import DAY, owner, start_of, touches
from quanyu.tables import SALES
from quanyu.tables.margin import orders_with_margin
from quanyu.warehouse.portable import group_key, local_day
from quanyu.workspace import Workspace

ALL = "all"
COUNTED = ("person", "ordered_at", "on", "order", "revenue_amount", "margin_amount")


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
    waited = (pairs.ordered_at.epoch_seconds() - pairs.touched_at.epoch_seconds()).cast("int64")
    pairs = pairs.filter(pairs.touched_at <= pairs.ordered_at, waited <= _window(ws, pairs.channel))
    once = pairs.group_by("on", "channel", "order").agg(
        revenue_amount=pairs.revenue_amount.max(), margin_amount=pairs.margin_amount.max()
    )
    whole = bought.mutate(channel=ibis.literal(ALL))
    return ibis.union(_by_day(once), _by_day(whole))


def sales(ws: Workspace, as_of: dt.date, since: dt.date | None = None) -> ir.Table:
    """Return every order before `as_of` that is a sale: person (null if unknown), ordered_at, on, order, money.

    The same orders as in the metric `n_orders`, on the day they were placed: that is when a touch had done its work.
    """
    rows = orders_with_margin(ws.warehouse.table)
    value = ibis.greatest(rows.gross_amount.fill_null(0), rows.paid_amount.fill_null(0))
    rows = rows.filter(rows.status.isin(SALES), value > 0, rows.ordered_at < start_of(ws, as_of))
    if since is not None:
        rows = rows.filter(rows.ordered_at >= start_of(ws, since))
    rows = rows.select(
        "id_key",
        "ordered_at",
        on=local_day(rows.ordered_at, ws.settings.timezone),
        order=group_key(rows.source + ibis.literal("\n") + rows.order_id),
        revenue_amount=rows.net_amount.fill_null(0),
        margin_amount=rows.margin_amount,
    )
    return owner(ws, rows).select(*COUNTED)


def _window(ws: Workspace, channel: ir.StringColumn) -> ir.IntegerValue:
    """Return how many seconds before an order a touch of each channel counts."""
    spec = ws.settings.attribution
    usual = ibis.literal(spec.window_days * DAY)
    own = [(channel == name, ibis.literal(days * DAY)) for name, days in spec.channel_windows.items()]
    return ibis.cases(*own, else_=usual) if own else usual


def _by_day(orders: ir.Table) -> ir.Table:
    return orders.group_by("on", "channel").agg(
        n_orders=orders.count(),
        revenue_amount=orders.revenue_amount.sum().cast("decimal(18, 2)"),
        margin_amount=orders.margin_amount.sum().cast("decimal(18, 2)"),
    )
