"""`coupon: {pool: WELCOME10, on_exit: cancel}`: a coupon is granted, once per entry."""

from __future__ import annotations

from typing import Any

from quanyu.act.journey.step.effect.effect import counted, given_to, number, passing, words
from quanyu.act.journey.step.step import Node, Scene, StepKind
from quanyu.ledger.grant import GRANTS
from quanyu.ledger.journey import made


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return of which pool how many coupons are granted, and whether unused ones are taken back from who leaves early."""
    told = given_to("coupon", given, ("pool", "n", "on_exit"))
    pool, n = words("coupon", told, "pool", longest=60), number("coupon", {"n": 1, **told}, "n")
    return {"kind": "coupon", "pool": pool, "n": n, "on_exit": told["on_exit"]}, {}


def grant(connection: Any, scene: Scene, node: Node, ids: list[int]) -> None:
    """Write what is granted to those who pass."""
    given = node.given
    made.make(
        connection, GRANTS, node.node_id, ids,
        {"kind": given["kind"], "pool": given["pool"], "amount": given["n"], "on_exit": given["on_exit"], "status": "granted",
         "reason": "", "made_at": scene.at, "changed_at": scene.at},
    )  # fmt: skip


KIND = StepKind("coupon", "Grant a coupon", read, passing(grant), counts=counted(GRANTS))
