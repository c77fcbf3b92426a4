"""One tick of all journeys: who is done leaves, who answered goes on, who may enters, who is due moves; the same again is nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from itertools import groupby

from quanyu import ledger
from quanyu.act.journey.document import Plan, kept_plan
from quanyu.act.journey.entry import Occasion, enter
from quanyu.act.journey.news import asked_of, deeds, merges, met, now_at, occasions, sources
from quanyu.act.journey.road import advance, onward
from quanyu.act.journey.step import Scene, kind_named
from quanyu.ledger import Scope
from quanyu.ledger.journey import Journey, JourneyStatus, Move, documents, road
from quanyu.method.scratch import Scratch
from quanyu.workspace import Workspace

RUNNING: tuple[JourneyStatus, ...] = ("live", "ending")


@dataclass(frozen=True)
class Ticked:
    """What a tick did: entries, moves from step to step, and how many left early."""

    n_entered: int = 0
    n_moved: int = 0
    n_left: int = 0

    def __add__(self, other: Ticked) -> Ticked:
        """Return what both did."""
        return Ticked(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class News:
    """What people did that is new for a version: what meets the goal, and by node what a step waits for."""

    goals: Sequence[Occasion] = ()
    answers: Mapping[str, Sequence[Occasion]] = field(default_factory=dict)
    has_changed: bool = False


NO_NEWS = News()


def tick(ws: Workspace, *, is_rehearsal: bool = False) -> Ticked:
    """Let every running journey go on as of now and return what happened.

    Nothing is done twice, whatever is killed when and whoever ticks beside: how far the news were read is remembered in the
    transaction that acts on them, and everybody moves from where they are.
    """
    running = documents.versions(ws.ledger, status=RUNNING)
    done = Ticked()
    for _, versions in groupby(running, lambda journey: journey.journey_id):
        with Scratch(ws) as scratch:
            done += _ticked(ws, list(versions), scratch, is_rehearsal=is_rehearsal)
    return done


def _ticked(ws: Workspace, versions: Sequence[Journey], scratch: Scratch, *, is_rehearsal: bool) -> Ticked:
    at, name = ws.now(), versions[0].journey_id
    told = [
        (
            Scene(ws, one.name, at, ws.warehouse.table, scratch.known, is_rehearsal),
            one,
            kept_plan(one.document),
        )
        for one in versions
    ]
    seen = {source: now_at(scene, source) for scene, _, plan in told for source in sources(plan)}
    changed = {
        source for source, position in seen.items() if road.position(ws.ledger, name, source) != position
    }
    done = Ticked()
    news = [_news(scene, plan) if changed & set(sources(plan)) else NO_NEWS for scene, _, plan in told]
    if changed:
        joined = merges(told[0][0], name)
        with ws.ledger.begin() as connection:
            road.follow(connection, name, joined, at=at)
            for (scene, journey, plan), new in zip(told, news, strict=True):
                done += _heard(scene, journey, plan, new, connection)
    # Before anybody enters: who is through by now may enter again.
    done += Ticked(n_moved=sum(advance(*each) for each in told))
    if changed:
        coming = [occasions(*each) if each[1].status == "live" else [] for each in told]
        with ws.ledger.begin() as connection:
            for (scene, journey, plan), new, occasion in zip(told, news, coming, strict=True):
                done += Ticked(n_entered=enter(scene, journey, plan, occasion, connection) if occasion else 0)
                done += _heard(scene, journey, plan, new, connection)
            for source in changed:
                road.set_position(connection, name, source, seen[source])
        done += Ticked(n_moved=sum(advance(*each) for each in told))
    for _, journey, _ in told:
        _close(ws, journey)
    return done


def _news(scene: Scene, plan: Plan) -> News:
    """Return what people did that came since the journey looked last: what meets the goal, and what a step waits for."""
    name = scene.name.rpartition("-v")[0]
    waited = [node for node in plan.nodes.values() if kind_named(node.kind).answer]
    return News(
        deeds(scene, name, plan.goal, plan.per) if plan.goal else [],
        {node.node_id: deeds(scene, name, node.given["what"], plan.per) for node in waited},
        has_changed=True,
    )


def _heard(scene: Scene, journey: Journey, plan: Plan, new: News, connection: Scope) -> Ticked:
    """Act on what is new: who leaves takes what waits in the queue along; doing so again does nothing."""
    leaving = [(one, "goal") for one in met(connection, journey, new.goals)]
    if plan.ends_when and new.has_changed:
        leaving += [(one, "ends_when") for one in asked_of(scene, connection, journey, plan)]
    n_left = sum(_leave(scene, journey, plan, leaving, connection))
    n_moved = 0
    for node_id, done in new.answers.items():
        node = plan.nodes[node_id]
        zones = {one.enrolment_id: one.time_zone for one in met(connection, journey, done, node_id)}
        for move in onward(scene, plan, node, kind_named(node.kind).answer, zones):
            n_moved += road.move(connection, journey.journey_id, journey.version, move, at=scene.at)
    return Ticked(0, n_moved, n_left)


def _leave(
    scene: Scene,
    journey: Journey,
    plan: Plan,
    leaving: Iterable[tuple[road.Entry, str]],
    connection: Scope,
) -> Iterator[int]:
    reasons: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one, reason in {one.enrolment_id: (one, reason) for one, reason in reversed(list(leaving))}.values():
        reasons[one.node, reason].append(one.enrolment_id)
    queues = [f"{journey.name}-{node.node_id}" for node in plan.nodes.values() if node.kind == "send"]
    for (node_id, reason), ids in reasons.items():
        ledger.leave_sends(connection, queues, ids, reason="left_journey", at=scene.at)
        move = Move.out(ids, node_id, reason)
        yield road.move(connection, journey.journey_id, journey.version, move, at=scene.at)


def _close(ws: Workspace, journey: Journey) -> None:
    """Mark a version that is ending as ended once nobody is on their way."""
    if journey.status == "ending" and not road.under_way(ws.ledger, journey.journey_id, journey.version):
        with ws.ledger.begin() as connection:
            documents.move_on(connection, journey, "ended", was=RUNNING[1:], at=ws.now())
