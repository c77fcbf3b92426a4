"""What is new since a journey looked last: rows of what people did, entries and exits of segments, and what a clock says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from cronsim import CronSim

from quanyu.act.journey.document import Plan
from quanyu.act.journey.entry import Occasion
from quanyu.act.journey.look import asking, holding
from quanyu.act.journey.step import Scene
from quanyu.ledger.journey import Enrolment, Journey, road
from quanyu.rule import happened, members, parse
from quanyu.rule.row import cell, did_of
from quanyu.rule.tree import did_rows
from quanyu.rule.verb import VERBS

SEGMENTS = "segment_changes"
CLOCK = "clock"
KNOWN = ("portraits", "segment_members")
"""Tables of a turn: when they change, conditions may hold that did not before."""
CHANGE = {"enters": "entered", "leaves": "left"}


def sources(plan: Plan) -> tuple[str, ...]:
    """Return where news of a journey come from: tables, and the clock."""
    verbs = [
        plan.when,
        plan.goal,
        *(node.given["what"] for node in plan.nodes.values() if "what" in node.given),
    ]
    asked = (
        [VERBS[did.verb].rows.table.name for did in did_rows(parse(plan.ends_when))] if plan.ends_when else []
    )
    tables = [*(table_of(verb) for verb in verbs if verb), *asked, *(KNOWN if plan.ends_when else ())]
    segments = [SEGMENTS] if plan.enters or plan.leaves else []
    return tuple(dict.fromkeys([*tables, *segments, *([CLOCK] if plan.every else [])]))


def now_at(scene: Scene, source: str) -> str:
    """Return how far a source has come: the version of a table, the moment of the clock."""
    return scene.at.isoformat() if source == CLOCK else str(scene.ws.warehouse.version(source))


def table_of(verb: str) -> str:
    """Return the table in which what a verb says stands."""
    return VERBS[did_of(parse(verb)).verb].rows.table.name


def deeds(scene: Scene, journey_id: str, verb: str, per: str) -> list[Occasion]:
    """Return what people did that came since the journey looked last; of everything where that can no longer be told."""
    name = table_of(verb)
    rows = VERBS[did_of(parse(verb)).verb].rows.table.schema.names
    shown = (per,) if per in rows or (per.startswith("properties.") and "properties" in rows) else ()
    fresh = replace(scene, look=_newer(scene, journey_id, name))
    told = happened(parse(verb), asking(fresh), shown)
    told = told.select(
        "person_id", "key", "at", entity=told[cell(per)].cast("string") if shown else ibis.literal("")
    )
    return [
        Occasion(row["key"], row["person_id"], row["entity"] or "", row["at"])
        for row in scene.ws.warehouse.read(told.distinct()).to_pylist()
    ]


def occasions(scene: Scene, journey: Journey, plan: Plan) -> list[Occasion]:
    """Return what may let somebody enter since the journey looked last; nothing from before it was launched or resumed."""
    found = _found(scene, journey, plan)
    since = journey.live_since
    return [one for one in found if since is None or one.at >= since]


def _found(scene: Scene, journey: Journey, plan: Plan) -> list[Occasion]:
    if plan.when:
        return deeds(scene, journey.journey_id, plan.when, plan.per)
    if plan.enters or plan.leaves:
        return _changes(scene, journey, plan)
    return _struck(scene, journey, plan) if plan.every else []


def _changes(scene: Scene, journey: Journey, plan: Plan) -> list[Occasion]:
    """Return who has entered or left the journey's segment; the moment is that at which the turn told it."""
    way = "enters" if plan.enters else "leaves"
    rows = _newer(scene, journey.journey_id, SEGMENTS)(SEGMENTS)
    mine = rows.filter(rows.segment_id == getattr(plan, way), rows.change == CHANGE[way])
    told = mine.select("person_id", moment=mine.changed_at.cast("string"))
    return [
        Occasion(f"{way}:{row['moment']}:{row['person_id']}", row["person_id"], "", scene.at)
        for row in scene.ws.warehouse.read(told).to_pylist()
    ]


def _struck(scene: Scene, journey: Journey, plan: Plan) -> list[Occasion]:
    """Return everybody of whom the condition holds, where the clock struck since; of several times only the last counts."""
    kept = road.position(scene.ws.ledger, journey.journey_id, CLOCK)
    since = dt.datetime.fromisoformat(kept) if kept else scene.at
    zone, last = scene.ws.settings.zone, None
    for moment in CronSim(plan.every, since.astimezone(zone)):
        if moment > scene.at:
            break
        last = moment.astimezone(dt.UTC)
    if last is None:
        return []
    found = members(parse(plan.whom), asking(scene)).select("person_id")
    people = scene.ws.warehouse.read(found).column(0).to_pylist()
    return [Occasion(f"every:{last.isoformat()}:{person}", person, "", last) for person in people]


def _newer(scene: Scene, journey_id: str, name: str) -> Callable[[str], ir.Table]:
    """Return how tables are had where one of them only has what came since the journey looked last."""
    kept = road.position(scene.ws.ledger, journey_id, name)
    files = scene.ws.warehouse.moved(name, int(kept)) if kept else None
    rows = scene.look(name) if files is None else files[1]
    return lambda asked: rows if asked == name else scene.look(asked)


def met(scene: Scene, journey: Journey, done: Sequence[Occasion], node_id: str = "") -> list[Enrolment]:
    """Return who is on their way (at a node, where one is named) and has done one of these since they entered.

    Where both name a cart or an order, it is the same.
    """
    people = {one.person_id for one in done if one.person_id}
    if not people:
        return []
    by_person: dict[str | None, list[Occasion]] = {}
    for one in done:
        by_person.setdefault(one.person_id, []).append(one)
    nodes = (node_id,) if node_id else ()
    waiting = road.under_way(scene.ws.ledger, journey.journey_id, journey.version, nodes, people)
    return [
        one
        for one in waiting
        if any(
            deed.at >= one.entered_at and (not deed.entity or not one.entity or deed.entity == one.entity)
            for deed in by_person[one.person_id]
        )
    ]


def asked_of(scene: Scene, journey: Journey, plan: Plan) -> list[Enrolment]:
    """Return who is on their way and meets the condition that ends the journey."""
    waiting = road.under_way(scene.ws.ledger, journey.journey_id, journey.version)
    if not waiting:
        return []
    rows = pa.table(
        {
            "enrolment_id": [one.enrolment_id for one in waiting],
            "person_id": [one.person_id for one in waiting],
        }
    )
    told = holding(scene, {"ends": parse(plan.ends_when)}, rows)
    ended = set(scene.ws.warehouse.read(told.filter(told.ends).select("enrolment_id")).column(0).to_pylist())
    return [one for one in waiting if one.enrolment_id in ended]
