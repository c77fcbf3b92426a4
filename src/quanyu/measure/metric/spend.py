"""Spend, feedback and sold items to measures: small tables, added up by day and channel."""

from __future__ import annotations

import datetime as dt

import ibis
import numpy as np
import pyarrow as pa

from quanyu.measure.metric.periods import MetricScratch, Periods, add_up
from quanyu.tables.sale import is_sale
from quanyu.tables.spend import placements
from quanyu.warehouse.portable import local_day

DIMENSIONS = ("all", "channel")


def spending(scratch: MetricScratch, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the measures of `spend`, every placement once."""
    once = placements(scratch.warehouse.table)
    once = once.filter(once.spent_on < as_of).rename(
        cost="cost_amount", platform_revenue="platform_revenue_amount"
    )
    once = once.mutate(place=ibis.coalesce(once.channel, once.platform))
    numbers = ("impressions", "clicks", "cost", "platform_orders", "platform_revenue")
    cube = once.group_by(day=once.spent_on, channel=once.place).agg(
        **{name: once[name].sum() for name in numbers}
    )
    return add_up(scratch, scratch.warehouse.read(cube), periods, DIMENSIONS)


def voice(scratch: MetricScratch, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the measures of `feedback`: reviews with a score, and the balance of survey answers from 0
    to 10."""
    said = scratch.warehouse.table("feedback")
    said = said.mutate(day=local_day(said.said_at, scratch.zone))
    said = said.filter(said.day < as_of, said.score.notnull())
    is_review, is_survey = said.kind == "review", said.kind == "survey"
    balance = ibis.cases((said.score >= 9, 1), (said.score <= 6, -1), else_=0)
    cube = said.group_by("day", "channel").agg(
        n_reviews=is_review.cast("int64").sum(),
        review_score=said.score.sum(where=is_review).fill_null(0),
        n_survey=is_survey.cast("int64").sum(),
        survey_balance=balance.sum(where=is_survey).fill_null(0),
    )
    return add_up(scratch, scratch.warehouse.read(cube), periods, DIMENSIONS)


def assortment(scratch: MetricScratch, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return how many items of the catalogue had a sale, and how many were launched by the end of each
    period."""
    warehouse = scratch.warehouse
    items, lines = warehouse.table("items"), warehouse.table("order_lines")
    lines = lines.filter(lines.n_items > 0).select("source", "order_id", "item_id")
    orders = warehouse.table("orders")
    orders = orders.mutate(day=local_day(ibis.coalesce(orders.paid_at, orders.ordered_at), scratch.zone))
    sales = scratch.touched(orders.filter(is_sale(orders), orders.day < as_of))
    sold = lines.semi_join(items, "item_id").inner_join(
        sales.select("source", "order_id", "day"), ["source", "order_id"]
    )
    cube = scratch.cube("sold", sold.select("day", "item_id").distinct())
    spread = scratch.spread(scratch.known(cube), cube["day"], periods)
    counted = spread.group_by("grain", "on", slice=ibis.literal("all")).agg(
        n_items_sold=spread.item_id.nunique().cast("float64")
    )
    by_period = scratch.read(counted, "all")
    launched = warehouse.read(items.select(on=items.launched_on.fill_null(dt.date(1, 1, 1))))["on"].to_numpy()
    return [
        by_period.append_column("n_items_on_sale", _on_sale(by_period, np.sort(launched), periods, as_of))
    ]


def _on_sale(by_period: pa.Table, launched: np.ndarray, periods: Periods, as_of: dt.date) -> pa.Array:
    ends = {(window.grain, window.since): window.until for window in periods.windows}
    until = [
        ends.get((grain, on)) or _end(grain, on, as_of)
        for grain, on in zip(by_period["grain"].to_pylist(), by_period["on"].to_pylist(), strict=True)
    ]
    return pa.array(np.searchsorted(launched, np.array(until, dtype="datetime64[D]")).astype(float))


def _end(grain: str, on: dt.date, as_of: dt.date) -> dt.date:
    days = {"day": 1, "week": 7, "month": 31}[grain]
    end = on + dt.timedelta(days=days)
    return min(as_of, end.replace(day=1) if grain == "month" else end)
