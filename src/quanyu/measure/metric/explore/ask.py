"""What programs ask of the metrics: which there are, one over time with its comparisons, and one by a dimension."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from quanyu.measure.metric.read import breakdown, metric_card, period, series
from quanyu.part.action import Action, Caller
from quanyu.tables.metric.catalogue import METRICS, metric
from quanyu.tables.metric.metric import Metric
from quanyu.tables.metric.period import PRESETS, Period
from quanyu.tables.view.metric_view import Card, Point, Slice
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Nothing:
    """Every metric is wanted."""


@dataclass(frozen=True)
class Course:
    """A metric in a period, one of the named or from `since` up to and without `until`; of a slice of a dimension."""

    metric: str
    period: str = PRESETS[0]
    since: dt.date | None = None
    until: dt.date | None = None
    grain: Literal["day", "week", "month"] = "day"
    dimension: str = "all"
    slice: str = "all"


@dataclass(frozen=True)
class Cut:
    """A metric in a period by a dimension."""

    metric: str
    dimension: str
    period: str = PRESETS[0]
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Told:
    """A metric's value with the period before and a year ago, and its points, the oldest first."""

    card: Card
    points: tuple[Point, ...]


def metrics(ws: Workspace, _: Nothing, __: Caller) -> list[Metric]:
    """Return every metric with its definition in Chinese and English."""
    return list(METRICS.values())


def read_metric(ws: Workspace, given: Course, _: Caller) -> Told:
    """Return a metric over time."""
    name, days = metric(given.metric).name, _period(ws, given)
    dimension, slice_ = given.dimension, given.slice
    card = metric_card(ws, name, days, dimension, slice_)
    return Told(card, tuple(series(ws, name, given.grain, days, dimension=dimension, slice=slice_)))


def split_metric(ws: Workspace, given: Cut, _: Caller) -> list[Slice]:
    """Return a metric by a dimension, the largest slice first."""
    return breakdown(ws, metric(given.metric).name, given.dimension, _period(ws, given))


def _period(ws: Workspace, given: Course | Cut) -> Period:
    return period(ws, given.period, given.since, given.until)


LIST = Action(
    "list_metrics",
    "List the metrics with their definitions.",
    Nothing,
    list[Metric],
    metrics,
    role="viewer",
    writes=False,
)
READ = Action(
    "read_metric",
    "Read a metric over time, with the period before and a year ago.",
    Course,
    Told,
    read_metric,
    role="viewer",
    writes=False,
)
SPLIT = Action(
    "split_metric",
    "Read a metric by a dimension, such as channel.",
    Cut,
    list[Slice],
    split_metric,
    role="viewer",
    writes=False,
)
