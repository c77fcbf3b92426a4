"""Time zones: the moment of a local time, and which zone a text names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from quanyu.settings.frame import zone_names

STEADY_SINCE = 1992
"""Shops have no older times; China gave up daylight saving in 1991."""
SAMPLED = range(STEADY_SINCE, 2038)

HOURS: Mapping[str, float] = MappingProxyType(
    {
        "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
        "HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4,
        "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    }
)  # fmt: skip
"""Abbreviations that mean one offset. CST, MST, IST, BST and AST mean several: only the file's own zone tells."""
NAMES = zone_names()
NUMBERS = re.compile(r"(?:UTC|GMT)? ?([+-])(\d{1,2}):?(\d{2})?")


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def _at_zone(zone, local):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="epoch_us", signature=(("timestamp",), "int64"))
def micros(local):  # type: ignore[no-untyped-def]
    """Return the microseconds of a local time since 1970."""


@ibis.udf.scalar.builtin(name="make_timestamptz", signature=(("int64",), "timestamp('UTC')"))
def moment(count):  # type: ignore[no-untyped-def]
    """Return the moment so many microseconds after 1970 began."""


def at_zone(naive: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """Return the moment of a local time. Where a zone keeps one offset, subtracting it is ten times faster.

    Where clocks are put forward, a time that is left out is moved forward with them; where they are put back,
    of two equal times the later one is meant.
    """
    seconds = steady_offset(zone)
    if seconds is None:
        return _at_zone(ibis.literal(zone), naive)
    return moment(micros(naive) - seconds * 1_000_000)


@cache
def steady_offset(zone: str) -> int | None:
    """Return the seconds a zone has been ahead of UTC ever since `STEADY_SINCE`; none if they change.

    >>> steady_offset("Asia/Shanghai"), steady_offset("Europe/London")
    (28800, None)
    """
    offsets = {month.utcoffset() for month in _months(zone)}
    only = offsets.pop() if len(offsets) == 1 else None
    return None if only is None else int(only.total_seconds())


@cache
def abbreviations(zone: str) -> dict[str, int]:
    """Return what abbreviations of offsets mean in a file of a zone, in seconds ahead of UTC.

    >>> abbreviations("Asia/Shanghai")["CST"], abbreviations("America/Chicago")["CST"]
    (28800, -21600)
    >>> "CST" in abbreviations("America/New_York")
    False
    """
    own = {str(month.tzname()): month.utcoffset() for month in _months(zone) if str(month.tzname()).isalpha()}
    known = {name: int(hours * 3600) for name, hours in HOURS.items()}
    return known | {name: int(ahead.total_seconds()) for name, ahead in own.items() if ahead is not None}


def _months(zone: str) -> list[dt.datetime]:
    place = ZoneInfo(zone)
    return [dt.datetime(year, month, 1, tzinfo=place) for year in SAMPLED for month in range(1, 13)]


def offset(local: dt.datetime, name: str, zone: str, *, is_utc: bool = False) -> int | None:
    """Return the seconds that a named zone is ahead of UTC at a local time: a number, an abbreviation or a place.

    Where the name is "" the file's `zone` counts; a name that nobody knows, or that means several zones, is none.
    The rule of `at_zone` holds where clocks change. With `is_utc` the time is one of UTC.

    >>> offset(dt.datetime(2024, 6, 1), "America/New_York", "UTC"), offset(dt.datetime(2024, 6, 1), "CST", "UTC")
    (-14400, None)
    """
    match = NUMBERS.fullmatch(name.upper())
    if match:
        ahead = int(match.group(2)) * 3600 + int(match.group(3) or 0) * 60
        return None if ahead > 14 * 3600 else -ahead if match.group(1) == "-" else ahead
    if name and name not in NAMES:
        return abbreviations(zone).get(name.upper().strip("()").replace(".", ""))
    place = ZoneInfo(name or zone)
    if is_utc:
        here = local.replace(tzinfo=dt.UTC).astimezone(place).utcoffset()
        return int(here.total_seconds()) if here is not None else None
    both = [local.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1)]
    return int(min(ahead for ahead in both if ahead is not None).total_seconds())
