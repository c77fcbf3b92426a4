"""What is new since a journey looked last: rows of what people did, entries and exits of segments, and what a clock says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from cronsim import CronSim

from quanyu.act.gate import moment
from quanyu.act.journey.day import day_read, whose_day
from quanyu.act.journey.document import Plan
from quanyu.act.journey.entry import Occasion
from quanyu.act.journey.look import asking, holding
from quanyu.act.journey.step import Scene, kind_named
from quanyu.ledger import Scope
from quanyu.ledger.journey import Journey, road
from quanyu.rule import happened, members, parse
from quanyu.rule.row import cell, did_of
from quanyu.rule.tree import did_rows
from quanyu.rule.verb import VERBS
from quanyu.workspace import Workspace

SEGMENTS = "segment_changes"
CLOCK = "clock"
MERGES = "identity_log"
KNOWN = ("portraits", "segment_members")
"""Tables of a turn: when they change, conditions may hold that did not before."""
CHANGE = {"enters": "entered", "leaves": "left"}


def sources(plan: Plan) -> tuple[str, ...]:
    """Return where news of a journey come from: tables, and the clock."""
    waited = [str(node.given["what"]) for node in plan.nodes.values() if kind_named(node.kind).answer]
    verbs = [verb for verb in (plan.when, plan.goal, *waited) if verb]
    ending = did_rows(parse(plan.ends_when)) if plan.ends_when else ()
    asked = [VERBS[did.verb].rows.table.name for did in ending]
    tables = [*map(table_of, verbs), *asked, *(KNOWN if plan.ends_when else ())]
    segments = [SEGMENTS] if plan.enters or plan.leaves else []
    clock = [CLOCK] if plan.every or plan.day else []
    return tuple(dict.fromkeys([*tables, *segments, "identities", MERGES, *clock]))


def now_at(scene: Scene, source: str) -> str:
    """Return how far a source has come: the version of a table, the moment of the clock."""
    return scene.at.isoformat() if source == CLOCK else str(scene.ws.warehouse.version(source))


def table_of(verb: str) -> str:
    """Return the table in which what a verb says stands."""
    return VERBS[did_of(parse(verb)).verb].rows.table.name


def deeds(scene: Scene, journey_id: str, verb: str, per: str) -> list[Occasion]:
    """Return what people did that came since the journey looked last; of everything where that can no longer be told."""
    return _told(replace(scene, look=_newer(scene, journey_id, table_of(verb))), verb, per)


def _told(
    scene: Scene, verb: str, per: str, some: Callable[[ir.Table], ir.Table] = lambda rows: rows
) -> list[Occasion]:
    columns = VERBS[did_of(parse(verb)).verb].rows.table.schema.names
    shown = (per,) if per in columns or (per.startswith("properties.") and "properties" in columns) else ()
    rows = some(happened(parse(verb), asking(scene), shown))
    entity = rows[cell(per)].cast("string") if shown else ibis.literal("")
    told = rows.select("person_id", "key", "at", entity=entity).distinct()
    return [
        Occasion(row["key"], row["person_id"], row["entity"] or "", row["at"])
        for row in scene.ws.warehouse.read(told).to_pylist()
    ]


def occasions(scene: Scene, journey: Journey, plan: Plan) -> list[Occasion]:
    """Return what may let somebody enter since the journey looked last; nothing from before it was launched or resumed."""
    found = _found(scene, journey, plan)
    since = journey.live_since
    return [one for one in found if since is None or one.at >= since]


def _found(scene: Scene, journey: Journey, plan: Plan) -> list[Occasion]:
    if plan.when:
        return [*deeds(scene, journey.journey_id, plan.when, plan.per), *_known_now(scene, journey, plan)]
    if plan.enters or plan.leaves:
        return _changes(scene, journey, plan)
    if plan.day:
        return list(_of_days(scene, journey, plan))
    return _struck(scene, journey, plan) if plan.every else []


def _known_now(scene: Scene, journey: Journey, plan: Plan) -> list[Occasion]:
    """Return what happened of late by whom nobody knew then, and somebody knows now."""
    earliest = scene.at - dt.timedelta(hours=plan.latest_hours)
    waiting = road.unknown(scene.ws.ledger, journey.journey_id, since=earliest)
    if not waiting:
        return []
    keys = scene.known(pa.table({"key": waiting}))
    found = _told(scene, plan.when, plan.per, lambda rows: rows.semi_join(keys, "key"))
    return [one for one in found if one.person_id]


def merges(scene: Scene, journey_id: str) -> dict[str, str]:
    """Return who was merged into whom since the journey looked last, to the last of a chain."""
    log = _newer(scene, journey_id, MERGES)(MERGES)
    rows = log.filter(log.action == "merge", log.other_id.notnull()).select(
        "person_id", "other_id", "decided_at"
    )
    into = {
        row["person_id"]: row["other_id"]
        for row in scene.ws.warehouse.read(rows.order_by("decided_at")).to_pylist()
    }
    found = {}
    for person, other in into.items():
        last, seen = other, {person}
        while last in into and last not in seen:
            seen.add(last)
            last = into[last]
        found[person] = last
    return found


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
    for then in CronSim(plan.every, since.astimezone(zone)):
        if then > scene.at:
            break
        last = then.astimezone(dt.UTC)
    if last is None:
        return []
    return [
        Occasion(f"every:{last.isoformat()}:{person}", person, "", last) for person in _fitting(scene, plan)
    ]


def _of_days(scene: Scene, journey: Journey, plan: Plan) -> Iterator[Occasion]:
    """Yield everybody whose day it is, at its time in the zone of the shop; each day that came since, unless it is too late for it."""
    kept, zone, given = (
        road.position(scene.ws.ledger, journey.journey_id, CLOCK),
        scene.ws.settings.zone,
        day_read("day", plan.day),
    )
    since = dt.datetime.fromisoformat(kept) if kept else scene.at
    since = max(since, scene.at - dt.timedelta(hours=plan.latest_hours))
    day, time = since.astimezone(zone).date(), dt.time.fromisoformat(given["time"])
    while (then := moment(day, time, zone)) <= scene.at:
        if then > since:
            whose = whose_day(scene, given, day)
            for person in _fitting(scene, plan) if whose is None else whose:
                yield Occasion(f"day:{day.isoformat()}:{person}", person, "", then)
        day += dt.timedelta(days=1)


def next_strike(ws: Workspace, plan: Plan, after: dt.datetime) -> dt.datetime | None:
    """Return when a clock begins something next after a moment, None where none does."""
    zone = ws.settings.zone
    if plan.every:
        return next(CronSim(plan.every, after.astimezone(zone))).astimezone(dt.UTC)
    if not plan.day:
        return None
    day, time = after.astimezone(zone).date(), dt.time.fromisoformat(day_read("day", plan.day)["time"])
    return next(
        then for ahead in range(3) if (then := moment(day + dt.timedelta(days=ahead), time, zone)) > after
    )


def _fitting(scene: Scene, plan: Plan) -> list[str]:
    """Return everybody of whom the journey's condition holds."""
    found = members(parse(plan.whom), asking(scene)).select("person_id")
    return [str(person) for person in scene.ws.warehouse.read(found).column(0).to_pylist()]


def _newer(scene: Scene, journey_id: str, name: str) -> Callable[[str], ir.Table]:
    """Return how tables are had where one of them only has what came since the journey looked last."""
    kept = road.position(scene.ws.ledger, journey_id, name)
    files = scene.ws.warehouse.moved(name, int(kept)) if kept else None
    rows = scene.look(name) if files is None else files[1]
    return lambda asked: rows if asked == name else scene.look(asked)


def met(scope: Scope, journey: Journey, done: Sequence[Occasion], node_id: str = "") -> list[road.Entry]:
    """Return who is on their way and has done one of these since what they entered by; or at a node, since they came there.

    Where both name a cart or an order, it is the same.
    """
    people = {one.person_id for one in done if one.person_id}
    if not people:
        return []
    by_person: dict[str | None, list[Occasion]] = {}
    for one in done:
        by_person.setdefault(one.person_id, []).append(one)
    nodes = (node_id,) if node_id else ()
    return [
        one
        for one in road.under_way(scope, journey.journey_id, journey.version, nodes, people)
        if any(
            deed.at >= (one.changed_at if node_id else dt.datetime.fromisoformat(one.context["at"]))
            and deed.key != one.context["occasion"]
            and (not deed.entity or not one.entity or deed.entity == one.entity)
            for deed in by_person[one.person_id]
        )
    ]


def asked_of(scene: Scene, scope: Scope, journey: Journey, plan: Plan) -> list[road.Entry]:
    """Return who is on their way and meets the condition that ends the journey."""
    waiting = road.under_way(scope, journey.journey_id, journey.version)
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
