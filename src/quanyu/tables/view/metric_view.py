"""The sums in `metrics`, read once and asked many times: values, cards with comparisons, series,
breakdowns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from quanyu.tables.metric.catalogue import is_additive, metric
from quanyu.tables.metric.metric import Metric
from quanyu.tables.metric.period import Alignment, Period, first_of, periods_between

Sums = tuple[float, float]
KEPT = ["grain", "on", "slice", "numerator", "denominator"]
Count = Callable[[str, str, Period], dict[str, Sums]]


@dataclass(frozen=True)
class Point:
    """One period of a series: its first day, the sums and their quotient (None where nothing can be
    divided)."""

    on: dt.date
    numerator: float
    denominator: float
    value: float | None


@dataclass(frozen=True)
class Card:
    """A metric in a period beside the period before (环比) and the same period a year ago (同比).

    Changes are relative (0.1 is 10 % up), None where there is nothing to compare with; `spark` has the
    days of
    the period, or its weeks from 90 days on.
    """

    metric: Metric
    period: Period
    value: float | None
    previous: float | None
    last_year: float | None
    alignment: Alignment
    spark: tuple[float | None, ...]

    @property
    def change(self) -> float | None:
        """The relative change on the period before."""
        return relative(self.value, self.previous)

    @property
    def change_on_year(self) -> float | None:
        """The relative change on the same period a year ago."""
        return relative(self.value, self.last_year)


@dataclass(frozen=True)
class Slice:
    """A slice of a breakdown: its value now and before, and its share of the total where parts add up."""

    slice: str
    value: float | None
    previous: float | None
    share: float | None

    @property
    def change(self) -> float | None:
        """The relative change on the period before."""
        return relative(self.value, self.previous)


@dataclass(frozen=True)
class MetricView:
    """Sums by (metric, dimension), then by (grain, first day), then by slice.

    `count` answers what cannot be looked up: different people in days that no grain keeps. `began` is the first day
    of the data, where it is not the first of the rows: a part of the shop may begin later than the shop.
    """

    rows: Mapping[tuple[str, str], Mapping[tuple[str, dt.date], dict[str, Sums]]]
    is_lunar: bool = False
    count: Count = field(default=lambda name, dimension, period: {})
    began: dt.date | None = None

    def first(self, name: str) -> dt.date | None:
        """Return the first day the metric has data for; the first period where it is not counted by day."""
        if self.began:
            return self.began
        kept = list(self.rows.get((name, "all"), {}))
        starts = [
            min((on for unit, on in kept if unit == grain), default=None)
            for grain in ("day", "week", "month")
        ]
        known = [on for on in starts if on]
        return starts[0] or max(known, default=None)

    def sums(self, name: str, period: Period, dimension: str = "all") -> dict[str, Sums]:
        """Return numerator and denominator per slice; empty where the data does not reach back so far.

        Kept periods are looked up. Other days are added up where they may be, and counted anew where people
        would be counted twice.
        """
        first = self.first(name)
        if first is None or first > period.since:
            return {}
        if period.grain:
            return self.rows.get((name, dimension), {}).get((period.grain, period.since), {})
        return (
            self._added(name, period, dimension) if is_additive(name) else self.count(name, dimension, period)
        )

    def value(self, name: str, period: Period, dimension: str = "all", slice: str = "all") -> float | None:
        """Return a metric's value in a period, None where the data says nothing."""
        sums = self.sums(name, period, dimension).get(slice)
        return metric(name).value(*sums) if sums else None

    def card(self, name: str, period: Period, dimension: str = "all", slice: str = "all") -> Card:
        """Return a metric in a period with the period before, a year ago, and a small series."""
        year, alignment = period.last_year(is_lunar=self.is_lunar)
        now, before, past = (
            self.value(name, window, dimension, slice) for window in (period, period.previous(), year)
        )
        points = self.series(name, "day" if period.days < 90 else "week", period, dimension, slice)
        return Card(
            metric=metric(name),
            period=period,
            value=now,
            previous=before,
            last_year=past,
            alignment=alignment,
            spark=tuple(point.value for point in points),
        )

    def series(
        self, name: str, grain: str, period: Period, dimension: str = "all", slice: str = "all"
    ) -> list[Point]:
        """Return a metric by day, week or month, oldest first; empty days are 0 for totals, None for
        ratios."""
        kept = self.rows.get((name, dimension), {})
        days = [on for unit, on in kept if unit == grain]
        if not days:
            return []
        empty = (0.0, 0.0 if metric(name).is_ratio else 1.0)
        begins = first_of(self.began, grain) if self.began else min(days)
        on = periods_between(max(first_of(period.since, grain), begins), period.until, grain)
        pairs = [kept.get((grain, day), {}).get(slice, empty) for day in on]
        return [Point(day, *pair, metric(name).value(*pair)) for day, pair in zip(on, pairs, strict=True)]

    def breakdown(self, name: str, dimension: str, period: Period) -> list[Slice]:
        """Return a metric per slice of a dimension, largest first; shares only where parts add up."""
        now, before = (
            {part: metric(name).value(*pair) for part, pair in self.sums(name, window, dimension).items()}
            for window in (period, period.previous())
        )
        has_shares = is_additive(name) and not metric(name).is_ratio
        total = sum(value or 0 for value in now.values()) if has_shares else 0
        slices = [
            Slice(part, now.get(part), before.get(part), (now.get(part) or 0) / total if total else None)
            for part in sorted({*now, *before})
        ]
        return sorted(slices, key=lambda part: -(part.value or 0))

    def _added(self, name: str, period: Period, dimension: str) -> dict[str, Sums]:
        sums: dict[str, Sums] = {}
        for (grain, on), parts in self.rows.get((name, dimension), {}).items():
            if grain == "day" and period.since <= on < period.until:
                for part, (top, bottom) in parts.items():
                    before = sums.get(part, (0.0, 0.0))
                    sums[part] = (before[0] + top, before[1] + bottom if metric(name).is_ratio else 1.0)
        return sums


def relative(value: float | None, before: float | None) -> float | None:
    """Return the relative change, None where there is no base to compare with.

    >>> relative(110.0, 100.0)
    0.1
    """
    return None if value is None or not before else round((value - before) / abs(before), 12)


class KeptRows(Mapping[tuple[str, str], Mapping[tuple[str, dt.date], dict[str, Sums]]]):
    """Rows of `metrics` by (metric, dimension): what is not asked for stays in its columns, which are many times smaller.

    >>> row = {"metric": "gmv", "dimension": "all", "grain": "day", "on": dt.date(2026, 11, 1), "slice": "all"}
    >>> KeptRows(pa.Table.from_pylist([row | {"numerator": 7.0, "denominator": 1.0}]))["gmv", "all"]
    {('day', datetime.date(2026, 11, 1)): {'all': (7.0, 1.0)}}
    """

    def __init__(self, rows: pa.Table) -> None:
        names, dimensions = (
            rows[column].combine_chunks().dictionary_encode() for column in ("metric", "dimension")
        )
        n = max(len(dimensions.dictionary), 1)
        codes = names.indices.to_numpy().astype(np.int64) * n + dimensions.indices.to_numpy()
        self._rows = rows.select(KEPT).take(np.argsort(codes, kind="stable"))
        told, sizes = np.unique(codes, return_counts=True)
        ends = np.cumsum(sizes).tolist()
        keys = [
            (names.dictionary[code // n].as_py(), dimensions.dictionary[code % n].as_py())
            for code in told.tolist()
        ]
        self._spans = dict(zip(keys, zip(ends, sizes.tolist(), strict=True), strict=True))
        self._read: dict[tuple[str, str], Mapping[tuple[str, dt.date], dict[str, Sums]]] = {}

    def __getitem__(self, key: tuple[str, str]) -> Mapping[tuple[str, dt.date], dict[str, Sums]]:
        if key not in self._read:
            end, size = self._spans[key]
            part = self._rows.slice(end - size, size)
            periods: dict[tuple[str, dt.date], dict[str, Sums]] = {}
            for grain, on, name, top, bottom in zip(
                *(column.to_pylist() for column in part.columns), strict=True
            ):
                periods.setdefault((grain, on), {})[name] = (top, bottom)
            self._read[key] = periods
        return self._read[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


def metric_view(rows: pa.Table, *, is_lunar: bool = False, count: Count | None = None) -> MetricView:
    """Return the view of rows of `metrics`."""
    return MetricView(KeptRows(rows), is_lunar, count or (lambda name, dimension, period: {}))
