"""Where people buy who come from an ad: the settings say so, or their orders, or the platform's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import ibis.expr.types as ir

from quanyu.measure.touch import touch
from quanyu.method.person import of_somebody
from quanyu.tables.sale import is_sale
from quanyu.tables.settings import CurveSettings
from quanyu.warehouse.portable import seconds
from quanyu.workspace import Workspace

RECENT_DAYS = 120
CLEAR = 4.0
"""Standard errors by which orders after a click must exceed those before it."""
LEAST_SHARE = 0.15

Lands = dict[str, dict[str, float]]


def destinations(ws: Workspace, as_of: dt.date) -> Lands:
    """Return for each ad channel the shares of the sales channels on which its people buy; {} where nobody knows.

    First what `[curve] lands` says. Then the orders of people who clicked, in the last 120 days: more of them within
    a day after the click than within a day before, by sales channel (orders that have nothing to do with the
    click are as likely before as after). Then the sales channel that the ad files name. Else unknown.
    """
    named = _named(ws)
    seen = _by_orders(ws, as_of, sorted(filter(None, named)))
    told = ws.settings.of(CurveSettings).lands
    lands: Lands = {}
    for ad, name in named.items():
        if ad in told:
            lands[ad] = {sales: 1 / len(told[ad]) for sales in told[ad]}
        else:
            lands[ad] = seen.get(ad) or ({name: 1.0} if name else {})
    return lands


def _named(ws: Workspace) -> dict[str, str]:
    """Return every ad channel and the sales channel that its files name, if there is one of that name."""
    spend, orders = ws.warehouse.table("spend"), ws.warehouse.table("orders")
    sales = set(ws.warehouse.read(orders.select("channel").distinct())["channel"].to_pylist())
    pairs = spend.group_by("platform").agg(channel=spend.channel.min(), n=spend.channel.nunique())
    rows = ws.warehouse.read(pairs.order_by("platform")).to_pylist()
    return {
        row["platform"]: row["channel"] if row["n"] == 1 and row["channel"] in sales else "" for row in rows
    }


def _by_orders(ws: Workspace, as_of: dt.date, ads: Sequence[str]) -> Lands:
    since = as_of - dt.timedelta(days=RECENT_DAYS)
    met = touch.touches(ws, as_of, since, channels=ads)
    met = met.filter(met.channel.isin(ads)).select("person", "channel", "touched_at")
    bought = _bought(ws, as_of, since)
    pairs = met.inner_join(bought, "person")
    waited = seconds(pairs.ordered_at) - seconds(pairs.touched_at)
    pairs = pairs.mutate(is_after=(waited >= 0), waited=waited)
    pairs = pairs.filter(pairs.waited.abs() <= touch.DAY)
    counted = pairs.group_by(ad=pairs.channel, sales=pairs.sales).agg(
        after=pairs.is_after.cast("int64").sum(), n=pairs.count()
    )
    return shares(ws.warehouse.read(counted.order_by("ad", "sales")).to_pylist())


def _bought(ws: Workspace, as_of: dt.date, since: dt.date) -> ir.Table:
    orders = ws.warehouse.table("orders")
    orders = orders.filter(
        is_sale(orders),
        orders.ordered_at < touch.start_of(ws, as_of),
        orders.ordered_at >= touch.start_of(ws, since),
    )
    rows = of_somebody(
        ws.warehouse, orders.select("id_key", "ordered_at", sales=orders.channel.fill_null("unknown"))
    )
    return rows.filter(rows.person.notnull()).select("person", "ordered_at", "sales")


def shares(rows: list[Mapping[str, object]]) -> Lands:
    """Return shares from counts of orders within a day of a click: ad, sales, after, n (after and before).

    >>> shares([{"ad": "meta", "sales": "own", "after": 90, "n": 100}, {"ad": "meta", "sales": "jd", "after": 6, "n": 10}])
    {'meta': {'own': 1.0}}
    """
    excess: dict[str, dict[str, float]] = {}
    for row in rows:
        after, n = int(str(row["after"])), int(str(row["n"]))
        more = 2 * after - n
        if more > CLEAR * n**0.5:
            excess.setdefault(str(row["ad"]), {})[str(row["sales"])] = float(more)
    lands: Lands = {}
    for ad, parts in excess.items():
        whole = sum(parts.values())
        kept = {sales: part for sales, part in parts.items() if part >= LEAST_SHARE * whole}
        lands[ad] = {sales: part / sum(kept.values()) for sales, part in kept.items()}
    return lands
