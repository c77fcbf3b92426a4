"""Launch: the audience is counted again, frozen with everything its messages need, and the queue is open. Once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from quanyu import ledger
from quanyu.act.campaign.brief import KIND, Brief, kept_brief
from quanyu.act.campaign.check import counted
from quanyu.act.campaign.plan import plan
from quanyu.act.campaign.timetable import Timetable
from quanyu.act.content import links_of, values_of, variables_of
from quanyu.act.content.link import Tags
from quanyu.act.delivery import mirror
from quanyu.act.gate import Hours
from quanyu.act.settings import CampaignSettings, GateSettings
from quanyu.errors import CampaignError
from quanyu.ledger import Campaign, Decision
from quanyu.method.scratch import Scratch
from quanyu.tables import contract
from quanyu.workspace import Workspace

ONLY_STEP = "1"
KNOWN = ("people", "identities", "consents", "feedback")
"""What is known of people that may let somebody go who waits."""
BATCH = 50_000


def launch(ws: Workspace, decision: Decision) -> Campaign:
    """Freeze the audience of an approved campaign and open its queue; return the campaign.

    The number of messages acknowledged at approval is counted again: by person and by contact. Killed anywhere it leaves
    nothing that counts, and is simply launched again. Raises `CampaignError` where the audience has drifted.
    """
    brief, at, name = kept_brief(decision.proposal), ws.now(), decision.decision_id
    versions = {table: ws.warehouse.version(table) for table in KNOWN}
    with Scratch(ws) as scratch:
        planned = scratch.keep(plan(ws, brief, name, at))
        _refuse_drift(ws, decision, planned)
        _write_messages(ws, brief, name, planned)
        design = {**brief.document, "versions": versions, "links": _links(brief, name)}
        campaign = Campaign(
            name, name, brief.name, KIND, brief.channels[0], status="sending", design=design, frozen_at=at
        )
        with ws.ledger.begin() as connection:
            ledger.freeze(connection, campaign, _sends(ws, brief, name, planned))
            ledger.mark_done(connection, name, at=at, carried=decision.carried)
    mirror(ws)
    found = ledger.find_campaign(ws.ledger, name)
    assert found is not None
    return found


def _links(brief: Brief, campaign_id: str) -> dict[str, dict[str, list[str]]]:
    """Return by channel and variant where links lead, in the order of their numbers: short links name only these."""
    return {
        channel: {
            one.name: links_of(one.content, tags=Tags(channel, campaign_id, one.name))
            for one in brief.content[channel]
        }
        for channel in brief.channels
    }


def _refuse_drift(ws: Workspace, decision: Decision, planned: ir.Table) -> None:
    """Raise `CampaignError` where the messages are not about as many as were acknowledged."""
    approved, now = decision.carried["acknowledged"], counted(ws, planned)
    limit = ws.settings.of(CampaignSettings).drift_share
    for what, n in now.items():
        if abs(n - approved[what]) > limit * approved[what]:
            raise CampaignError(
                "{decision} would reach {n} people at {m} addresses; {acknowledged} at {other} were acknowledged at its approval.",
                "Look at it again: quanyu campaign check {decision}, and approve it with the number that it says now.",
                decision=decision.decision_id,
                n=now["n_people"],
                m=now["n_contacts"],
                acknowledged=approved["n_people"],
                other=approved["n_contacts"],
            )


def _write_messages(ws: Workspace, brief: Brief, campaign_id: str, planned: ir.Table) -> None:
    """Write what each message needs; what an earlier launch that was killed has left is written over."""
    ws.warehouse.delete("messages", lambda rows: rows.campaign_id == campaign_id, by="act")
    schema = contract("messages").schema.to_pyarrow()
    batches = _messages(ws, brief, campaign_id, planned, schema)
    ws.warehouse.append("messages", pa.RecordBatchReader.from_batches(schema, batches), by="act")


def _messages(
    ws: Workspace, brief: Brief, campaign_id: str, planned: ir.Table, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    waiting = planned.filter(planned.status == "pending")
    names = sorted(
        {name for given in brief.content.values() for one in given for name in variables_of(one.content)}
    )
    values = values_of(ws, waiting.select("person_id"), names)
    rows = waiting.left_join(values, "person_id").select(*waiting.columns, *names).order_by("place")
    at = ws.now()
    for batch in ws.warehouse.stream(rows, BATCH):
        records = [
            {
                "send_id": f"{campaign_id}:{ONLY_STEP}:{row['person_id']}",
                "channel": channel,
                "campaign_id": campaign_id,
                "place": row["place"],
                "person_id": row["person_id"],
                "variant": row["variant"],
                "is_first": channel == row["channel"],
                "contact": row[f"contact_{channel}"],
                "time_zone": row["time_zone"],
                "values": json.dumps({name: row[name] for name in names}, default=str, ensure_ascii=False),
                "composed_at": at,
            }
            for row in batch.to_pylist()
            for channel in brief.channels
            if row[f"contact_{channel}"] is not None
        ]
        yield pa.RecordBatch.from_pylist(records, schema=schema)


def _sends(
    ws: Workspace, brief: Brief, campaign_id: str, planned: ir.Table
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield everybody of the plan as rows of the ledger, those who wait with the moment at which they are due."""
    at = ws.now()
    table = _timetable(ws, brief, campaign_id, at)
    shown = (
        "person_id",
        "arm",
        "status",
        "reason",
        "why",
        "channel",
        "variant",
        "place",
        "time_zone",
        "hour",
    )
    shared = {"campaign_id": campaign_id, "step": ONLY_STEP, "changed_at": at}
    for batch in ws.warehouse.stream(planned.select(*shown).order_by("place"), BATCH):
        yield [_timed(row, table, at) | shared for row in batch.to_pylist()]


def _timed(row: dict[str, Any], table: Timetable, at: dt.datetime) -> dict[str, Any]:
    zone, hour = row.pop("time_zone"), row.pop("hour")
    if row["status"] != "pending":
        return row
    due = table.due(row["person_id"], zone, hour)
    if due is None:
        return {**row, "status": "suppressed", "reason": "quiet_hours"}
    is_waiting = (
        table.hours is not None and table.timing.when == "now" and due > at and not table.timing.spread_hours
    )
    return {**row, "due_at": due, "reason": "quiet_hours" if is_waiting else ""}


def _timetable(ws: Workspace, brief: Brief, campaign_id: str, at: dt.datetime) -> Timetable:
    given = ws.settings.of(GateSettings)
    hours = None if brief.is_service else Hours(given.open_from, given.open_until)
    return Timetable(brief.timing, at, hours, ws.settings.zone, ws.secret, f"time {campaign_id}")
