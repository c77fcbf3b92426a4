"""`branch: [{if: RULE, then: [...]}, {else: [...]}]`: the first condition that holds of a person is the way they go."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from quanyu.act.journey.look import holding
from quanyu.act.journey.step.step import Decided, Node, Scene, StepKind, fields_of
from quanyu.errors import JourneyError
from quanyu.rule import parse

ELSE = "else"


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the conditions by outcome (`1`, `2`, ...) in their order, and the steps that follow each."""
    if not isinstance(given, list) or not given:
        raise JourneyError(
            "branch is given {given!r}.",
            "Write {example}.",
            example="[{if: RULE, then: [...]}, {else: [...]}]",
            given=str(given),
        )
    rules: dict[str, str] = {}
    follow: dict[str, list[Any]] = {}
    for one in given:
        told = fields_of("branch", one, ("if", "then", ELSE))
        if ELSE in told:
            follow[ELSE] = told[ELSE] or []
            continue
        fields_of("branch", one, ("if", "then"), ("if",))
        name = str(len(rules) + 1)
        if not str(told["if"] or "").strip():
            raise JourneyError(
                "A way of branch has no condition.", "Write {example}.", example="{if: RULE, then: [...]}"
            )
        parse(str(told["if"]))
        rules[name], follow[name] = str(told["if"]), told.get("then") or []
    return {"rules": rules}, {**follow, ELSE: follow.get(ELSE, [])}


def decide(scene: Scene, node: Node, people: pa.Table) -> Decided:
    """Ask the conditions of those who are due, as of this moment."""
    rules = {f"way_{name}": parse(rule) for name, rule in node.given["rules"].items()}
    told = holding(scene, rules, people)
    way = ibis.cases(*((told[name], name.removeprefix("way_")) for name in rules), else_=ELSE)
    rows = scene.ws.warehouse.read(told.select("enrolment_id", way=way)).to_pylist()
    outcomes: dict[str, list[int]] = {name: [] for name in node.exits}
    for row in rows:
        outcomes[row["way"]].append(row["enrolment_id"])
    return Decided(outcomes)


KIND = StepKind("branch", "Go one way or another", read, decide)
