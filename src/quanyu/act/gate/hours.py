"""When a message may leave: the open hours of the day where its person is, whatever the clocks do there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """The hours of a day in which messages leave: from `start` until before `end`, in the zone of each person."""

    start: dt.time
    end: dt.time

    def next(self, at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        """Return the first moment from `at` on that lies in the open hours of a zone.

        >>> hours = Hours(dt.time(9), dt.time(20))
        >>> late = dt.datetime(2026, 11, 20, 13, tzinfo=dt.UTC)          # 21:00 in Shanghai, 18:45 in Kathmandu
        >>> hours.next(late, ZoneInfo("Asia/Shanghai")).isoformat()
        '2026-11-21T01:00:00+00:00'
        >>> hours.next(late, ZoneInfo("Asia/Kathmandu")) == late
        True
        """
        local = at.astimezone(zone)
        if self.start <= local.time() < self.end:
            return at
        day = local.date() + (DAY if local.time() >= self.end else dt.timedelta())
        return moment(day, self.start, zone)


def moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Return a local time as a moment in UTC; one that clocks skip becomes the first after the gap, one that comes twice the first.

    >>> moment(dt.date(2026, 3, 29), dt.time(2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    local = dt.datetime.combine(day, time, zone)
    back = local.astimezone(dt.UTC).astimezone(zone)
    if back.replace(tzinfo=None) == local.replace(tzinfo=None):
        return local.astimezone(dt.UTC)
    before, after = local.replace(fold=1).utcoffset(), local.replace(fold=0).utcoffset()
    assert before is not None and after is not None
    skipped = abs(before - after)
    return _gap_end(local.astimezone(dt.UTC) - skipped, local.astimezone(dt.UTC), zone)


def _gap_end(low: dt.datetime, high: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the moment at which the clocks of a zone were set, which lies between two others."""
    first = low.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == first else (low, middle)
    return high.replace(microsecond=0)


@cache
def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone of a name, None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
