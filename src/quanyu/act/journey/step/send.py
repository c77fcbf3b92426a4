"""`send: {channels: [mail, sms], content: {mail: welcome, sms: "..."}}`: a message, through every gate, once per entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu import ledger
from quanyu.act.campaign.queue import Brief, as_brief, kept_brief, rows, write_messages
from quanyu.act.gate import Ask, gated
from quanyu.act.journey.step.step import NEXT, Decided, Node, Scene, StepKind, fields_of
from quanyu.ledger import Scope
from quanyu.ledger.journey import Journey
from quanyu.method.assignment import arm
from quanyu.method.scratch import Scratch
from quanyu.text import Text
from quanyu.workspace import Workspace

TAKES = ("channel", "channels", "content", "is_service", "category", "contact_cost_amount", "items")


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return what the message says through which channels; `channel: mail` with one content is short for a list of one."""
    told = fields_of("send", given, TAKES, ("content",))
    if "channel" in told:
        channel = str(told.pop("channel"))
        told |= {"channels": [channel], "content": {channel: told["content"]}}
    return told, {}


def ready(ws: Workspace, given: dict[str, Any]) -> dict[str, Any]:
    """Return the brief of the message with the words of contents that are kept: what was launched stays as it was."""
    return as_brief(ws, {"name": "step", **given}).document


def campaign_of(scene: Scene, node: Node) -> str:
    """Return under which name the messages of a step stand in the ledger."""
    return f"{scene.name}-{node.node_id}"


def decide(scene: Scene, node: Node, people: pa.Table) -> Decided:
    """Ask every gate and queue a message for who passes; all go on, and why somebody got none is on record."""
    ws, brief, name = scene.ws, kept_brief(node.given), campaign_of(scene, node)
    with Scratch(ws) as scratch:
        planned = scratch.keep(_planned(scene, brief, name, people))
        if not scene.is_rehearsal:
            with ws.writing():
                write_messages(ws, brief, name, planned, is_whole=False)
        batches = [list(batch) for batch in rows(ws, brief, name, planned, scene.at)]
    queued = [row for batch in batches for row in batch]
    details = {row["place"]: row["reason"] or "queued" for row in queued}

    def write(connection: Scope) -> None:
        ledger.queue_sends(connection, name, queued)

    return Decided({NEXT: people["enrolment_id"].to_pylist()}, details, write)


def _planned(scene: Scene, brief: Brief, name: str, people: pa.Table) -> ir.Table:
    """Return a row for each who is due, as a plan has them: the place is that of the enrolment."""
    who = scene.known(people).select("person_id", place="enrolment_id")
    asked = gated(scene.ws, who, Ask(brief.channels, scene.at, brief.rest_days, not brief.is_service))
    first = ibis.row_number().over(group_by=asked.contact, order_by=[asked.reason.notnull(), asked.place])
    reason = ibis.cases(
        (asked.reason.notnull(), asked.reason),
        ((first > 0) & asked.contact.notnull(), "shared_contact"),
        else_="",
    )
    variant = [
        (
            asked.channel == channel,
            _drawn(scene, brief.variants(channel), asked.person_id, f"{name}/{channel}"),
        )
        for channel in brief.channels
    ]
    told = asked.mutate(reason=reason)
    status = ibis.cases(
        (told.reason == "", "pending"), (told.reason == "global_holdout", "held_out"), else_="suppressed"
    )
    return told.select(
        "person_id", "place", "reason", "time_zone",
        *(f"contact_{channel}" for channel in brief.channels),
        step=told.place.cast("string"), arm=ibis.literal(""), why=ibis.literal(""), hour=ibis.null("int64"), status=status,
        channel=told.channel.fill_null(brief.channels[0]), variant=ibis.ifelse(told.reason == "", ibis.cases(*variant, else_=""), ""),
    )  # fmt: skip


def _drawn(
    scene: Scene, shares: Mapping[str, float], person: ir.StringColumn, purpose: str
) -> ir.StringValue:
    (only, *others) = shares
    return arm(person, purpose, shares, scene.ws.secret) if others else ibis.literal(only)


def counts(scope: Scope, journey: Journey, node_id: str) -> list[tuple[Text, str, int]]:
    """Return what became of the messages of a step."""
    counted = ledger.count_sends(scope, f"{journey.name}-{node_id}")
    return [(status, reason, n) for _, status, reason, n in counted]


KIND = StepKind("send", "Send a message", read, decide, ready=ready, counts=counts)
