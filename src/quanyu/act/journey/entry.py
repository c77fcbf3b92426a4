"""Who enters a journey now, and why somebody does not: each occasion once, on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from quanyu.act.gate import zone_named
from quanyu.act.journey.document import Plan, again
from quanyu.act.journey.look import holding
from quanyu.act.journey.step import Scene, kind_named
from quanyu.ledger import Scope
from quanyu.ledger.journey import Journey, road
from quanyu.method.assignment import CONTROL, TREATED, arm_of, is_held_out_one
from quanyu.rule import parse
from quanyu.tables.settings import ExperimentSettings
from quanyu.text import Text

REFUSALS: Mapping[str, Text] = {
    "unknown_person": "Nobody knows yet whose it is",
    "too_late": "It was told too late",
    "no_match": "The condition does not hold of the person",
    "under_way": "Is on their way already",
    "entered_before": "Has entered before, and may not again",
    "too_soon": "Has entered too short a time ago",
}
"""Why an occasion lets nobody enter."""
LEFT: Mapping[str, Text] = {
    "goal": "Met the goal",
    "ends_when": "Met the condition that ends it",
    "erased": "Was erased",
    "merged": "Is somebody who is on their way already",
    "ended": "The journey was ended",
    "no_such_day": "The day that is waited for is past or not known",
    "global_holdout": "In the global holdout, which no campaign reaches",
}
"""Why somebody leaves early, or never set out."""


@dataclass(frozen=True)
class Occasion:
    """Something that may begin a journey: what happened (`key`), to whom, of which cart or order, and when."""

    key: str
    person_id: str | None
    entity: str
    at: dt.datetime


def enter(
    scene: Scene, journey: Journey, plan: Plan, occasions: Sequence[Occasion], connection: Scope
) -> int:
    """Let people enter on these occasions and return how many did; the others are on record with the reason."""
    told = list(_judged(scene, journey, plan, occasions))
    zones = _zones(scene, {one.person_id for one, why in told if not why and one.person_id})
    first, home = plan.nodes[plan.first], scene.ws.settings.zone
    due, given = kind_named(first.kind).due, first.given
    moments = cache(lambda zone: due(given, scene.at, zone_named(zone) or home))
    rows = [_row(scene, journey, plan, one, zones=zones, moments=moments) for one, why in told if not why]
    refused = [
        {"journey_id": journey.journey_id, "occasion": one.key, "person_id": one.person_id or "", "reason": why, "at": one.at}
        for one, why in told
        if why
    ]  # fmt: skip
    road.recall(connection, journey.journey_id, [one.key for one, _ in told if one.person_id])
    road.refuse(connection, refused)
    return road.enrol(connection, rows)


def _judged(
    scene: Scene, journey: Journey, plan: Plan, occasions: Iterable[Occasion]
) -> Iterator[tuple[Occasion, str]]:
    """Yield each occasion, the earliest first, with why it lets nobody enter (nothing: it does)."""
    ordered = sorted(occasions, key=lambda one: (one.at, one.key))
    people = {one.person_id for one in ordered if one.person_id}
    former = road.former(scene.ws.ledger, journey.journey_id, people)
    fitting = _fitting(scene, plan, people)
    pause, earliest = again(plan.again), scene.at - dt.timedelta(hours=plan.latest_hours)
    for one in ordered:
        state, entered_at = former.get((one.person_id or "", one.entity), ("", None))
        checks = (
            ("unknown_person", not one.person_id),
            ("too_late", one.at < earliest),
            ("no_match", one.person_id not in fitting),
            ("under_way", state == "active"),
            ("entered_before", bool(state) and pause is None),
            ("too_soon", entered_at is not None and pause is not None
             and (scene.at - entered_at).total_seconds() < pause),
        )  # fmt: skip
        why = next((reason for reason, holds in checks if holds), "")
        if not why and one.person_id:
            former[one.person_id, one.entity] = ("active", scene.at)
        yield one, why


def _fitting(scene: Scene, plan: Plan, people: Iterable[str]) -> set[str]:
    """Return those of some people of whom the journey's condition holds."""
    named = sorted(people)
    if not plan.whom or not named:
        return set(named)
    rows = pa.table({"enrolment_id": list(range(len(named))), "person_id": named})
    told = holding(scene, {"fits": parse(plan.whom)}, rows)
    kept = scene.ws.warehouse.read(told.filter(told.fits).select("enrolment_id")).column(0).to_pylist()
    return {named[place] for place in kept}


def _zones(scene: Scene, people: set[str]) -> dict[str, str]:
    if not people:
        return {}
    rows = scene.look("people")
    wanted = rows.filter(rows.time_zone.notnull()).select("person_id", "time_zone")
    named = scene.known(pa.table({"person_id": sorted(people)}))
    read = scene.ws.warehouse.read(wanted.semi_join(named, "person_id")).to_pydict()
    return dict(zip(read["person_id"], read["time_zone"], strict=True))


def _row(
    scene: Scene,
    journey: Journey,
    plan: Plan,
    one: Occasion,
    *,
    zones: Mapping[str, str],
    moments: Callable[[str], dt.datetime],
) -> dict[str, Any]:
    """Return the row of somebody who enters: the control group and the global holdout never set out."""
    person, ws = one.person_id or "", scene.ws
    outside = is_held_out_one(person, ws.settings.of(ExperimentSettings).holdout_share, ws.secret)
    shares = {TREATED: 1 - plan.control_share, CONTROL: plan.control_share}
    arm = (
        ""
        if outside
        else arm_of(person, journey.journey_id, shares, ws.secret)
        if plan.control_share
        else TREATED
    )
    zone, is_out = zones.get(person, ""), arm != TREATED
    key = f"{person}|{one.entity}" if plan.again == "never" else f"{person}|{one.entity}|{one.key}"
    return {
        "journey_id": journey.journey_id, "version": journey.version, "person_id": person, "entity": one.entity,
        "entry_key": key, "arm": arm, "state": "held_out" if is_out else "active", "node": "" if is_out else plan.first,
        "variant": "", "reason": ("global_holdout" if outside else CONTROL) if is_out else "", "time_zone": zone,
        "context": {"occasion": one.key, "at": one.at.isoformat()}, "n_moves": 0, "entered_at": scene.at,
        "due_at": None if is_out else moments(zone), "changed_at": scene.at,
    }  # fmt: skip
