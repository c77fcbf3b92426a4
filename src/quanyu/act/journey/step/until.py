"""`wait_until: {time: "09:00", on: [mon, tue]}`, or a day such as `{anniversary: birthday_on, days: -3}`, where the person is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from quanyu.act.gate import moment, zone_named
from quanyu.act.journey.day import SORTS, day_due, day_read, day_ready, named_days
from quanyu.act.journey.step.step import Decided, Node, Scene, StepKind, fields_of, onward
from quanyu.errors import JourneyError
from quanyu.workspace import Workspace

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COMES, ELSE = "then", "else"
TAKES = ("on", *SORTS, "days", "time", COMES, ELSE)


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the time and the days of the week (all where none are named), or the day that is waited for and what follows either way.

    Whoever has no such day ahead leaves, unless `else` says what else follows.
    """
    told = fields_of("wait_until", given if isinstance(given, Mapping) else {"time": given}, TAKES)
    if any(told.get(name) for name in SORTS):
        ways = {COMES: told.pop(COMES, None) or [], ELSE: told.pop(ELSE, [{"exit": "no_such_day"}]) or []}
        return day_read("wait_until", told), ways
    on = told.get("on") or DAYS
    days = [str(day).lower()[:3] for day in (on if isinstance(on, list | tuple) else [on])]
    try:
        time = dt.time.fromisoformat(str(told.get("time")))
    except ValueError:
        time = None
    if (
        time is None
        or time.tzinfo is not None
        or not days
        or set(days) - set(DAYS)
        or set(told) - {"time", "on"}
    ):
        raise JourneyError(
            "wait_until is given {given!r}.",
            "Write {example}.",
            example='{time: "09:00", on: [mon, tue]}',
            given=str(given),
        )
    return {"time": time.isoformat("minutes"), "on": days}, {}


def ready(ws: Workspace, given: dict[str, Any]) -> dict[str, Any]:
    """Return what is given, or raise `JourneyError` for a trait that holds no day."""
    if "sort" in given:
        day_ready(ws, given)
    return given


def due(given: Mapping[str, Any], at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the first such moment from `at` on, in the person's zone, whatever the clocks do there.

    >>> friday = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)                      # noon in Shanghai
    >>> due({"time": "09:00", "on": ["mon"]}, friday, ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-23T01:00:00+00:00'
    """
    if "sort" in given:
        return at  # whose day it is, is looked up when they come
    time, day = dt.time.fromisoformat(given["time"]), at.astimezone(zone).date()
    for ahead in range(9):
        then = moment(day + dt.timedelta(days=ahead), time, zone)
        if then >= at and DAYS[(day + dt.timedelta(days=ahead)).weekday()] in given["on"]:
            return then
    raise AssertionError("a week has all days")


def decide(scene: Scene, node: Node, people: pa.Table) -> Decided:
    """Let those go on whose moment has come; of a day, look up whose it is, and let the others wait for theirs or go the other way.

    A day that is moved while they wait is waited for where it is now; what counts as past is judged by when they came.
    """
    given = node.given
    if "sort" not in given:
        return onward(scene, node, people)
    own, home = named_days(scene, given, people), scene.ws.settings.zone
    time = dt.time.fromisoformat(given["time"])
    outcomes: dict[str, list[int]] = {COMES: [], ELSE: []}
    waits: dict[dt.datetime, list[int]] = defaultdict(list)

    @cache
    def when(name: str, whose: dt.date | None, came: dt.date) -> dt.datetime | None:
        day = day_due(given["sort"], given["name"], given["days"], whose, came)
        return moment(day, time, zone_named(name) or home) if day else None

    columns = (people[name].to_pylist() for name in ("enrolment_id", "person_id", "time_zone", "changed_at"))
    for one, person, zone, came_at in zip(*columns, strict=True):
        at = when(zone, own.get(person), came_at.astimezone(zone_named(zone) or home).date())
        if at is None or at <= scene.at:
            outcomes[ELSE if at is None else COMES].append(one)
        else:
            waits[at].append(one)
    return Decided(outcomes, waits=waits)


KIND = StepKind("wait_until", "Wait until a time or a day", read, decide, due, ready=ready)
