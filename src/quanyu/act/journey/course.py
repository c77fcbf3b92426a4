"""How far a journey has come: everybody accounted for, each step with who left it how, and the way of one person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quanyu.act.journey.document import Plan, kept_plan
from quanyu.act.journey.entry import LEFT, REFUSALS
from quanyu.act.journey.journey import find
from quanyu.act.journey.step import Node, kind_named
from quanyu.ledger.journey import Journey, documents, made, road
from quanyu.part.action import Caller
from quanyu.part.reading import keys_of
from quanyu.text import Text
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Stop:
    """A step: how many wait there now, how many left it by each outcome, and what became of its messages, tasks,
    coupons and points (status, reason, n).
    """

    node_id: str
    kind: str
    label: Text
    given: Mapping[str, object]
    n_waiting: int
    outcomes: Mapping[str, int]
    made: Sequence[tuple[Text, str, int]] = ()


@dataclass(frozen=True)
class JourneyCourse:
    """A version of a journey with everybody in it: enrolled = active + done + exited + held out.

    `exited` counts by reason, `held_out` too; `refused` counts the occasions on which nobody entered, over all versions.
    """

    journey: Journey
    plan: Plan
    n_enrolled: int
    n_active: int
    n_done: int
    exited: Mapping[str, int]
    held_out: Mapping[str, int]
    refused: Mapping[str, int]
    stops: Sequence[Stop]


def course_of(ws: Workspace, journey: Journey) -> JourneyCourse:
    """Return how far a version has come."""
    plan = kept_plan(journey.document)
    rows = [row[2:] for row in road.counts(ws.ledger, journey.journey_id) if row[1] == journey.version]
    states, exited, held_out, waiting = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for _, state, node, reason, n in rows:
        states[state] += n
        waiting[node] += n if state == "active" else 0
        exited[reason] += n if state == "exited" else 0
        held_out[reason] += n if state == "held_out" else 0
    passed: dict[str, dict[str, int]] = {}
    for node_id, outcome, n in road.passed(ws.ledger, journey.journey_id, journey.version):
        passed.setdefault(node_id, {})[outcome] = n
    stops = [
        Stop(
            node.node_id, node.kind, kind_named(node.kind).label, node.given, n_waiting=waiting[node.node_id],
            outcomes=passed.get(node.node_id, {}), made=_made(ws, journey, node),
        )
        for node in plan.nodes.values()
    ]  # fmt: skip
    refused = road.refusals(ws.ledger, journey.journey_id)
    return JourneyCourse(
        journey, plan, sum(states.values()), states["active"], states["done"],
        exited=+exited, held_out=+held_out, refused=refused, stops=stops,
    )  # fmt: skip


def _made(ws: Workspace, journey: Journey, node: Node) -> Sequence[tuple[Text, str, int]]:
    counts = kind_named(node.kind).counts
    return counts(ws.ledger, journey, node.node_id) if counts else ()


@dataclass(frozen=True)
class Shown:
    """A journey and a version of it; 0: the newest."""

    journey: str
    version: int = 0


def show_journey(ws: Workspace, given: Shown, caller: Caller) -> JourneyCourse:
    """Return how far a version of a journey has come."""
    return course_of(ws, find(ws, given.journey, given.version))


def journeys(ws: Workspace) -> list[JourneyCourse]:
    """Return every version that was launched, and drafts, the newest of each journey first."""
    return [course_of(ws, journey) for journey in documents.versions(ws.ledger)]


@dataclass(frozen=True)
class Question:
    """A journey and a person, by the id or whatever else is at hand: a phone, an e-mail, a member number."""

    journey: str
    person_id: str


@dataclass(frozen=True)
class Passage:
    """A line of a person's way: when, at which step of which entry into which version, what came of it, and more in words."""

    at: dt.datetime
    entry: int
    node: str
    outcome: str
    detail: str = ""
    version: int = 0


def trace_journey(ws: Workspace, given: Question, caller: Caller) -> list[Passage]:
    """Return every entry and step of a person, and why they did not enter, in the order of time."""
    return way_of(ws, find(ws, given.journey).journey_id, _person(ws, given.person_id.strip()))


def way_of(ws: Workspace, journey_id: str, person_id: str) -> list[Passage]:
    """Return the way of a person through a journey, with the occasions on which they did not enter."""
    entries, moves, refused = road.trace(ws.ledger, journey_id, person_id)
    versions = {one.enrolment_id: one.version for one in entries}
    lines = [
        Passage(
            one.entered_at,
            one.enrolment_id,
            "",
            "entered",
            str(one.context.get("occasion", "")),
            version=one.version,
        )
        for one in entries
    ]
    lines += [
        Passage(
            row["at"],
            row["enrolment_id"],
            row["node"],
            row["outcome"],
            row["detail"],
            version=versions[row["enrolment_id"]],
        )
        for row in moves
    ]
    lines += [Passage(row["at"], 0, "", "not_entered", row["reason"]) for row in refused]
    lines += [
        Passage(at, entry, node, status, reason, version=versions[entry])
        for at, entry, node, status, reason in made.changes(ws.ledger, journey_id, person_id)
    ]
    lines += [
        Passage(one.changed_at, one.enrolment_id, one.node, one.state, one.reason, version=one.version)
        for one in entries
        if one.state != "active"
    ]
    order = {"entered": 0, "done": 2, "exited": 2, "held_out": 2, "task_cancelled": 3, "grant_cancelled": 3}
    return sorted(lines, key=lambda line: (line.at, order.get(line.outcome, 1)))


def _person(ws: Workspace, text: str) -> str:
    """Return the person a text stands for; the text where it is nobody's or stands for several."""
    identities = ws.warehouse.table("identities")
    named = identities.filter(identities.id_key.isin(keys_of(ws, text))).select("person_id").distinct()
    people = ws.warehouse.read(named.limit(2))["person_id"].to_pylist()
    return str(people[0]) if len(people) == 1 else text


WORDS: Mapping[str, Text] = {**REFUSALS, **LEFT}
"""Reasons of journeys in words."""
