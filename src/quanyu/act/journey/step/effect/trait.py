"""`trait: {name: wants_a_call, value: true}`: the person is given a trait, which rules can name from the next turn on."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from quanyu.act.journey.step.effect.effect import given_to, passing, words
from quanyu.act.journey.step.step import Node, Scene, StepKind
from quanyu.errors import JourneyError
from quanyu.ledger import Scope, given_trait
from quanyu.ledger.journey import made
from quanyu.rule import known_columns
from quanyu.workspace import Workspace

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
TODAY = "today"
"""Stands for the day of the shop on which somebody passes."""
EXAMPLE = "trait: {name: wants_a_call, value: true}"


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the name, the kind and the value of a trait: true or false, a number, a day (or `today`), or a text."""
    told = given_to("trait", given, ("name", "value"))
    name = words("trait", told, "name", longest=60)
    if not NAME.fullmatch(name) or "value" not in told:
        raise JourneyError(
            "trait is given {given!r}.", "Write {example}.", given=str(given)[:200], example=EXAMPLE
        )
    return {"name": name, **_typed(told["value"])}, {}


def _typed(value: Any) -> dict[str, str]:
    match value:
        case bool():
            return {"kind": "flag", "value": str(value).lower()}
        case int() | float() if math.isfinite(value) and abs(value) < 1e15:
            return {"kind": "number", "value": repr(value)}
        case dt.date() if not isinstance(value, dt.datetime):
            return {"kind": "day", "value": value.isoformat()}
        case str() if value == TODAY or _is_day(value):
            return {"kind": "day", "value": value}
        case str() if 0 < len(value) <= 200:
            return {"kind": "text", "value": value}
    raise JourneyError(
        "{value!r} is no value of a trait.", "Write true or false, a number, a day, today, or a text.", value=str(value)[:200]
    )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def ready(ws: Workspace, given: dict[str, Any]) -> dict[str, Any]:
    """Return what is given, or raise `JourneyError` for a name that another trait has, or that is given as another kind."""
    known = given_trait.kinds(ws.ledger)
    name, kind = given["name"], given["kind"]
    if known.get(name, kind) != kind:
        raise JourneyError(
            "The trait {name} holds a {kind}, and is given {value!r}.",
            "Give a value of that kind, or take another name.",
            name=name, kind=known[name], value=given["value"],
        )  # fmt: skip
    if name not in known and name in known_columns(ws.warehouse.table):
        raise JourneyError(
            "There is a trait {name} already, which is worked out.", "Take another name.", name=name
        )
    return given


def launch(scope: Scope, node: Node, at: dt.datetime) -> None:
    """Let the trait exist before anybody has it, so that rules may name it."""
    given_trait.declare(scope, {node.given["name"]: node.given["kind"]}, at=at)


def _write(connection: Any, scene: Scene, node: Node, ids: list[int]) -> None:
    name, value = node.given["name"], node.given["value"]
    if value == TODAY:
        value = scene.at.astimezone(scene.ws.settings.zone).date().isoformat()
    made.give(connection, node.node_id, ids, name, value, by=scene.name, at=scene.at)


KIND = StepKind("trait", "Give a trait", read, passing(_write), ready=ready, launch=launch)
