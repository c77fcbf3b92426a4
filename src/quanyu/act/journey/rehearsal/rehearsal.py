"""Who would have got what when: a journey is gone by the people of a stretch of the past, tick by tick."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from quanyu.act.campaign.queue import kept_brief
from quanyu.act.journey.course import JourneyCourse, Passage, course_of, way_of
from quanyu.act.journey.document import Plan, kept_plan, plan_of
from quanyu.act.journey.journey import Named, find, launch_journey
from quanyu.act.journey.news import CLOCK, next_strike, sources
from quanyu.act.journey.rehearsal.power import Strength, strength
from quanyu.act.journey.rehearsal.stage import Stage, staged
from quanyu.act.journey.tick import tick
from quanyu.errors import JourneyError
from quanyu.ledger.journey import Journey, documents, road
from quanyu.ledger.rehearsal import deliver, left
from quanyu.part.action import Caller
from quanyu.part.document import read_document
from quanyu.text import Sentence
from quanyu.workspace import Workspace

MOST_PEOPLE = 12
"""Ways of people that are shown."""
MOST_DAYS = 400


@dataclass(frozen=True)
class Question:
    """What is rehearsed: a journey by name, file or fields, days of the past, and how many minutes lie between two ticks."""

    journey: str = ""
    file: Path | None = None
    fields: Mapping[str, Any] | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    every_minutes: int = 60


@dataclass(frozen=True)
class Load:
    """Messages that would have left in an hour of the shop's zone, through a channel."""

    hour: dt.datetime
    channel: str
    n: int


@dataclass(frozen=True)
class Way:
    """Somebody, and how they would have gone."""

    person_id: str
    lines: Sequence[Passage]


@dataclass(frozen=True)
class Rehearsal:
    """What would have become of a journey on the days from `first` to `last`.

    `course` counts people and messages as of a journey that runs; `load` says what would have left when; `strength` what the
    control group could show; `ways` are people of every end that there was.
    """

    first: dt.date
    last: dt.date
    course: JourneyCourse
    n_ticks: int
    load: Sequence[Load]
    by_channel: Mapping[str, int]
    cost_amount: float
    strength: Strength
    ways: Sequence[Way]

    @property
    def busiest(self) -> Load | None:
        """The hour in which most would have left through one channel."""
        return max(self.load, key=lambda one: one.n, default=None)


def rehearse(ws: Workspace, given: Question, caller: Caller) -> Rehearsal:
    """Let a journey run on the days of the past and return what would have happened; nothing is sent, recorded or changed.

    People, traits and segments are as they are today, what they did is known from the moment at which it happened, and
    messages count as delivered when they would have left. Raises `JourneyError` for days that are no stretch of the past.
    """
    journey = _asked(ws, given)
    plan, zone = kept_plan(journey.document), ws.settings.zone
    last = given.last or ws.today() - dt.timedelta(days=1)
    first = given.first or last - dt.timedelta(days=29)
    if not 0 <= (last - first).days < MOST_DAYS or given.every_minutes < 1 or first > ws.today():
        raise JourneyError(
            "From {first} to {last} nothing can be rehearsed.",
            "Give days of the past, at most {most} of them, such as --from 2026-10-01 --to 2026-10-31.",
            first=first, last=last, most=MOST_DAYS,
        )  # fmt: skip
    begin = dt.datetime.combine(first, dt.time(), zone).astimezone(dt.UTC)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
    with staged(ws, begin, end) as stage:
        documents.save(stage.ws.ledger, replace(journey, status="draft", live_since=None, paused_at=None))
        launch_journey(stage.ws, Named(journey.journey_id), caller)
        n = 0
        step = dt.timedelta(minutes=given.every_minutes)
        for at in _moments(stage, journey, plan, step):
            stage.clock.at, n = at, n + 1
            # What was due before this tick left before it heard of anything.
            deliver(stage.ws.ledger, at=at - step)
            tick(stage.ws, is_rehearsal=True)
            deliver(stage.ws.ledger, at=at)
            caller.tell(Sentence("Rehearsing"), (at - begin).days, (end - begin).days)
        stage.clock.at = end
        deliver(stage.ws.ledger, at=end)
        raw = Rehearsal(
            first=first, last=last, course=course_of(stage.ws, find(stage.ws, journey.journey_id)), n_ticks=n, load=(),
            by_channel={}, cost_amount=0.0, strength=strength(ws, stage.ws.ledger, plan), ways=list(_ways(stage, journey)),
        )  # fmt: skip
        return _told(ws, stage, plan, raw)


def _asked(ws: Workspace, given: Question) -> Journey:
    """Return what is rehearsed, as the version that it is or would be: lots fall as they would."""
    if given.file is None and given.fields is None:
        return find(ws, given.journey)
    plan = plan_of(ws, read_document(given.file, JourneyError) if given.file else given.fields)
    before = documents.versions(ws.ledger, plan.name)
    newest = before[0].version if before else 0
    version = newest if before and before[0].status == "draft" else newest + 1
    return Journey(plan.name, version, "draft", plan.document, "", ws.now())


def _moments(stage: Stage, journey: Journey, plan: Plan, step: dt.timedelta) -> Iterator[dt.datetime]:
    """Yield the moments of a regular clock at which something is new or due, each after what the one before brought."""
    begin, end = stage.past.begin, stage.past.end
    names, at = [name for name in sources(plan) if name != CLOCK], begin
    while True:
        at += step
        nexts = [stage.past.next_change(names), road.next_due(stage.ws.ledger, journey.journey_id)]
        nexts.append(next_strike(stage.ws, plan, at - step))
        wanted = min((one for one in nexts if one is not None), default=end + step)
        if wanted > at:
            at = begin + -(-(wanted - begin) // step) * step
        if at > end:
            return
        yield at


def _told(ws: Workspace, stage: Stage, plan: Plan, raw: Rehearsal) -> Rehearsal:
    """Add what left when, and what it costs."""
    by_hour, by_channel, cost = Counter[tuple[dt.datetime, str]](), Counter[str](), 0.0
    briefs = {
        f"{raw.course.journey.name}-{node.node_id}": kept_brief(node.given)
        for node in plan.nodes.values()
        if node.kind == "send"
    }
    for campaign_id, channel, at, n in left(stage.ws.ledger):
        hour = at.astimezone(ws.settings.zone).replace(minute=0, second=0, microsecond=0)
        by_hour[hour, channel] += n
        by_channel[channel] += n
        cost += n * briefs[campaign_id].cost(ws, channel)
    load = [Load(hour, channel, n) for (hour, channel), n in sorted(by_hour.items())]
    return replace(raw, load=load, by_channel=dict(sorted(by_channel.items())), cost_amount=round(cost, 2))


def _ways(stage: Stage, journey: Journey) -> Iterator[Way]:
    """Yield the first person of each way that led to an end, the most common ends first."""
    ends: dict[tuple[str, ...], list[str]] = {}
    for batch in road.stream(stage.ws.ledger):
        for row in batch:
            ends.setdefault((row["state"], row["reason"], row["node"], row["variant"]), []).append(
                row["person_id"]
            )
    common = sorted(ends.values(), key=len, reverse=True)
    for person in list(dict.fromkeys(people[0] for people in common))[:MOST_PEOPLE]:
        yield Way(person, way_of(stage.ws, journey.journey_id, person))
