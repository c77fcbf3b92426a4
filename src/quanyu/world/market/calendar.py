"""The selling year: festivals with their phases, and how much demand each day brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType

import numpy as np

from quanyu.world.lettering import Flags, Floats, Ints
from quanyu.world.shop import EPOCH, Shop

LUNAR: Mapping[str, Mapping[int, tuple[int, int]]] = MappingProxyType(
    {
        "春节": {
            2023: (1, 22),
            2024: (2, 10),
            2025: (1, 29),
            2026: (2, 17),
            2027: (2, 6),
            2028: (1, 26),
            2029: (2, 13),
            2030: (2, 3),
        },
        "七夕": {
            2023: (8, 22),
            2024: (8, 10),
            2025: (8, 29),
            2026: (8, 19),
            2027: (8, 8),
            2028: (8, 26),
            2029: (8, 16),
            2030: (8, 5),
        },
        "中秋": {
            2023: (9, 29),
            2024: (9, 17),
            2025: (10, 6),
            2026: (9, 25),
            2027: (9, 15),
            2028: (10, 3),
            2029: (9, 22),
            2030: (9, 12),
        },
    }
)
"""Month and day of lunar festivals (lunar_python 1.4.8)."""


@dataclass(frozen=True)
class Phase:
    """Part of a festival: from `first` to `last` days after its anchor, what it does to demand and price."""

    festival: str
    name: str
    anchor: str
    first: int
    last: int
    demand: float
    cut: float = 0.0
    has_coupon: bool = False
    is_presale: bool = False


PHASES: tuple[Phase, ...] = (
    Phase("年货节", "大促", "春节", -28, -9, 1.5, 0.08, True),
    Phase("春节", "休市", "春节", -3, 6, 0.45),
    Phase("情人节", "预热", "02-14", -5, 0, 1.2),
    Phase("3·8", "大促", "03-08", -7, 0, 1.5, 0.10, True),
    Phase("五一", "假期", "05-01", 0, 4, 1.1, 0.05),
    Phase("520", "大促", "05-20", -4, 0, 1.3, 0.05),
    Phase("618", "预售", "06-18", -29, -19, 1.05, 0.12, is_presale=True),
    Phase("618", "开门红", "06-18", -18, -15, 2.2, 0.15, True),
    Phase("618", "专场", "06-18", -14, -4, 1.3, 0.08, True),
    Phase("618", "高潮", "06-18", -3, 0, 3.0, 0.18, True),
    Phase("618", "返场", "06-18", 1, 2, 1.4, 0.10, True),
    Phase("618", "余波", "06-18", 3, 10, 0.75),
    Phase("88会员节", "大促", "08-08", -2, 1, 1.3, 0.05, True),
    Phase("七夕", "大促", "七夕", -5, 0, 1.25, 0.05),
    Phase("99大促", "大促", "09-09", -8, 0, 1.25, 0.08, True),
    Phase("中秋", "大促", "中秋", -10, -3, 1.25, 0.05),
    Phase("双11", "预售", "11-11", -27, -22, 1.1, 0.15, is_presale=True),
    Phase("双11", "第一波", "11-11", -21, -11, 1.6, 0.15, True),
    Phase("双11", "平稳", "11-11", -10, -3, 1.3, 0.10, True),
    Phase("双11", "高潮", "11-11", -2, 0, 4.5, 0.20, True),
    Phase("双11", "返场", "11-11", 1, 3, 1.5, 0.12, True),
    Phase("双11", "余波", "11-11", 4, 12, 0.7),
    Phase("双12", "大促", "12-12", -2, 0, 1.8, 0.12, True),
    Phase("双旦", "大促", "12-25", -1, 7, 1.15, 0.05),
)

WEEKDAYS = np.array([0.96, 0.95, 0.96, 0.98, 1.0, 1.09, 1.06])
HOURS = np.array(
    [
        1.6,
        0.9,
        0.5,
        0.3,
        0.3,
        0.4,
        0.9,
        1.8,
        3.0,
        4.2,
        5.2,
        5.3,
        5.0,
        4.9,
        5.0,
        5.1,
        5.0,
        4.7,
        4.8,
        6.0,
        7.6,
        8.2,
        7.0,
        3.9,
    ]
)
"""Share of orders by hour of the day (unscaled): a noon shoulder and an evening peak."""


def anchor_day(anchor: str, year: int) -> date | None:
    """Return the day of an anchor, `MM-DD` or a lunar festival, in a year; None if the table ends before.

    >>> anchor_day("七夕", 2026)
    datetime.date(2026, 8, 19)
    """
    if anchor in LUNAR:
        month_day = LUNAR[anchor].get(year)
        return date(year, *month_day) if month_day else None
    month, _, number = anchor.partition("-")
    return date(year, int(month), int(number))


@dataclass(frozen=True)
class Calendar:
    """The days of a shop. Arrays have one value per day from the shop's first day on.

    >>> year = Calendar(Shop(days=400, ends_on=date(2026, 11, 20)))
    >>> bool(year.demand[year.index(date(2026, 11, 11))] > 3 * year.demand[year.index(date(2026, 9, 16))])
    True
    """

    shop: Shop
    usual: float | None = None
    """The mean of raw demand that counts as 1; nothing: that of these days."""

    def index(self, day: date) -> int:
        """Return the number of a day, counted from the first."""
        return (day - self.shop.starts_on).days

    @cached_property
    def spans(self) -> tuple[tuple[Phase, date, date], ...]:
        """Every phase that touches the shop's days, with its first and last day."""
        spans = []
        for year in range(self.shop.starts_on.year - 1, self.shop.ends_on.year + 2):
            for phase in PHASES:
                anchor = anchor_day(phase.anchor, year)
                if anchor is None:
                    continue
                first, last = (anchor + timedelta(days=n) for n in (phase.first, phase.last))
                if first <= self.shop.ends_on and last >= self.shop.starts_on:
                    spans.append((phase, first, last))
        return tuple(sorted(spans, key=lambda span: (span[1], span[0].festival)))

    @cached_property
    def weekday(self) -> Floats:
        """Monday 0 to Sunday 6 of each day."""
        return np.asarray(
            (np.arange(self.shop.days) + self.shop.first_day + EPOCH.weekday()) % 7, dtype=np.float64
        )

    @cached_property
    def demand(self) -> Floats:
        """How much demand each day brings, 1 on an average day of the first period."""
        return np.asarray(self.raw / self.level, dtype=np.float64)

    @cached_property
    def raw(self) -> Floats:
        """Demand by weekday and festival, unscaled."""
        return np.asarray(WEEKDAYS[self.weekday.astype(int)] * self._spread("demand", 1.0))

    @property
    def level(self) -> float:
        """The raw demand that counts as 1."""
        return float(self.raw.mean()) if self.usual is None else self.usual

    @property
    def span(self) -> float:
        """How far the demand clock runs over all days."""
        return float(self.shop.days) if self.usual is None else float(self.demand.sum())

    @cached_property
    def cut(self) -> Floats:
        """Depth of the festival price cut of each day, 0 to 0.2."""
        return self._spread("cut", 0.0)

    @cached_property
    def has_coupon(self) -> Flags:
        """Days on which an order of 300 yuan or more takes 50 off."""
        return self._spread("has_coupon", 0.0) > 0

    @cached_property
    def is_presale(self) -> Flags:
        """Days on which orders start with a deposit."""
        return self._spread("is_presale", 0.0) > 0

    @cached_property
    def balance_day(self) -> dict[int, int]:
        """For each presale day, the day on which the balance is paid: the first after the presale."""
        presale = self.is_presale
        days: dict[int, int] = {}
        due = self.shop.days
        for number in range(self.shop.days - 1, -1, -1):
            if presale[number]:
                days[number] = due
            else:
                due = number
        return days

    def _spread(self, field: str, neutral: float) -> Floats:
        values = np.full(self.shop.days, neutral)
        for phase, first, last in self.spans:
            begin, end = max(self.index(first), 0), self.index(last) + 1
            values[begin:end] = float(getattr(phase, field))
        return values


def clock(n: int, random: np.random.Generator) -> Ints:
    """Draw seconds of the day by the hours at which people order."""
    hour = random.choice(24, n, p=HOURS / HOURS.sum())
    return np.asarray(hour * 3_600 + random.integers(0, 3_600, n), dtype=np.int64)
