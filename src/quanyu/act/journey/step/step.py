"""Steps of a journey: what one is given, when whoever arrives moves on, and by which outcome."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pyarrow as pa

from quanyu.discovery import declared
from quanyu.errors import JourneyError
from quanyu.ledger import Scope
from quanyu.ledger.journey import Journey
from quanyu.nearest import did_you_mean
from quanyu.text import Text
from quanyu.workspace import Workspace

NEXT = "next"
"""The outcome of a step that only has one."""
END = ""
"""Where nothing follows."""
UNITS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
LONGEST = 400 * 86_400
_TIME = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(minute|hour|day|week)s?\s*$")


@dataclass(frozen=True)
class Node:
    """A step in its place: what it was given, and which node follows each outcome."""

    node_id: str
    kind: str
    given: Mapping[str, Any]
    exits: Mapping[str, str]


@dataclass(frozen=True)
class Scene:
    """What a step is decided in: the shop, the journey's name (with its version), the moment, and how tables are had, those of
    the warehouse by name (`look`) and small ones of this process (`known`).
    """

    ws: Workspace
    name: str
    at: dt.datetime
    look: Callable[[str], ir.Table]
    known: Callable[[pa.Table], ir.Table]
    is_rehearsal: bool = False


@dataclass(frozen=True)
class Decided:
    """Which enrolments leave by which outcome, what is said of each, and what is written in the same transaction.

    Those in `waits` stay, and are asked again at the moment that it names.
    """

    outcomes: Mapping[str, Sequence[int]]
    details: Mapping[int, str] = field(default_factory=dict)
    write: Callable[[Scope], None] | None = None
    waits: Mapping[dt.datetime, Sequence[int]] = field(default_factory=dict)


Decide = Callable[[Scene, Node, pa.Table], Decided]
Counts = Callable[[Scope, Journey, str], list[tuple[str, str, int]]]


def onward(_: Scene, node: Node, people: pa.Table) -> Decided:
    """Let everybody go on by the only outcome."""
    return Decided({next(iter(node.exits)): people["enrolment_id"].to_pylist()})


def at_once(_: Mapping[str, Any], at: dt.datetime, __: ZoneInfo) -> dt.datetime:
    """Return the moment itself: the step makes nobody wait."""
    return at


@dataclass(frozen=True)
class StepKind:
    """A kind of step, known by the one word that it is written with.

    `read` takes what is written and gives what the node keeps and, by outcome, the steps that follow inside (none: the steps
    after it follow). `due` says when whoever arrives is decided, `decide` by which outcome they leave then. `ready`
    completes what is given from what the shop keeps, once, when the journey is written. `answer` is the outcome by which whoever does
    what is waited for leaves before. `has_variants`: the outcomes are arms of a test. `ends` names the field that
    says why it ends here. `launch` does what has to be done once before anybody comes by; `counts` says what became of what the step
    made: (status, reason, n).
    """

    name: str
    label: Text
    read: Callable[[Any], tuple[dict[str, Any], dict[str, list[Any]]]]
    decide: Decide = onward
    due: Callable[[Mapping[str, Any], dt.datetime, ZoneInfo], dt.datetime] = at_once
    ready: Callable[[Workspace, dict[str, Any]], dict[str, Any]] | None = None
    answer: str = ""
    has_variants: bool = False
    ends: str = ""
    launch: Callable[[Scope, Node, dt.datetime], None] | None = None
    counts: Counts | None = None


def kinds() -> dict[str, StepKind]:
    """Return every kind of step, found in this room, by name."""
    return {kind.name: kind for kind in declared("KIND", "act/journey")}


def kind_named(name: str) -> StepKind:
    """Return a kind of step, or raise `JourneyError` with those there are."""
    known = kinds()
    if name not in known:
        near = did_you_mean(name, known)
        raise JourneyError(
            "There is no step {name!r}.",
            "{near} Steps: {known}." if near else "Steps: {known}.",
            name=name,
            near=near,
            known=", ".join(known),
        )
    return known[name]


def seconds(text: Any) -> float:
    """Return a written time (`2 days`, `90 minutes`) in seconds; raise `JourneyError` for another.

    >>> seconds("2 days"), seconds("1.5 hours")
    (172800.0, 5400.0)
    """
    found = _TIME.match(str(text))
    length = float(found[1]) * UNITS[found[2]] if found else 0
    if found is None or not 0 < length <= LONGEST:
        raise JourneyError(
            "{text!r} is no time to wait.",
            "Write such as: 30 minutes, 2 hours, 3 days, 1 week; at most 400 days.",
            text=str(text),
        )
    return length


def fields_of(kind: str, given: Any, known: Sequence[str], needed: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a step is given, or raise `JourneyError` for a field that it does not have, or lacks."""
    if not isinstance(given, Mapping):
        raise JourneyError(
            "The step {kind} is given {given!r}.",
            "It takes fields: {known}.",
            kind=kind,
            given=str(given),
            known=", ".join(known),
        )
    if wrong := [name for name in map(str, given) if name not in known] or [
        name for name in needed if name not in given
    ]:
        near = did_you_mean(wrong[0], known)
        raise JourneyError(
            "The step {kind} lacks the field {name!r}."
            if wrong[0] in needed
            else "The step {kind} has no field {name!r}.",
            "{near} Fields: {known}." if near and wrong[0] not in needed else "Fields: {known}.",
            kind=kind,
            name=wrong[0],
            near=near,
            known=", ".join(known),
        )
    return dict(given)


__all__ = [
    "END", "NEXT", "Decided", "Node", "Scene", "StepKind", "at_once", "fields_of", "kind_named", "kinds", "onward", "seconds",
]  # fmt: skip
