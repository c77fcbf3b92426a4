"""A metric as one explores it: its card, its course, what its slices did over time, and which of them moved it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from quanyu.measure.metric import read
from quanyu.measure.metric.explain import Explained, divides, explained_of
from quanyu.measure.metric.explore.cross import Cut, crossed, is_crossed
from quanyu.measure.metric.periods import CALENDAR, Periods, is_lunar
from quanyu.measure.metric.trend import Trend, Values, trend_of
from quanyu.tables.metric.catalogue import is_additive, metric
from quanyu.tables.metric.period import Period, first_of, periods_between
from quanyu.tables.view.metric_view import Card, MetricView, Slice, Sums, metric_view
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Course:
    """One slice over time, a value for every period of `on`."""

    slice: str
    values: Values


@dataclass(frozen=True)
class Exploration:
    """All that is told of a metric by the slices of a cut.

    `courses` are those of the slices, the largest first, and `whole` that of all of them together, counted anew where
    people are. `newest` has so many days of so many, where its period is not over. `began` is the first day of the data.
    """

    cut: Cut
    card: Card
    trend: Trend
    slices: tuple[Slice, ...]
    explained: Explained
    courses: tuple[Course, ...]
    whole: Values
    newest: tuple[int, int] | None
    began: dt.date | None

    @property
    def has_whole(self) -> bool:
        """Say whether all slices together can be told."""
        return any(value is not None for value in self.whole)

    @property
    def is_divided(self) -> bool:
        """Say whether the slices add up to the whole."""
        return not self.explained.metric.is_ratio and self.explained.is_divided


def explore(ws: Workspace, name: str, grain: str, period: Period, cut: Cut) -> Exploration:
    """Return a metric of a cut by day, week or month in a period, and against the period before."""
    sums = open_cut(ws, name, cut, period)
    dimension, told = cut.dimension, trend_of(sums, name, grain, period)
    slices = tuple(sums.breakdown(name, dimension, period))
    explained = explained_of(sums, name, dimension, period, period.previous())
    return Exploration(
        cut=cut, card=sums.card(name, period), trend=told, slices=slices,
        explained=replace(explained, is_divided=all(divides(name, by) for by in cut.by)),
        courses=_courses(sums, name, grain, period, dimension), whole=told.values,
        newest=_unfinished(grain, told.on, read.as_of(ws)), began=sums.first(name),
    )  # fmt: skip


def open_cut(ws: Workspace, name: str, cut: Cut, period: Period) -> MetricView:
    """Return the sums of a cut of a metric: looked up where `metrics` keeps them, else counted from the orders.

    Where neither is possible (visitors of several channels, who may have come by two) the whole stays unknown.
    """
    kept = read.open_metrics(ws, [name], cut.by, _grains(period, ws))
    if cut.is_kept:
        return kept
    began = kept.first(name)
    if not is_crossed(name):
        return replace(_only(kept, name, cut), began=began)
    as_of = read.as_of(ws) or ws.today()
    windows = tuple({(each.grain, each.since): each for each in _compared(period, ws) if each.grain}.values())
    others = tuple(each for each in windows if each.grain not in CALENDAR)

    def count(of: str, dimension: str, days: Period) -> dict[str, Sums]:
        window = Period("custom", "custom", days.since, days.until)
        return _sums(crossed(ws, of, cut, Periods((window,), ()), days.until), dimension)

    told = crossed(ws, name, cut, Periods(others), as_of)
    return replace(metric_view(told, is_lunar=is_lunar(ws), count=count), began=began)


def _compared(period: Period, ws: Workspace) -> tuple[Period, ...]:
    return period, period.previous(), period.last_year(is_lunar=is_lunar(ws))[0]


def _grains(period: Period, ws: Workspace) -> list[str]:
    return [each.grain for each in _compared(period, ws)]


def _sums(rows: pa.Table, dimension: str) -> dict[str, Sums]:
    return {
        row["slice"]: (row["numerator"], row["denominator"])
        for row in rows.to_pylist()
        if row["dimension"] == dimension
    }


def _only(kept: MetricView, name: str, cut: Cut) -> MetricView:
    """Return what `metrics` keeps of some slices of a dimension, with their sum where they have one."""
    ((dimension, wanted),) = cut.among

    def some(parts: Mapping[str, Sums]) -> dict[str, Sums]:
        return {part: sums for part, sums in parts.items() if part in wanted}

    def together(parts: Mapping[str, Sums]) -> dict[str, Sums]:
        if not parts or (len(wanted) > 1 and not is_additive(name)):
            return {}
        top, bottom = (sum(sums[side] for sums in parts.values()) for side in (0, 1))
        return {"all": (top, bottom if metric(name).is_ratio else 1.0)}

    def count(of: str, by: str, days: Period) -> dict[str, Sums]:
        parts = some(kept.count(of, dimension, days))
        return together(parts) if by == "all" else parts

    inside = {key: some(parts) for key, parts in kept.rows.get((name, dimension), {}).items()}
    whole = {key: sums for key, parts in inside.items() if (sums := together(parts))}
    rows = {(name, dimension): inside, (name, "all"): whole}
    return MetricView(rows, kept.is_lunar, count)


def _courses(sums: MetricView, name: str, grain: str, period: Period, dimension: str) -> tuple[Course, ...]:
    on = periods_between(first_of(period.since, grain), period.until, grain)
    kept = sums.rows.get((name, dimension), {})
    weighs = 1 if metric(name).is_ratio else 0
    sizes: dict[str, float] = {}
    for day in on:
        for part, pair in kept.get((grain, day), {}).items():
            sizes[part] = sizes.get(part, 0.0) + pair[weighs]
    courses = []
    for part in sorted(sizes, key=lambda part: (-sizes[part], part)):
        told = {point.on: point.value for point in sums.series(name, grain, period, dimension, part)}
        courses.append(Course(part, tuple(told.get(day) for day in on)))
    return tuple(courses)


def _unfinished(grain: str, on: tuple[dt.date, ...], as_of: dt.date | None) -> tuple[int, int] | None:
    """Return how many days of how many the newest period has, None where it is whole."""
    if grain == "day" or not on or as_of is None:
        return None
    ends = first_of(on[-1] + dt.timedelta(days=7 if grain == "week" else 32), grain)
    have, whole = (min(as_of, ends) - on[-1]).days, (ends - on[-1]).days
    return (have, whole) if have < whole else None
