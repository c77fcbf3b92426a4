"""Which days a metric covers and which days it is compared with: days, weeks, months, and windows that
end today.

All periods end before the as-of day: only complete days count. A comparison takes as many days as the
period has.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

from lunar_python import Lunar

from quanyu.errors import SettingError
from quanyu.nearest import did_you_mean

ROLLING = {"last_7": 7, "last_30": 30, "last_90": 90, "last_365": 365}
WINDOWS = (*ROLLING, "this_week", "this_month")
GRAINS = ("day", "week", "month", *WINDOWS)
"""The grains stored in `metrics`: calendar grains for all time, windows for the as-of day and its
comparisons."""

PRESETS = (
    "yesterday",
    "last_7",
    "last_30",
    "last_90",
    "last_365",
    "this_week",
    "last_week",
    "this_month",
    "last_month",
)
Alignment = Literal["weekday", "month", "lunar"]
FESTIVAL_REACH = 35
"""Days around Spring Festival for which last year is aligned by the lunar calendar."""


@dataclass(frozen=True)
class Period:
    """Days from `since` up to and without `until`; `grain` is where `metrics` keeps it ("" if it does not).

    >>> Period("custom", "", dt.date(2026, 3, 1), dt.date(2026, 3, 8)).days
    7
    """

    name: str
    grain: str
    since: dt.date
    until: dt.date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days

    def moved(self, since: dt.date, days: int | None = None) -> Period:
        """Return a period of the same kind that begins on another day."""
        return Period(
            self.name, self.grain, since, since + dt.timedelta(days=self.days if days is None else days)
        )

    def previous(self) -> Period:
        """Return the period before (环比): the same days of the month or week before for the running ones."""
        if self.name in {"this_month", "last_month", "month"}:
            return _month_like(self, months_later(self.since, -1))
        shift = 7 if self.name == "this_week" else self.days
        return self.moved(self.since - dt.timedelta(days=shift))

    def last_year(self, *, is_lunar: bool) -> tuple[Period, Alignment]:
        """Return the same period a year ago (同比) and how it was aligned.

        Months take the same month. Other periods go back 52 weeks, so that weekdays match; near Spring
        Festival they
        go back by the distance of the two festivals if `is_lunar`.
        """
        if self.name in {"this_month", "last_month", "month"}:
            return _month_like(self, months_later(self.since, -12)), "month"
        shift = _festival_shift(self) if is_lunar else None
        return self.moved(
            self.since - dt.timedelta(days=shift or max(364, self.days))
        ), "lunar" if shift else "weekday"


def last_day(period: Period) -> dt.date:
    """Return the last day that a period holds.

    >>> last_day(Period("custom", "", dt.date(2026, 3, 1), dt.date(2026, 3, 8)))
    datetime.date(2026, 3, 7)
    """
    return period.until - dt.timedelta(days=1)


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the first day of the month that lies `months` after the month of `day`.

    >>> months_later(dt.date(2026, 3, 31), -1)
    datetime.date(2026, 2, 1)
    """
    at = day.year * 12 + day.month - 1 + months
    return dt.date(at // 12, at % 12 + 1, 1)


def preset(name: str, as_of: dt.date) -> Period:
    """Return a named period of complete days before `as_of`.

    >>> preset("last_7", dt.date(2026, 3, 8)).since
    datetime.date(2026, 3, 1)
    """
    newest = as_of - dt.timedelta(days=1)
    monday, first = newest - dt.timedelta(days=newest.weekday()), newest.replace(day=1)
    if name in ROLLING:
        return Period(name, name, as_of - dt.timedelta(days=ROLLING[name]), as_of)
    fixed = {
        "yesterday": Period(name, "day", newest, as_of),
        "this_week": Period(name, name, monday, as_of),
        "last_week": Period(name, "week", monday - dt.timedelta(days=7), monday),
        "this_month": Period(name, name, first, as_of),
        "last_month": Period(name, "month", months_later(first, -1), first),
    }
    if name not in fixed:
        near = did_you_mean(name, PRESETS)
        raise SettingError(
            "There is no period {name!r}.",
            "{near} Periods: {periods}, or two days." if near else "Periods: {periods}, or two days.",
            name=name,
            near=near,
            periods=", ".join(PRESETS),
        )
    return fixed[name]


def windows(as_of: dt.date, *, is_lunar: bool) -> tuple[Period, ...]:
    """Return every window `metrics` keeps for an as-of day: the windows, the periods before and those a
    year ago."""
    current = [preset(name, as_of) for name in WINDOWS]
    compared = [
        other for period in current for other in (period.previous(), period.last_year(is_lunar=is_lunar)[0])
    ]
    return tuple(sorted({*current, *compared}, key=lambda period: (period.grain, period.since)))


def _month_like(period: Period, first: dt.date) -> Period:
    length = calendar.monthrange(first.year, first.month)[1]
    is_whole = period.name != "this_month" or months_later(period.since, 1) == period.until
    return period.moved(first, length if is_whole else min(period.days, length))


def _festival_shift(period: Period) -> int | None:
    middle = period.since + dt.timedelta(days=period.days // 2)
    festival = spring_festival(middle.year)
    is_near = period.days <= 2 * FESTIVAL_REACH and abs((middle - festival).days) <= FESTIVAL_REACH
    return (festival - spring_festival(middle.year - 1)).days if is_near else None


def spring_festival(year: int) -> dt.date:
    """Return the first day of the Chinese year.

    >>> spring_festival(2027)
    datetime.date(2027, 2, 6)
    """
    solar = Lunar.fromYmd(year, 1, 1).getSolar()
    return dt.date(solar.getYear(), solar.getMonth(), solar.getDay())


def first_of(day: dt.date, grain: str) -> dt.date:
    """Return the first day of the day's week (Monday) or month.

    >>> first_of(dt.date(2026, 11, 22), "week")
    datetime.date(2026, 11, 16)
    """
    if grain == "month":
        return day.replace(day=1)
    return day - dt.timedelta(days=day.weekday()) if grain == "week" else day


def periods_between(first: dt.date, until: dt.date, grain: str) -> list[dt.date]:
    """Return the first days of all periods from `first` up to and without `until`.

    >>> periods_between(dt.date(2026, 11, 1), dt.date(2027, 1, 2), "month")[-1]
    datetime.date(2027, 1, 1)
    """
    days, on = [], first
    while on < until:
        days.append(on)
        on = first_of(on + dt.timedelta(days={"day": 1, "week": 7, "month": 32}[grain]), grain)
    return days
