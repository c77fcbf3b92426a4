"""A metric over time beside the period before and the same period a year ago, point by point."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanyu.measure.metric.read import open_metrics
from quanyu.tables.metric.catalogue import metric
from quanyu.tables.metric.metric import Metric
from quanyu.tables.metric.period import Period, first_of, periods_between
from quanyu.tables.view.metric_view import MetricView
from quanyu.workspace import Workspace

Values = tuple[float | None, ...]


@dataclass(frozen=True)
class Trend:
    """A metric by `grain`; `previous` and `last_year` hold the values at the same place of the compared
    periods.

    None stands where the data does not reach, or where a ratio has nothing to be divided by.
    """

    metric: Metric
    grain: str
    on: tuple[dt.date, ...]
    values: Values
    previous: Values
    last_year: Values


def trend(
    ws: Workspace, name: str, grain: str, period: Period, *, dimension: str = "all", slice: str = "all"
) -> Trend:
    """Return a metric by day, week or month in a period, with its two comparisons, from one read."""
    view = open_metrics(ws, [name], [dimension], [grain])
    return trend_of(view, name, grain, period, (dimension, slice))


def trend_of(
    view: MetricView, name: str, grain: str, period: Period, part: tuple[str, str] = ("all", "all")
) -> Trend:
    """Return what `trend` does, of sums that were read."""
    on = tuple(periods_between(first_of(period.since, grain), period.until, grain))
    sides = (period, period.previous(), period.last_year(is_lunar=view.is_lunar)[0])
    values = [_values(view, name, grain, side, part) for side in sides]
    return Trend(metric(name), grain, on, *((*side, *[None] * len(on))[: len(on)] for side in values))


def _values(view: MetricView, name: str, grain: str, period: Period, part: tuple[str, str]) -> Values:
    first = view.first(name)
    known = {point.on: point.value for point in view.series(name, grain, period, *part)}
    days = periods_between(first_of(period.since, grain), period.until, grain)
    return tuple(known.get(on) if first and on >= first_of(first, grain) else None for on in days)
