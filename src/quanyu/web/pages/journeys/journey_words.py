"""A journey in words: how far it is, who begins it, what each step does, and by which ways people leave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from quanyu import figure
from quanyu.act.account import reason_words
from quanyu.act.channel import channels
from quanyu.act.journey import WORDS
from quanyu.act.journey.day import day_read
from quanyu.act.journey.step import seconds
from quanyu.errors import JourneyError
from quanyu.tables.festival import DAYS as FESTIVALS
from quanyu.text import Text
from quanyu.web.parts.campaign import rule_told
from quanyu.web.parts.markup import span
from quanyu.web.view import View

LEVELS: Mapping[str, str] = {"draft": "warning", "live": "note", "paused": "warning", "ending": "note"}
"""How the states of journeys look; the others are over."""
UNITS: Mapping[str, tuple[int, Text, Text]] = {
    "week": (604_800, "1 week", "{n} weeks"),
    "day": (86_400, "1 day", "{n} days"),
    "hour": (3600, "1 hour", "{n} hours"),
    "minute": (60, "1 minute", "{n} minutes"),
}
"""Units of time by the word that documents have for them: seconds, one and many of them in words."""
DAYS: Mapping[str, Text] = {
    "mon": "Mondays", "tue": "Tuesdays", "wed": "Wednesdays", "thu": "Thursdays", "fri": "Fridays", "sat": "Saturdays",
    "sun": "Sundays",
}  # fmt: skip
BEGINS: Mapping[str, Text] = {
    "when": "Somebody does something",
    "enters": "Somebody enters a segment",
    "leaves": "Somebody leaves a segment",
    "every": "At set times, everybody of whom the condition holds",
    "day": "On a day: a birthday, a festival, a date",
    "": "Only by name: a person is put in",
}
"""What begins a journey, by the field of the document that says so."""


def journey_address(name: str) -> str:
    """Return the address of a journey."""
    return f"/journeys/{quote(name, safe='')}"


def status_chip(view: View, status: Text) -> Markup:
    """Return how far a journey is as a chip."""
    return span(f"mark {LEVELS.get(status, '')}", view.say(status))


def reason_told(view: View, reason: str) -> str:
    """Return a reason on record in words; one that an author wrote stands as it is."""
    known: Mapping[str, Text] = {**reason_words(), **WORDS}
    return view.say(known[reason]) if reason in known else reason


def time_told(view: View, length: float) -> str:
    """Say how many seconds something takes, in the largest unit that it is at least one of."""
    size, one, many = next((unit for unit in UNITS.values() if length >= unit[0]), UNITS["minute"])
    n = length / size
    return view.say(one) if n == 1 else view.say(many, n=f"{n:g}")


def begins_told(view: View, document: Mapping[str, Any]) -> str:
    """Say what begins a journey and of whom."""
    said: Mapping[str, Callable[[str], str]] = {
        "when": lambda text: rule_told(view, text),
        "enters": lambda text: view.say("Enters the segment {name}", name=text),
        "leaves": lambda text: view.say("Leaves the segment {name}", name=text),
        "every": lambda text: view.say("At the times {line}", line=text),
    }
    begun = [tell(str(document[name])) for name, tell in said.items() if document.get(name)]
    begun += (
        [_day_of(view, document["day"])]
        if isinstance(document.get("day"), Mapping) and document["day"]
        else []
    )
    whom = [rule_told(view, str(document["whom"]))] if document.get("whom") else []
    return " · ".join([*(begun or [view.say("Only by name")]), *whom])


def again_told(view: View, again: str) -> str:
    """Say when somebody may enter again."""
    fixed: Mapping[str, Text] = {"never": "Never again", "always": "As often as it happens"}
    if again in fixed:
        return view.say(fixed[again])
    return view.say("Again after {time}", time=time_told(view, seconds(again)))


def step_told(view: View, kind: str, given: Mapping[str, Any]) -> str:
    """Say what a step does with what it was given, as its kind reads it."""
    tell = TELL.get(kind)
    return tell(view, given) if tell else " · ".join(f"{name}: {value}" for name, value in given.items())


def way_told(view: View, kind: str, outcome: str, given: Mapping[str, Any]) -> str:
    """Say by which way people leave a step."""
    if kind == "branch" and outcome in given.get("rules", {}):
        return rule_told(view, given["rules"][outcome])
    if kind == "split" and outcome in given.get("shares", {}):
        return f"{outcome} · {figure.percent(given['shares'][outcome], 0)}"
    words: Mapping[str, Text] = {
        "then": "In time", "else": "Otherwise", "next": "Went on", "task_done": "Done by staff",
        "task_cancelled": "Not needed any more", "grant_used": "Used", "grant_cancelled": "Taken back",
    }  # fmt: skip
    return view.say(words[outcome]) if outcome in words else outcome


def _day_of(view: View, written: Mapping[str, Any]) -> str:
    """Say on which day something is, as it is written; one that cannot be read stands as it is."""
    try:
        return day_told(view, day_read("day", written))
    except JourneyError:
        return str(dict(written))


def day_told(view: View, given: Mapping[str, Any]) -> str:
    """Say which day is meant, as its kind reads it."""
    name, days = given["name"], given["days"]
    festivals: Mapping[str, Text] = {one: one for one in FESTIVALS}
    said = {
        "date": name,
        "festival": view.say(festivals[name]) if name in festivals else name,
        "trait": view.say("the day {trait}", trait=name),
        "anniversary": view.say("the return of {trait}", trait=name),
    }[given["sort"]]
    if days:
        many: Text = "{n} days before {day}" if days < 0 else "{n} days after {day}"
        said = view.say(many, n=abs(days), day=said)
    return said if given["time"] == "00:00" else f"{said} {given['time']}"


def _until(view: View, given: Mapping[str, Any]) -> str:
    if "sort" in given:
        return view.say("Until {day}, where the person is", day=day_told(view, given))
    days = given["on"]
    every = (
        view.say("every day") if len(days) == len(DAYS) else ", ".join(view.say(DAYS[day]) for day in days)
    )
    return view.say("Until {time}, {days}, where the person is", time=given["time"], days=every)


def _sends(view: View, given: Mapping[str, Any]) -> str:
    labels: Mapping[str, Text] = {one.name: one.label for one in channels("people")}
    names = given.get("channels")
    content = given.get("content")
    listed = [str(name) for name in names] if isinstance(names, list | tuple) else []
    told = [view.say(labels[name]) if name in labels else name for name in listed]
    said = [content_told(view, one) for one in content.values()] if isinstance(content, Mapping) else []
    return " · ".join(filter(None, [" → ".join(told), *dict.fromkeys(said)]))


def content_told(view: View, content: Any) -> str:
    """Say what a message says: the name of the content, or how its text begins."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return view.say("{n} variants", n=len(content))
    if not isinstance(content, Mapping):
        return ""
    words = (content.get(name) for name in ("kept", "subject", "text", "template"))
    said = next((str(word) for word in words if word), "")
    return said if len(said) <= 60 else f"{said[:59]}…"


def _joined(*words: str) -> str:
    return " · ".join(filter(None, words))


def _back(view: View, given: Mapping[str, Any]) -> str:
    return view.say("taken back from whoever leaves early") if given["on_exit"] == "cancel" else ""


TELL: Mapping[str, Callable[[View, Mapping[str, Any]], str]] = {
    "wait": lambda view, given: time_told(view, given["seconds"]),
    "wait_until": _until,
    "wait_for": lambda view, given: view.say(
        "{what}, at most {time}", what=rule_told(view, given["what"]), time=time_told(view, given["seconds"])
    ),
    "branch": lambda view, given: view.say("The first condition that holds"),
    "split": lambda view, given: view.say("By lot, the same for a person each time"),
    "send": _sends,
    "task": lambda view, given: _joined(
        given["what"],
        given["who"],
        view.say("within {time}", time=time_told(view, given["seconds"])) if given["seconds"] else "",
        _back(view, given),
    ),
    "webhook": lambda view, given: _joined(given["name"], given["to"]),
    "trait": lambda view, given: f"{given['name']} = {given['value']}",
    "coupon": lambda view, given: _joined(
        given["pool"], f"× {given['n']}" if given["n"] > 1 else "", _back(view, given)
    ),
    "points": lambda view, given: _joined(
        view.say("{n} points", n=f"{given['n']:,}"), given["pool"], _back(view, given)
    ),
    "exit": lambda view, given: reason_told(view, given["reason"]),
}
"""What steps do, by their kind; of others the fields are shown."""
