"""Windows as moments: [start, end) of what is meant by days of a zone, before the moment of asking."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from zoneinfo import ZoneInfo

from quanyu.rule.tree import Ago, Sequence, Window

UTC = dt.UTC
EXACT = {"minute": dt.timedelta(minutes=1), "hour": dt.timedelta(hours=1)}
LENGTH = {**EXACT, "day": dt.timedelta(days=1), "week": dt.timedelta(weeks=1)}
"""How long a unit of elapsed time is; months have no length of their own."""


def bounds(window: Window, at: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime | None, dt.datetime]:
    """Return the first moment of a window (None: from ever on) and the one before which it ends, in UTC.

    A window without an end, or that would end later than the moment of asking, ends there: what is dated later has not
    happened yet. `reach` gives the ends of windows that may lie ahead.

    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> bounds(Window(Ago(1)), dt.datetime(2026, 11, 20, 4, tzinfo=UTC), shanghai)[0]
    datetime.datetime(2026, 11, 18, 16, 0, tzinfo=datetime.timezone.utc)
    """
    start, end = reach(window, at, zone)
    return start, at if end is None else min(end, at)


def reach(window: Window, at: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return the ends of a window as they are written, None where it has none; they may lie ahead of the moment of asking."""
    return _edge(window.start, at, zone), _edge(window.end, at, zone)


def day_start(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the first moment of a day of a zone; where midnight is skipped, the day begins when the skip ends.

    >>> day_start(dt.date(2026, 4, 24), ZoneInfo("Africa/Cairo"))
    datetime.datetime(2026, 4, 23, 22, 0, tzinfo=datetime.timezone.utc)
    """
    return dt.datetime.combine(day, dt.time(), zone).astimezone(UTC)


def day_after(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Return the first day that begins at or after a moment."""
    day = moment.astimezone(zone).date()
    return day if day_start(day, zone) >= moment else day + dt.timedelta(days=1)


def length(sequence: Sequence) -> int:
    """Return within how many microseconds a sequence is to end."""
    return sequence.within.n * (LENGTH[sequence.within.unit] // dt.timedelta(microseconds=1))


def micros(moment: dt.datetime) -> int:
    """Return the microseconds from 1970 to a moment."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=UTC)) // dt.timedelta(microseconds=1)


def _edge(edge: Ago | dt.date | None, at: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    if edge is None:
        return None
    if isinstance(edge, dt.date):
        return day_start(edge, zone)
    if edge.unit in EXACT:
        return at - edge.n * EXACT[edge.unit]
    return day_start(_days_ago(at.astimezone(zone).date(), edge), zone)


def anniversary(day: dt.date | None, today: dt.date) -> dt.date | None:
    """Return the next return of a day, today included; a 29 February returns on the 28th of common years.

    >>> anniversary(dt.date(1992, 2, 29), dt.date(2026, 2, 28))
    datetime.date(2026, 2, 28)
    """
    if day is None:
        return None
    years = (
        dt.date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
        for year in (today.year, today.year + 1)
    )
    return next(returned for returned in years if returned >= today)


def _days_ago(today: dt.date, ago: Ago) -> dt.date:
    """Return the day so long before today; the last of its month where the month is too short."""
    if ago.unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 - ago.n, 12)
        return dt.date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    return today - ago.n * LENGTH[ago.unit]


__all__ = ["LENGTH", "anniversary", "bounds", "day_after", "day_start", "length", "micros", "reach"]
