"""The table `deliveries`: what the ledger records of sends, for analyses to read."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import pyarrow as pa

from quanyu import ledger
from quanyu.tables import contract
from quanyu.workspace import Workspace


def mirror(ws: Workspace) -> int:
    """Bring the campaigns whose states differ from the ledger's into `deliveries`; return how many they are.

    `sent_at` is the moment at which the audience was frozen, for treated and control people alike: both arms are observed from the
    same moment. A journey writes to each person at another moment: there it is that. Statuses only move forward, so equal counts are
    equal rows.
    """
    states = ledger.count_states(ws.ledger)
    shown = _states(ws)
    late = [
        campaign
        for campaign in ledger.list_campaigns(ws.ledger)
        if states.get(campaign.campaign_id) != shown.get(campaign.campaign_id)
    ]
    for campaign in late:
        schema = contract("deliveries").schema.to_pyarrow()
        batches = _batches(ws, campaign, schema)
        ws.warehouse.merge("deliveries", pa.RecordBatchReader.from_batches(schema, batches), by="act")
    return len(late)


def advance(ws: Workspace, campaign_id: str) -> None:
    """Mark everybody pending in a campaign as delivered, as the ledger has just done."""
    rows = ws.warehouse.table("deliveries")
    is_done = (rows.campaign_id == campaign_id) & (rows.status == "pending")
    moved = rows.mutate(status=ibis.ifelse(is_done, "delivered", rows.status))
    ws.warehouse.replace("deliveries", moved, by="act")


def _states(ws: Workspace) -> dict[str, dict[str, int]]:
    rows = ws.warehouse.table("deliveries")
    counts = rows.group_by("campaign_id", "status").aggregate(n=rows.count())
    by_campaign: dict[str, dict[str, int]] = {}
    for row in ws.warehouse.read(counts).to_pylist():
        by_campaign.setdefault(row["campaign_id"], {})[row["status"]] = row["n"]
    return by_campaign


def _batches(ws: Workspace, campaign: ledger.Campaign, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for columns in ledger.stream_sends(ws.ledger, campaign_id=campaign.campaign_id):
        n = len(columns["person_id"])
        keys = [
            f"{campaign.campaign_id}:{step}:{person}"
            for step, person in zip(columns["step"], columns["person_id"], strict=True)
        ]
        whole = {
            **columns,
            "send_id": keys,
            "sent_at": columns["changed_at"]
            if campaign.kind == "journey"
            else pa.repeat(pa.scalar(campaign.frozen_at, schema.field("sent_at").type), n),
        }
        yield pa.RecordBatch.from_pydict({name: whole[name] for name in schema.names}, schema=schema)
