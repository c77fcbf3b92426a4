"""`task: {what: call about the cart, who: sales, within: 2 days}`: something for staff to do, once per entry."""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanyu.act.journey.step.effect.effect import counted, given_to, passing, words
from quanyu.act.journey.step.step import Node, Scene, StepKind, seconds
from quanyu.ledger.journey import made
from quanyu.ledger.task import TASKS


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return what is to be done by whom, within how many seconds, and whether it is off when somebody leaves early."""
    told = given_to("task", given, ("what", "who", "within", "on_exit"))
    who = words("task", told, "who", longest=60) if told.get("who") else ""
    within = seconds(told["within"]) if told.get("within") else None
    return {
        "what": words("task", told, "what"),
        "who": who,
        "seconds": within,
        "on_exit": told["on_exit"],
    }, {}


def _write(connection: Any, scene: Scene, node: Node, ids: list[int]) -> None:
    given = node.given
    due_at = scene.at + dt.timedelta(seconds=given["seconds"]) if given["seconds"] else None
    made.make(
        connection, TASKS, node.node_id, ids,
        {"who": given["who"], "what": given["what"], "on_exit": given["on_exit"], "status": "open", "reason": "",
         "made_at": scene.at, "due_at": due_at, "changed_at": scene.at, "changed_by": ""},
    )  # fmt: skip


KIND = StepKind("task", "A task for staff", read, passing(_write), counts=counted(TASKS))
