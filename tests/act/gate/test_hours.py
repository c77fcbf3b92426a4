"""Open hours: whatever the clocks of a place do, a message leaves within them, and as soon as it may."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.act.gate import Hours, moment

ZONES = ("Asia/Shanghai", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Europe/Berlin", "America/New_York",
         "Pacific/Apia", "Africa/Casablanca", "Asia/Kolkata", "Pacific/Chatham")  # fmt: skip
moments = st.floats(0, 3 * 365 * 86_400).map(
    lambda seconds: dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=round(seconds))
)
times = st.times().map(lambda time: time.replace(microsecond=0))


@given(at=moments, zone=st.sampled_from(ZONES), edges=st.tuples(times, times))
def test_the_next_open_moment_is_open_not_before_and_none_is_passed_over(at, zone, edges):
    start, end = sorted(edges)
    if start == end:
        return
    hours, place = Hours(start, end), ZoneInfo(zone)
    due = hours.next(at, place)
    assert due >= at
    local = due.astimezone(place).time()
    assert start <= local < end or _is_after_a_gap(due, place)
    step = (due - at) / 97
    passed = [at + n * step for n in range(97)] if due > at else []
    assert not any(start <= one.astimezone(place).time() < end for one in passed)


def _is_after_a_gap(due: dt.datetime, place: ZoneInfo) -> bool:
    """The opening time was skipped by the clocks: the first moment after the gap counts."""
    before = (due - dt.timedelta(seconds=1)).astimezone(place)
    return before.utcoffset() != due.astimezone(place).utcoffset()


@given(at=moments, zone=st.sampled_from(ZONES))
def test_a_local_time_is_the_moment_at_which_clocks_there_show_it_or_the_end_of_the_gap(at, zone):
    place = ZoneInfo(zone)
    local = at.replace(tzinfo=None, microsecond=0)
    found = moment(local.date(), local.time(), place)
    shown = found.astimezone(place).replace(tzinfo=None)
    assert shown == local or (shown > local and _is_after_a_gap(found, place))


@pytest.mark.parametrize(("at", "zone", "due"), [
    ("2026-03-29T00:30:00+00:00", "Europe/Berlin", "2026-03-29T07:00:00+00:00"),    # the day with 23 hours: 9:00 is 7:00 UTC
    ("2026-10-25T00:30:00+00:00", "Europe/Berlin", "2026-10-25T08:00:00+00:00"),    # the day with 25
    ("2026-11-20T14:00:00+00:00", "Asia/Kolkata", "2026-11-20T14:00:00+00:00"),     # 19:30 there
    ("2026-11-20T14:30:00+00:00", "Asia/Kolkata", "2026-11-21T03:30:00+00:00"),     # 20:00 there is too late
    ("2026-11-20T11:30:00+00:00", "Australia/Lord_Howe", "2026-11-20T22:00:00+00:00"),
])  # fmt: skip
def test_days_on_which_clocks_change_and_zones_of_half_an_hour(at, zone, due):
    found = Hours(dt.time(9), dt.time(20)).next(dt.datetime.fromisoformat(at), ZoneInfo(zone))
    assert found.isoformat() == due
