"""The festivals that move a shop's orders, with their phases: fixed days, lunar days, and the last weekend of November."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lunar_python import Lunar

from quanyu.text import Text


@dataclass(frozen=True)
class Festival:
    """A phase of a festival: from `first` to `last` days after its anchor.

    The anchor is `MM-DD`, `lunar MM-DD` of the Chinese calendar, or `black friday`.
    """

    label: Text
    anchor: str
    first: int
    last: int


CHINESE = (
    Festival("new year goods", "lunar 01-01", -28, -9),
    Festival("spring festival", "lunar 01-01", -8, 6),
    Festival("valentine", "02-14", -5, 0),
    Festival("women's day", "03-08", -7, 0),
    Festival("may day", "05-01", 0, 4),
    Festival("520", "05-20", -4, 0),
    Festival("618 presale", "06-18", -29, -19),
    Festival("618 opening", "06-18", -18, -15),
    Festival("618 middle", "06-18", -14, -4),
    Festival("618 peak", "06-18", -3, 0),
    Festival("618 return", "06-18", 1, 2),
    Festival("qixi", "lunar 07-07", -5, 0),
    Festival("88", "08-08", -2, 1),
    Festival("99", "09-09", -8, 0),
    Festival("mid-autumn", "lunar 08-15", -10, -1),
    Festival("national day", "10-01", 0, 6),
    Festival("double 11 presale", "11-11", -28, -22),
    Festival("double 11 first wave", "11-11", -21, -11),
    Festival("double 11 middle", "11-11", -10, -3),
    Festival("double 11 peak", "11-11", -2, 0),
    Festival("double 11 return", "11-11", 1, 3),
    Festival("double 12", "12-12", -2, 0),
    Festival("christmas and new year", "12-25", -1, 7),
)
"""Phases as Chinese platforms announce them (see `spring_festival` for why the lunar ones move)."""

WESTERN = (
    Festival("january sale", "01-01", 1, 14),
    Festival("valentine", "02-14", -7, 0),
    Festival("before black friday", "black friday", -7, -1),
    Festival("black friday to cyber monday", "black friday", 0, 3),
    Festival("before christmas", "12-25", -21, -3),
    Festival("christmas", "12-25", -2, 1),
    Festival("between the years", "12-25", 2, 6),
)

DAYS: Mapping[Text, str] = {
    "spring festival": "lunar 01-01", "lantern festival": "lunar 01-15", "valentine": "02-14", "women's day": "03-08",
    "may day": "05-01", "520": "05-20", "dragon boat": "lunar 05-05", "children's day": "06-01", "618": "06-18",
    "qixi": "lunar 07-07", "88": "08-08", "99": "09-09", "mid-autumn": "lunar 08-15", "teachers' day": "09-10",
    "national day": "10-01", "double ninth": "lunar 09-09", "double 11": "11-11", "black friday": "black friday", "double 12": "12-12",
    "christmas": "12-25", "new year": "01-01",
}  # fmt: skip
"""The day of each festival, as the anchor of a phase is written."""


def festival_day(name: str, since: dt.date) -> dt.date:
    """Return the first day of a festival of `DAYS` from a day on.

    >>> festival_day("mid-autumn", dt.date(2026, 1, 1)), festival_day("spring festival", dt.date(2026, 12, 1))
    (datetime.date(2026, 9, 25), datetime.date(2027, 2, 6))
    """
    days = (_anchor(DAYS[name], year) for year in range(since.year - 1, since.year + 2))
    return next(day for day in days if day >= since)


def festival_days(first: dt.date, last: dt.date, *, is_chinese: bool) -> dict[str, list[dt.date]]:
    """Return the days from `first` to `last` that each festival phase covers; phases without a day are left out.

    >>> phases = festival_days(dt.date(2026, 11, 1), dt.date(2026, 11, 30), is_chinese=True)
    >>> [day.day for day in phases["double 11 peak"]]
    [9, 10, 11]
    """
    phases: dict[str, list[dt.date]] = {}
    for phase in CHINESE if is_chinese else WESTERN:
        for year in range(first.year - 1, last.year + 2):
            anchor = _anchor(phase.anchor, year)
            days = [anchor + dt.timedelta(days=n) for n in range(phase.first, phase.last + 1)]
            within = [day for day in days if first <= day <= last]
            if within:
                phases.setdefault(phase.label, []).extend(within)
    return phases


@cache
def _anchor(anchor: str, year: int) -> dt.date:
    if anchor == "black friday":
        end = dt.date(year, 11, 30)
        thursday = end - dt.timedelta(days=(end.weekday() - 3) % 7)
        # The fourth Thursday is the last but for months that have five.
        return thursday + dt.timedelta(days=1 - (7 if thursday.day > 28 else 0))
    month, number = (int(part) for part in anchor.removeprefix("lunar ").split("-"))
    if anchor.startswith("lunar "):
        solar = Lunar.fromYmd(year, month, number).getSolar()
        return dt.date(solar.getYear(), solar.getMonth(), solar.getDay())
    return dt.date(year, month, number)
