"""A day that is known ahead: a date, a festival, a trait of the person, or its return (a birthday); some days later or before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from quanyu.errors import JourneyError
from quanyu.ledger import given_trait
from quanyu.nearest import did_you_mean
from quanyu.rule import known_columns
from quanyu.rule.window import anniversary
from quanyu.tables.festival import DAYS, festival_day
from quanyu.workspace import Workspace

if TYPE_CHECKING:
    from quanyu.act.journey.step import Scene

SORTS = ("date", "festival", "trait", "anniversary")
"""What a day may be told by: one of them."""
OF_PERSON = ("trait", "anniversary")
FIELDS = (*SORTS, "days", "time")
FARTHEST = 400
EXAMPLE = '{anniversary: birthday_on, days: -3, time: "09:00"}'


def day_read(kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a day is told: its sort, what names it, how many days later, and at which time. Raises `JourneyError`."""
    sorts = [name for name in SORTS if told.get(name)]
    days, time = told.get("days", 0), _time(told.get("time", "00:00"))
    is_whole = isinstance(days, int) and not isinstance(days, bool) and abs(days) <= FARTHEST
    if len(sorts) != 1 or not is_whole or time is None or set(told) - set(FIELDS):
        raise JourneyError(
            "{kind} is given {given!r}.", "Write such as {example}, with one of {sorts}.",
            kind=kind, given=str(dict(told))[:200], example=EXAMPLE, sorts=", ".join(SORTS),
        )  # fmt: skip
    (sort,) = sorts
    name = str(told[sort])
    if sort == "date" and _day(name) is None:
        raise JourneyError("{text!r} is no day.", "Write such as 2026-12-24.", text=name[:40])
    if sort == "festival" and name not in DAYS:
        near = did_you_mean(name, DAYS)
        raise JourneyError(
            "There is no festival {name!r}.",
            "{near} Festivals: {known}." if near else "Festivals: {known}.",
            name=name[:40], near=near, known=", ".join(DAYS),
        )  # fmt: skip
    return {"sort": sort, "name": name, "days": days, "time": time.isoformat("minutes")}


def day_ready(ws: Workspace, given: Mapping[str, Any]) -> None:
    """Raise `JourneyError` for a day by a trait that there is not, or that is no day."""
    if given["sort"] not in OF_PERSON:
        return
    known, name = known_columns(ws.warehouse.table), given["name"]
    days = {one for one, home in known.items() if ws.warehouse.table(home)[one].type().is_date()}
    days |= {one for one, kind in given_trait.kinds(ws.ledger).items() if kind == "day"}
    if name not in days and (ws.warehouse.exists("portraits") or name in known):
        near = did_you_mean(name, days)
        raise JourneyError(
            "No trait {name!r} holds a day.",
            "{near} Such traits: {known}." if near else "Such traits: {known}.",
            name=name, near=near, known=", ".join(sorted(days)) or "-",
        )  # fmt: skip


def named_days(scene: Scene, given: Mapping[str, Any], people: pa.Table) -> dict[str, dt.date]:
    """Return the day that each of some people has by the trait which a day is told by; nothing where it is told otherwise."""
    known = known_columns(scene.look) if given["sort"] in OF_PERSON else {}
    if given["name"] not in known:
        return {}
    rows = scene.look(known[given["name"]]).select("person_id", day=given["name"])
    wanted = rows.filter(rows.day.notnull()).semi_join(scene.known(people.select(["person_id"])), "person_id")
    read = scene.ws.warehouse.read(wanted).to_pydict()
    return dict(zip(read["person_id"], read["day"], strict=True))


@lru_cache(maxsize=100_000)
def day_due(sort: str, name: str, days: int, own: dt.date | None, since: dt.date) -> dt.date | None:
    """Return the day on which something is due: the first from `since` on of those that return; None where there is no such day.

    One of 29 February is due on the 28th in other years, as anniversaries of rules are.

    >>> day_due("anniversary", "birthday_on", -1, dt.date(1992, 2, 29), dt.date(2026, 2, 1))
    datetime.date(2026, 2, 27)
    """
    later, earliest = dt.timedelta(days=days), since - dt.timedelta(days=days)
    match sort:
        case "date":
            day = _day(name)
        case "festival":
            day = festival_day(name, earliest)
        case "anniversary":
            day = anniversary(own, earliest)
        case _:
            day = own
    return day + later if day is not None and day + later >= since else None


def whose_day(scene: Scene, given: Mapping[str, Any], day: dt.date) -> list[str] | None:
    """Return the people whose day it is; None where it is everybody's."""
    sort, name = given["sort"], given["name"]
    if sort not in OF_PERSON:
        return None if day_due(sort, name, given["days"], None, day) == day else []
    known, meant = known_columns(scene.look), day - dt.timedelta(days=given["days"])
    if name not in known:
        return []
    rows = scene.look(known[name]).select("person_id", day=name)
    places = [meant.month * 100 + meant.day]
    if anniversary(dt.date(2024, 2, 29), meant) == meant:
        places.append(229)
    place = rows.day.month() * 100 + rows.day.day()
    is_it = place.isin(places) if sort == "anniversary" else rows.day == ibis.literal(meant)
    return [
        str(one)
        for one in scene.ws.warehouse.read(rows.filter(is_it).select("person_id")).column(0).to_pylist()
    ]


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: object) -> dt.time | None:
    try:
        time = dt.time.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo is None else None
