"""`webhook: {name: cart_left, data: {...}}`: programs that listen to journeys are told, each once per entry, until they answer."""

from __future__ import annotations

import json
from typing import Any

from quanyu import ledger
from quanyu.act.channel.hook import STEP_PASSED, post_to
from quanyu.act.journey.step.effect.effect import given_to, passing, words
from quanyu.act.journey.step.step import Node, Scene, StepKind
from quanyu.errors import JourneyError
from quanyu.ledger import Scope
from quanyu.ledger.journey import Journey, made
from quanyu.nearest import did_you_mean
from quanyu.text import Text
from quanyu.workspace import Workspace

MOST_LETTERS = 4000


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return what is told by which name, and to which program only (empty: to all that listen to journeys)."""
    told = given_to("webhook", given, ("name", "to", "data"))
    data = told.get("data") or {}
    if not isinstance(data, dict) or len(json.dumps(data, default=str)) > MOST_LETTERS:
        raise JourneyError(
            "webhook is given {given!r} as {name}.", "Give fields, of {n} letters in all at most.",
            given=str(data)[:200], name="data", n=MOST_LETTERS,
        )  # fmt: skip
    to = words("webhook", told, "to", longest=40) if told.get("to") else ""
    plain = json.loads(json.dumps(data, default=str))
    return {"name": words("webhook", told, "name", longest=60), "to": to, "data": plain}, {}


def ready(ws: Workspace, given: dict[str, Any]) -> dict[str, Any]:
    """Return what is given, or raise `JourneyError` for a program that there is not."""
    known = [hook.hook_id for hook in ledger.list_hooks(ws.ledger)]
    if given["to"] and given["to"] not in known:
        near = did_you_mean(given["to"], known)
        raise JourneyError(
            "There is no webhook {hook!r}.",
            "{near} All of them: quanyu do list_webhooks" if near else "All of them: quanyu do list_webhooks",
            hook=given["to"],
            near=near,
        )
    return given


def _write(connection: Any, scene: Scene, node: Node, ids: list[int]) -> None:
    given = node.given
    journey_id, _, version = scene.name.rpartition("-v")
    happened = [
        (
            _key(scene.name, node.node_id, entry),
            {"journey_id": journey_id, "version": int(version), "step": node.node_id, "name": given["name"],
             "entry": entry, "person_id": person, "entity": entity, **({"data": given["data"]} if given["data"] else {})},
        )
        for entry, person, entity in made.passing(connection, node.node_id, ids)
    ]  # fmt: skip
    post_to(connection, STEP_PASSED, happened, to=given["to"], at=scene.at)


def _key(journey: str, node_id: str, entry: int | str) -> str:
    return f"{STEP_PASSED}:{journey}:{node_id}:{entry}"


def _counts(scope: Scope, journey: Journey, node_id: str) -> list[tuple[Text, str, int]]:
    counted = ledger.count_messages(scope, topic="webhook", prefix=_key(journey.name, node_id, ""))
    return [(state, "", n) for state, n in counted.items() if n]


KIND = StepKind("webhook", "Tell a program", read, passing(_write), ready=ready, counts=_counts)
