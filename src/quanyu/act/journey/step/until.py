"""`wait_until: {time: "09:00", on: [mon, tue]}`: the next such moment where the person is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from quanyu.act.gate import moment
from quanyu.act.journey.step.step import StepKind, fields_of
from quanyu.errors import JourneyError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the time and the days of the week; all days where none are named."""
    told = fields_of(
        "wait_until", given if isinstance(given, Mapping) else {"time": given}, ("time", "on"), ("time",)
    )
    on = told.get("on") or DAYS
    days = [str(day).lower()[:3] for day in (on if isinstance(on, list | tuple) else [on])]
    try:
        time = dt.time.fromisoformat(str(told["time"]))
    except ValueError:
        time = None
    if time is None or time.tzinfo is not None or not days or set(days) - set(DAYS):
        raise JourneyError(
            "wait_until is given {given!r}.",
            "Write {example}.",
            example='{time: "09:00", on: [mon, tue]}',
            given=str(given),
        )
    return {"time": time.isoformat("minutes"), "on": days}, {}


def due(given: Mapping[str, Any], at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the first such moment from `at` on, in the person's zone, whatever the clocks do there.

    >>> friday = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)                      # noon in Shanghai
    >>> due({"time": "09:00", "on": ["mon"]}, friday, ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-23T01:00:00+00:00'
    """
    time, day = dt.time.fromisoformat(given["time"]), at.astimezone(zone).date()
    for ahead in range(9):
        then = moment(day + dt.timedelta(days=ahead), time, zone)
        if then >= at and DAYS[(day + dt.timedelta(days=ahead)).weekday()] in given["on"]:
            return then
    raise AssertionError("a week has all days")


KIND = StepKind("wait_until", "Wait until a time of the day", read, due=due)
