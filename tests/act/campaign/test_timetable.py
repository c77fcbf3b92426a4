"""When messages leave: at once, at a time here or there, at each person's hour, spread; never before and never at night."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from quanyu.act.campaign.brief import Timing
from quanyu.act.campaign.timetable import Timetable
from quanyu.act.gate import Hours

HOME = ZoneInfo("Asia/Shanghai")
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
OPEN = Hours(dt.time(9), dt.time(20))


def due(
    timing: Timing, zone: str | None = None, hour: int | None = None, hours: Hours | None = OPEN
) -> str | None:
    found = Timetable(timing, NOON, hours, HOME, "00" * 32, "time").due("p1", zone, hour)
    return found.isoformat()[:16] if found else None


@pytest.mark.parametrize(("timing", "zone", "hour", "wanted"), [
    (Timing(), None, None, "2026-11-20T04:00"),
    (Timing(), "Europe/London", None, "2026-11-20T09:00"),                                   # 4:00 there: in the morning
    (Timing(), "no/zone", None, "2026-11-20T04:00"),
    (Timing("at", dt.datetime.fromisoformat("2026-11-21T10:00")), None, None, "2026-11-21T02:00"),           # a time of the shop
    (Timing("at", dt.datetime.fromisoformat("2026-11-21T10:00")), "Europe/London", None, "2026-11-21T09:00"),
    (Timing("at", dt.datetime.fromisoformat("2026-11-21T10:00"), is_local=True), "Europe/London", None, "2026-11-21T10:00"),
    (Timing("at", dt.datetime.fromisoformat("2026-11-01T10:00")), None, None, "2026-11-20T04:00"),            # long past: at once
    (Timing("best_hour"), None, 15, "2026-11-20T07:00"),
    (Timing("best_hour"), None, 10, "2026-11-21T02:00"),                                     # today's is over
    (Timing("best_hour"), None, 23, "2026-11-21T01:00"),                                     # at night: the morning after
    (Timing("best_hour"), None, None, "2026-11-20T04:00"),
    (Timing(ends_at=dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)), "Europe/London", None, None),
])  # fmt: skip
def test_each_way(timing, zone, hour, wanted):
    assert due(timing, zone, hour) == wanted


def test_a_service_message_goes_at_night():
    assert due(Timing(), "Europe/London", hours=None) == "2026-11-20T04:00"


def test_spread_messages_lie_within_the_hours_evenly_and_in_the_open():
    table = Timetable(Timing(spread_hours=4), NOON, OPEN, HOME, "00" * 32, "time")
    minutes = [(table.due(f"p{n}", None, None) - NOON).total_seconds() / 60 for n in range(2_000)]
    assert 0 <= min(minutes) < 5
    assert 235 < max(minutes) < 240
    assert sum(minutes) / len(minutes) == pytest.approx(120, abs=5)
    late = Timetable(Timing(spread_hours=12), NOON, OPEN, HOME, "00" * 32, "time")
    assert all(9 <= late.due(f"p{n}", None, None).astimezone(HOME).hour < 20 for n in range(500))
