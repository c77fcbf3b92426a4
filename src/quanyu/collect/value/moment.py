"""Read times and days as people and programs write them: what is certain is read, the rest is none."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from quanyu.collect.manner import DateSystem, Order
from quanyu.collect.value import month
from quanyu.collect.value.zone import offset

MORNING, EVENING = ("am", "a.m.", "上午", "凌晨", "早上"), ("pm", "p.m.", "下午", "晚上")
_HALF = r"am\b|a\.m\.|pm\b|p\.m\.|上午|凌晨|早上|下午|晚上"
_CLOCK = r"\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.,]\d+)?)?"
DATE = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})|(?P<y2>(?:19|20)\d\d)(?P<m2>\d\d)(?P<d2>\d\d)"
    r"|(?P<a>\d{1,2})(?P<t>[-/.])(?P<b>\d{1,2})(?P=t)(?P<y3>\d{4})"
)
REST = re.compile(
    rf"(?:,? ?t?|, |,? (?:at|um|à|a las|alle|às|om|kl\.?) )(?P<before>{_HALF})? ?(?P<clock>{_CLOCK}|\d{{6}}) ?(?P<after>{_HALF})? ?"
    r"(?P<zone>[a-z+(-][a-z0-9+:/_.)-]*(?: ?[+-]\d{1,2}:?\d{2})?)?",
    re.IGNORECASE,
)
_WIDE = str.maketrans(
    "０１２３４５６７８９：／－年月时時点分日\u3000\xa0\u202f\t", "0123456789:/---:::: " + "    ", "秒"
)
_HOUR = re.compile(r"\b(\d{1,2})(?: ?h ?|:)(\d\d)(?: Uhr)?$", re.IGNORECASE)
_FULL_HOUR = re.compile(r"(?<![:.\d])(\d{1,2}) ?(?:Uhr|([ap]\.?m\.?))$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"([+-]\d\d:?\d\d|[Zz]) ?[(\[].*[)\]]$")
SECOND = 1_000_000
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001
EPOCHS = {10: SECOND, 13: 1000, 16: 1}
"""Microseconds of a unit by the digits of a time in it: seconds, milliseconds, microseconds since 1970."""
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
SERIALS = (32_874, 73_050)
"""Excel's days since 1899-12-30, from 1990 to 2099."""
EPOCH_SERIAL = 25_569
FROM_1904 = 1462
"""So many days later a workbook with the 1904 date system begins to count."""


def plain(text: str) -> str:
    """Write 2024年6月1日 10时5分 as 2024-6-1 10:5, 10 Uhr and 10h30 as 10:00 and 10:30, blanks as one blank, and an offset
    without its zone in brackets.
    """
    one_line = " ".join(text.translate(_WIDE).split()).removesuffix(":")
    return _IN_BRACKETS.sub(r"\1", _FULL_HOUR.sub(r"\1:00 \2", _HOUR.sub(r"\1:\2", one_line).strip()))


@lru_cache(maxsize=1 << 16)
def read_moment(text: str, zone: str, order: Order = "", system: DateSystem = "1900") -> int | None:
    """Return the moment that a text says, in microseconds since 1970: a zone in the text counts, else that of the file.

    A date alone is the midnight with which that day begins there; a serial day counts in its workbook's date `system`.
    None where the text says no time or may say two.

    >>> read_moment("2024-06-01", "Asia/Shanghai") == read_moment("2024-05-31T16:00Z", "UTC")
    True
    >>> read_moment("03/04/2024", "UTC"), read_moment("2024-06-01 13:00 PM", "UTC")
    (None, None)
    """
    bare = plain(text)
    counted = _counted(bare, zone, system)
    if counted is not None:
        return counted
    date = _date_in(bare)
    day = _day(date, order) if date else None
    rest = bare[date.end() :] if date else ""
    if day is None:
        return None
    local = int((dt.datetime.combine(day, dt.time()) - EPOCH).total_seconds()) * SECOND
    if not rest:
        return _at(local, zone)
    said = REST.fullmatch(rest)
    since = _after_midnight(said["before"], said["clock"], said["after"]) if said else None
    if said is None or since is None:
        return None
    return _at(local + since, zone, said["zone"] or "")


def _at(local: int, zone: str, name: str = "") -> int | None:
    try:
        ahead = offset(EPOCH + dt.timedelta(microseconds=local), name, zone)
    except OverflowError:
        return None
    return None if ahead is None else local - ahead * SECOND


def _date_in(text: str) -> re.Match[str] | None:
    """Return the date with which a text begins."""
    return DATE.match(text) or (month.pattern().match(text) if text[:1].isalnum() else None)


def _day(match: re.Match[str], order: Order) -> dt.date | None:
    """Return the calendar day of a date; none where day and month could be the other way round."""
    parts: dict[str, Any] = match.groupdict()
    if match.re is not DATE:
        name = parts["n"] or parts["n2"]
        return _date(
            int(parts["y"] or parts["y2"]), month.months()[name.casefold()], int(parts["d"] or parts["d2"])
        )
    if parts["a"]:
        first, other, year = int(parts["a"]), int(parts["b"]), int(parts["y3"])
        return _date(year, other, first) if parts["t"] == "." else _year_last(first, other, year, order)
    return _date(*(int(parts[name] or parts[f"{name}2"]) for name in ("y", "m", "d")))


def _year_last(first: int, other: int, year: int, order: Order) -> dt.date | None:
    day_first, month_first = _date(year, other, first), _date(year, first, other)
    if day_first is None or month_first is None or first == other:
        return day_first or month_first
    return {"day": day_first, "month": month_first}.get(order)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _after_midnight(before: str | None, clock: str, after: str | None) -> int | None:
    """Return the microseconds since midnight; none for 13:00 PM, 25:00 and the like."""
    parts = [clock[:2], clock[2:4], clock[4:]] if clock.isdigit() else clock.replace(",", ".").split(":")
    hour, minute, second = int(parts[0]), int(parts[1]), float(parts[2]) if len(parts) > 2 else 0.0
    half = (before or after or "").lower()
    if (before and after) or minute > 59 or second >= 60 or (half and not 1 <= hour <= 12):
        return None
    if half:
        if half == "晚上" and hour == 12:
            return None
        hour = hour % 12 + (12 if half in EVENING else 0)
    total = round((hour * 3600 + minute * 60 + second) * SECOND)
    return total if total <= 86_400 * SECOND else None


def _counted(text: str, zone: str, system: DateSystem) -> int | None:
    """Return the moment of a time that is a number: since 1970, or a serial day of Excel in the file's zone."""
    if text.isdigit() and text.isascii() and len(text) in EPOCHS:
        return int(text) * EPOCHS[len(text)]
    if not SERIAL.fullmatch(text):
        return None
    days = float(text) + (FROM_1904 if system == "1904" else 0)
    is_likely = SERIALS[0] <= days <= SERIALS[1]
    return _at(round((days - EPOCH_SERIAL) * 86_400) * SECOND, zone) if is_likely else None


@lru_cache(maxsize=1 << 16)
def read_day(text: str, zone: str, order: Order = "", system: DateSystem = "1900") -> int | None:
    """Return the calendar day that a text says, in days since 1970, as it is written; of a moment with a zone, the
    day it is in the file's zone.

    >>> read_day("2024-06-01 23:30", "Asia/Shanghai") - read_day("2024-06-01T23:30Z", "Asia/Shanghai")
    -1
    """
    at = read_moment(text, zone, order, system)
    if at is None:
        return None
    ahead = offset(EPOCH + dt.timedelta(microseconds=at), "", zone, is_utc=True)
    return None if ahead is None else (at // SECOND + ahead) // 86_400


def _numbers(text: str) -> tuple[int, int, str] | None:
    match = DATE.match(plain(text))
    return (int(match["a"]), int(match["b"]), match["t"]) if match and match["a"] else None


@lru_cache(maxsize=1 << 16)
def order_told(text: str) -> Order:
    """Return what must stand first in a date, "" where it does not tell.

    >>> order_told("31/12/2024"), order_told("12/31/2024 10:00"), order_told("03/04/2024")
    ('day', 'month', '')
    """
    first, other, mark = _numbers(text) or (0, 0, ".")
    return "" if mark == "." else "day" if first > 12 >= other else "month" if other > 12 >= first else ""


def is_ambiguous(text: str) -> bool:
    """Say whether day and month of a date could be the other way round."""
    first, other, _ = _numbers(text) or (0, 0, "")
    return first != other and first <= 12 and other <= 12


def has_zone(text: str) -> bool:
    """Say whether a time names a zone, known or not."""
    bare = plain(text)
    date = _date_in(bare)
    said = REST.fullmatch(bare[date.end() :]) if date else None
    return bool(said and said["zone"])
