"""`split: {warm: {share: 0.5, steps: [...]}, cool: {...}}`: a keyed lot says which way each person goes, and both are measured."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from quanyu.act.journey.step.step import Decided, Node, Scene, StepKind, fields_of
from quanyu.errors import JourneyError
from quanyu.method.assignment import arm_of


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the shares by name, and the steps of each; those without a share take equal parts of what is left."""
    if not isinstance(given, dict) or len(given) < 2:
        raise JourneyError(
            "split is given {given!r}.", "Write {example}.",
            example="{warm: {share: 0.5, steps: [...]}, cool: {steps: [...]}}",
            given=str(given),
        )  # fmt: skip
    ways = {str(name): fields_of("split", one or {}, ("share", "steps")) for name, one in given.items()}
    said = [one["share"] for one in ways.values() if one.get("share") is not None]
    if wrong := [share for share in said if isinstance(share, bool) or not isinstance(share, int | float)]:
        raise JourneyError("{share!r} is no share.", "Write a number such as 0.5.", share=str(wrong[0]))
    n_open = len(ways) - len(said)
    if (
        any(share <= 0 for share in said)
        or sum(said) > 1 + 1e-9
        or (not n_open and abs(sum(said) - 1) > 1e-9)
        or (n_open and sum(said) >= 1)
    ):
        raise JourneyError(
            "The shares of split sum to {total:g}.",
            "Let them sum to 1, or leave shares out.",
            total=sum(said),
        )
    rest = (1 - sum(said)) / n_open if n_open else 0.0
    shares = {name: rest if one.get("share") is None else float(one["share"]) for name, one in ways.items()}
    return {"shares": shares}, {name: one.get("steps") or [] for name, one in ways.items()}


def decide(scene: Scene, node: Node, people: pa.Table) -> Decided:
    """Draw a lot for each person: the same whenever they come by."""
    outcomes: dict[str, list[int]] = {name: [] for name in node.exits}
    purpose = f"{scene.name}/{node.node_id}"
    for enrolment, person in zip(
        people["enrolment_id"].to_pylist(), people["person_id"].to_pylist(), strict=True
    ):
        outcomes[arm_of(person, purpose, node.given["shares"], scene.ws.secret)].append(enrolment)
    return Decided(outcomes)


KIND = StepKind("split", "Try several ways", read, decide, has_variants=True)
