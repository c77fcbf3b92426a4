"""How a trait is distributed: how many people have which value, or a value in which range."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import ibis
import ibis.expr.types as ir

from quanyu.errors import ColumnError
from quanyu.nearest import did_you_mean
from quanyu.understand.trait.portrait import traits
from quanyu.understand.trait.trait import Trait
from quanyu.workspace import Workspace

MOST_BARS = 24
Grain = Literal["", "week", "month", "quarter", "year"]
GRAINS: tuple[tuple[Grain, int], ...] = (
    ("week", 1), ("month", 1), ("quarter", 1), ("year", 1), ("year", 2), ("year", 5), ("year", 10), ("year", 100),
)  # fmt: skip
"""Periods that days are told by, the finest first, with how many of them a bar takes."""
MONTHS: Mapping[Grain, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Bar:
    """One bar: a value, or a range of numbers or days from `low` (inclusive) to `high` (exclusive, inclusive in the last)."""

    label: str
    n_people: int
    low: float | dt.date | None = None
    high: float | dt.date | None = None


@dataclass(frozen=True)
class Distribution:
    """How many people have which value of a trait; `n_unknown` have none. Days are told by `grain`."""

    trait: Trait
    bars: tuple[Bar, ...]
    n_known: int
    n_unknown: int
    median: float | None = None
    grain: Grain = ""

    @property
    def is_ordered(self) -> bool:
        """Whether the bars are ranges, which stand in their order."""
        return bool(self.bars) and self.bars[0].low is not None


def distribution(ws: Workspace, trait: str, most: int = MOST_BARS) -> Distribution:
    """Return the distribution of a trait in about `most` bars at most.

    Words are told by their values, the most frequent first, numbers by ranges between quantiles' ends, days by weeks,
    months, quarters or years. Raises `ColumnError` for a trait that is not in the portraits.
    """
    declared = {item.name: item for item in traits(ws)}
    portraits = ws.warehouse.table("portraits")
    if trait not in declared or trait not in portraits.columns:
        near = did_you_mean(trait, declared)
        raise ColumnError(
            "There is no trait {trait!r} in the portraits.",
            "{near} Traits: {traits}." if near else "Traits: {traits}.",
            trait=trait,
            near=near,
            traits=", ".join(declared),
        )
    item, value = declared[trait], portraits[trait]
    if item.kind in {"integer", "number", "money", "price"}:
        return _of_numbers(ws, item, value.cast("float64"))
    cells = value.cast("date" if item.kind == "day" else "string").name("value").as_table()
    cells = cells.group_by("value").aggregate(n=ibis._.count())
    rows = ws.warehouse.read(cells.order_by(ibis.desc("n"), "value")).to_pylist()
    counts = {row["value"]: row["n"] for row in rows}
    n_unknown = counts.pop(None, 0)
    told = partial(Distribution, item, n_known=sum(counts.values()), n_unknown=n_unknown)
    if item.kind == "day":
        grain, bars = _of_days(counts, most)
        return told(bars, grain=grain)
    return told(tuple(Bar(word, n) for word, n in list(counts.items())[:most]))


def _of_days(counts: Mapping[dt.date, int], most: int) -> tuple[Grain, tuple[Bar, ...]]:
    """Return the finest of weeks, months, quarters and years that tells days in `most` bars, and the bars."""
    if not counts:
        return "", ()
    first, last = min(counts), max(counts)
    for grain, n in GRAINS:
        starts = _starts(first, last, grain, n)
        if len(starts) <= most + 1:
            break
    sizes = [0] * (len(starts) - 1)
    for day, n_people in counts.items():
        sizes[bisect_right(starts, day) - 1] += n_people
    ends = zip(starts, starts[1:], sizes, strict=False)
    return grain, tuple(Bar(_day_label(low, grain, n), size, low, high) for low, high, size in ends)


def _starts(first: dt.date, last: dt.date, grain: Grain, n: int) -> list[dt.date]:
    """Return the first days of the periods of `n` grains from that of `first` on, and the day after that of `last`."""
    if grain == "week":
        start = first - dt.timedelta(days=first.weekday())
        return [start + dt.timedelta(weeks=week) for week in range((last - start).days // 7 + 2)]
    months = n * MONTHS[grain]
    begin, end = ((12 * day.year + day.month - 1) // months for day in (first, last))
    return [dt.date(month * months // 12, month * months % 12 + 1, 1) for month in range(begin, end + 2)]


def _day_label(low: dt.date, grain: Grain, n: int) -> str:
    """Return what a bar of days is called.

    >>> day = dt.date(2026, 5, 4)
    >>> _day_label(day, "week", 1), _day_label(day, "month", 1), _day_label(day, "year", 1), _day_label(day, "year", 5)
    ('2026-05-04', '2026-05', '2026', '2026–2030')
    """
    if grain == "quarter":
        return f"{low.year} Q{(low.month + 2) // 3}"
    if grain == "year":
        return f"{low.year}" if n == 1 else f"{low.year}–{low.year + n - 1}"
    return low.isoformat() if grain == "week" else f"{low:%Y-%m}"


def _of_numbers(ws: Workspace, item: Trait, value: ir.Value) -> Distribution:
    """Ranges of a round width over the middle 98 %, the tails joined to the outer ones."""
    rows = value.name("value").as_table()
    ends = rows.aggregate(
        low=rows.value.quantile(0.01), high=rows.value.quantile(0.99), median=rows.value.median(),
        least=rows.value.min(), most=rows.value.max(), n=rows.value.count(), n_all=rows.count(),
    )  # fmt: skip
    (seen,) = ws.warehouse.read(ends).to_pylist()
    if not seen["n"]:
        return Distribution(item, (), 0, seen["n_all"])
    width = round_width((seen["high"] - seen["low"]) / 12, item.kind == "integer")
    first = math.floor(seen["low"] / width)
    last = max(first, math.floor(seen["high"] / width))
    place = (rows.value / width).floor().cast("int64").clip(first, last).name("place")
    cells = rows.filter(rows.value.notnull()).group_by(place).aggregate(n=ibis._.count())
    counts = {row["place"]: row["n"] for row in ws.warehouse.read(cells).to_pylist()}
    bars = [
        Bar(_range(k * width, width, item), counts.get(k, 0), k * width, (k + 1) * width)
        for k in range(first, last + 1)
    ]
    return Distribution(item, tuple(bars), seen["n"], seen["n_all"] - seen["n"], seen["median"])


def round_width(width: float, is_whole: bool) -> float:
    """Return the next width of 1, 2 or 5 times a power of ten; at least 1 for whole numbers.

    >>> round_width(0.13, False), round_width(33, True), round_width(0, True)
    (0.2, 50.0, 1.0)
    """
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    rounded = next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))
    return max(rounded, 1.0) if is_whole else rounded


def _range(low: float, width: float, item: Trait) -> str:
    if item.kind == "integer" and width == 1:
        return f"{low:g}"
    return f"{low:g}–{low + width:g}"
