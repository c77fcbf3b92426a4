"""From one node to the next: who goes where, due when, or to which end."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from quanyu.act.gate import zone_named
from quanyu.act.journey.document import Plan
from quanyu.act.journey.step import Node, Scene, kind_named
from quanyu.errors import WorkspaceBusyError
from quanyu.ledger.journey import Journey, Move, road

BATCH = 50_000


def advance(scene: Scene, journey: Journey, plan: Plan) -> int:
    """Let everybody who is due go on, node by node in their order, and return how many moves that were.

    Of two that advance the same people, one moves them: a move finds its people where they were, or leaves them alone.
    """
    n = 0
    for node in plan.nodes.values():
        after = 0
        while batch := _due(scene, journey, node, after):
            try:
                decided = kind_named(node.kind).decide(scene, node, pa.table(batch))
            except WorkspaceBusyError:
                break  # a load or a turn is writing: who is due here waits for the next tick
            zones = dict(zip(batch["enrolment_id"], batch["time_zone"], strict=True))
            with scene.ws.ledger.begin() as connection:
                for outcome, ids in decided.outcomes.items():
                    for move in onward(
                        scene, plan, node, outcome, {one: zones[one] for one in ids}, details=decided.details
                    ):
                        n += road.move(connection, journey.journey_id, journey.version, move, at=scene.at)
                for moment, ids in decided.waits.items():
                    road.put_off(connection, journey, node.node_id, ids, until=moment)
                if decided.write:
                    decided.write(connection)
            after = batch["enrolment_id"][-1]
    return n


def _due(scene: Scene, journey: Journey, node: Node, after: int) -> dict[str, tuple[Any, ...]]:
    found = road.due(scene.ws.ledger, journey, node.node_id, at=scene.at, limit=BATCH, after=after)
    return found if found["enrolment_id"] else {}


def onward(
    scene: Scene,
    plan: Plan,
    node: Node,
    outcome: str,
    zones: Mapping[int, str],
    *,
    details: Mapping[int, str] | None = None,
) -> Iterator[Move]:
    """Yield the moves of enrolments (with the zone of each) that leave a node by an outcome: one for each moment they are due next."""
    kind, to = kind_named(node.kind), node.exits[outcome]
    variant, own = (outcome if kind.has_variants else ""), details or {}
    if not to:
        reason = str(node.given[kind.ends]) if kind.ends else ""
        yield Move(
            list(zones),
            node.node_id,
            outcome,
            state="exited" if reason else "done",
            reason=reason,
            variant=variant,
            details=own,
        )
        return
    follower, home = plan.nodes[to], scene.ws.settings.zone
    next_kind = kind_named(follower.kind)
    moments = {
        name: next_kind.due(follower.given, scene.at, zone_named(name) or home)
        for name in set(zones.values())
    }
    by_moment: dict[dt.datetime, list[int]] = defaultdict(list)
    for one, name in zones.items():
        by_moment[moments[name]].append(one)
    for moment, ids in by_moment.items():
        yield Move(ids, node.node_id, outcome, to, moment, variant=variant, details=own)
