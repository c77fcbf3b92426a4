"""Journeys from the document to the end: written, launched, edited as a new version, paused, resumed, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quanyu import ledger
from quanyu.act.campaign.queue import kept_brief, links
from quanyu.act.journey.document import Plan, kept_plan, plan_of
from quanyu.act.journey.news import now_at, sources
from quanyu.act.journey.step import Scene, kind_named
from quanyu.act.journey.tick import RUNNING
from quanyu.errors import JourneyError
from quanyu.ledger import Campaign, Edit, Scope
from quanyu.ledger.journey import Journey, JourneyStatus, Move, documents, road
from quanyu.method.scratch import Scratch
from quanyu.nearest import did_you_mean
from quanyu.part.action import Caller
from quanyu.part.document import read_document
from quanyu.workspace import Workspace

RECORD = "journeys"
QUEUE = "journey"
"""The kind of campaigns that hold the messages of a journey's step."""


@dataclass(frozen=True)
class Draft:
    """A journey to write down: a file, or the fields of one."""

    file: Path | None = None
    fields: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Named:
    """A journey, and why something is done to it."""

    journey: str
    note: str = ""


def add_journey(ws: Workspace, given: Draft, caller: Caller) -> Journey:
    """Write a journey down as a new version, which nobody enters before it is launched; a draft of before makes way.

    Raises `JourneyError`, and what its conditions and contents raise, for one that could not be gone.
    """
    plan = check_journey(ws, given, caller)
    before = documents.versions(ws.ledger, plan.name)
    newest = before[0].version if before else 0
    version = newest if before and before[0].status == "draft" else newest + 1
    journey = Journey(plan.name, version, "draft", plan.document, caller.who, ws.now())
    documents.save(ws.ledger, journey)
    return find(ws, plan.name)


def check_journey(ws: Workspace, given: Draft, caller: Caller) -> Plan:
    """Return a journey as it would be kept; raise what `add_journey` raises for one that could not be gone."""
    return plan_of(ws, read_document(given.file, JourneyError) if given.file else given.fields or {})


def find(ws: Workspace, name: str, version: int = 0) -> Journey:
    """Return a version of a journey, the newest unless one is named; raise `JourneyError` where there is none."""
    if found := [one for one in documents.versions(ws.ledger, name) if version in (0, one.version)]:
        return found[0]
    known = {journey.journey_id for journey in documents.versions(ws.ledger)}
    near = did_you_mean(name, known)
    raise JourneyError(
        "There is no journey {name!r}.",
        "{near} All of them: quanyu journey list" if near else "All of them: quanyu journey list",
        name=name,
        near=near,
    )


def launch_journey(ws: Workspace, given: Named, caller: Caller) -> Journey:
    """Let people enter a journey's newest version from now on; who is on their way in an older one finishes that.

    What happened before does not count. Raises `JourneyError` for a version that is no draft.
    """
    journey, at = find(ws, given.journey), ws.now()
    plan = kept_plan(journey.document)
    with Scratch(ws) as scratch, ws.ledger.begin() as connection:
        scene = Scene(ws, journey.name, at, ws.warehouse.table, scratch.known)
        _move(connection, journey, "live", ("draft",), _edit(ws, journey, given, caller))
        for other in documents.versions(connection, journey.journey_id, ("live", "paused")):
            if other.version != journey.version:
                documents.move_on(connection, other, "ending", was=("live", "paused"), at=at)
        for source in sources(plan):
            if road.position(connection, journey.journey_id, source) is None:
                road.set_position(connection, journey.journey_id, source, now_at(scene, source))
        for node in plan.nodes.values():
            if launch := kind_named(node.kind).launch:
                launch(connection, node, at)
        for name, brief in _queues(journey, plan):
            design = {**brief.document, "links": links(brief, name), "versions": {}}
            queue = Campaign(
                name, name, name, QUEUE, brief.channels[0], status="done", design=design, frozen_at=at
            )
            ledger.freeze(connection, queue, [])
    return find(ws, given.journey)


def pause_journey(ws: Workspace, given: Named, caller: Caller) -> Journey:
    """Let nobody enter, move on or be written to until the journey is resumed."""
    journey = find(ws, given.journey)
    with ws.ledger.begin() as connection:
        _move(connection, journey, "paused", ("live",), _edit(ws, journey, given, caller))
        for name, _ in _queues(journey, kept_plan(journey.document)):
            ledger.set_campaign(connection, name, "paused", was=("sending", "done"), at=ws.now())
    return find(ws, given.journey)


def resume_journey(ws: Workspace, given: Named, caller: Caller) -> Journey:
    """Go on with a paused journey: everybody waits as long as they had left, and what happened meanwhile lets nobody enter."""
    journey, at = find(ws, given.journey), ws.now()
    with ws.ledger.begin() as connection:
        _move(connection, journey, "live", ("paused",), _edit(ws, journey, given, caller))
        pause = at - (journey.paused_at or at)
        road.shift(connection, journey.journey_id, pause)
        for name, _ in _queues(journey, kept_plan(journey.document)):
            ledger.shift_sends(connection, name, pause)
            ledger.set_campaign(connection, name, "sending", was=("paused",), at=at)
    return find(ws, given.journey)


def end_journey(ws: Workspace, given: Named, caller: Caller) -> Journey:
    """Let nobody enter any more and everybody who is on their way leave; what waits to be sent is not."""
    journey, at = find(ws, given.journey), ws.now()
    with ws.ledger.begin() as connection:
        _move(connection, journey, "ended", ("live", "paused", "ending"), _edit(ws, journey, given, caller))
        running = documents.versions(connection, journey.journey_id, (*RUNNING, "paused"))
        for version in [journey, *running]:
            documents.move_on(connection, version, "ended", was=(*RUNNING, "paused"), at=at)
            _empty(connection, version, at)
    return find(ws, given.journey)


def _empty(connection: Scope, journey: Journey, at: Any) -> None:
    by_node: dict[str, list[int]] = {}
    for one in road.under_way(connection, journey.journey_id, journey.version):
        by_node.setdefault(one.node, []).append(one.enrolment_id)
    for node, ids in by_node.items():
        road.move(
            connection,
            journey.journey_id,
            journey.version,
            Move.out(ids, node, "ended"),
            at=at,
        )
    for name, _ in _queues(journey, kept_plan(journey.document)):
        ledger.close_sends(connection, name, reason="stopped", at=at)


def _queues(journey: Journey, plan: Plan) -> list[tuple[str, Any]]:
    """Return the name and the brief of the messages of each step that sends."""
    return [
        (f"{journey.name}-{node.node_id}", kept_brief(node.given))
        for node in plan.nodes.values()
        if node.kind == "send"
    ]


def _move(
    connection: Any,
    journey: Journey,
    to: JourneyStatus,
    was: Sequence[JourneyStatus],
    edit: Edit,
) -> None:
    """Give a journey another status, with a line of the audit log; raise `JourneyError` where it is in none of those before."""
    if not documents.move_on(
        connection, journey, to, was=was, at=edit.changed_at, note=str((edit.after or {})["note"])
    ):
        raise JourneyError(
            "{journey} is {status}.",
            "Look at it: quanyu journey show {journey}",
            journey=journey.journey_id,
            status=journey.status,
        )
    ledger.audited(connection, edit)


def _edit(ws: Workspace, journey: Journey, given: Named, caller: Caller) -> Edit:
    after = {"version": journey.version, "note": given.note}
    return Edit(ws.now(), caller.who, RECORD, journey.journey_id, {"status": journey.status}, after)


__all__ = [
    "Draft",
    "Named",
    "add_journey",
    "check_journey",
    "end_journey",
    "find",
    "launch_journey",
    "pause_journey",
    "resume_journey",
]
