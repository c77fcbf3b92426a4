"""`points: {n: 100, why: birthday, on_exit: cancel}`: points are granted, once per entry."""

from __future__ import annotations

from typing import Any

from quanyu.act.journey.step.effect.coupon import grant
from quanyu.act.journey.step.effect.effect import counted, given_to, number, passing, words
from quanyu.act.journey.step.step import StepKind
from quanyu.ledger.grant import GRANTS


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return how many points are granted for what, and whether unused ones are taken back from who leaves early."""
    told = given_to("points", given, ("n", "why", "on_exit"))
    why = words("points", told, "why", longest=60) if told.get("why") else ""
    return {"kind": "points", "pool": why, "n": number("points", told, "n"), "on_exit": told["on_exit"]}, {}


KIND = StepKind("points", "Grant points", read, passing(grant), counts=counted(GRANTS))
