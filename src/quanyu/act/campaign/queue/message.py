"""What each message needs, written down when it is queued: contact, values of the variables, and where its links lead."""

from __future__ import annotations

import json
from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.act.campaign.brief import Brief
from quanyu.act.content import links_of, values_of, variables_of
from quanyu.act.content.link import Tags
from quanyu.tables import contract
from quanyu.workspace import Workspace

BATCH = 10_000


def links(brief: Brief, campaign_id: str) -> dict[str, dict[str, list[str]]]:
    """Return by channel and variant where links lead, in the order of their numbers: short links name only these."""
    return {
        channel: {
            one.name: links_of(one.content, tags=Tags(channel, campaign_id, one.name))
            for one in brief.content[channel]
        }
        for channel in brief.channels
    }


def write_messages(
    ws: Workspace, brief: Brief, campaign_id: str, planned: ir.Table, *, is_whole: bool = True
) -> None:
    """Write what each message needs of those who wait in a plan, with the `step` it is of; under the write lock.

    The plan is that `is_whole` of the campaign, or adds to it. What a queueing that was killed has left is written over.
    """
    waiting = planned.filter(planned.status == "pending")
    before = ws.warehouse.table("messages")
    left = before.filter(before.campaign_id == campaign_id)
    if is_whole:
        ws.warehouse.delete("messages", lambda rows: rows.campaign_id == campaign_id, by="act")
    elif (gone := ws.warehouse.read(left.semi_join(waiting, "place").select("send_id", "channel"))).num_rows:
        nothing = contract("messages").schema.to_pyarrow().empty_table()
        ws.warehouse.merge("messages", nothing, by="act", gone=ibis.memtable(gone))
    schema = contract("messages").schema.to_pyarrow()
    batches = _messages(ws, brief, campaign_id, waiting, schema)
    ws.warehouse.append("messages", pa.RecordBatchReader.from_batches(schema, batches), by="act")


def _messages(
    ws: Workspace, brief: Brief, campaign_id: str, waiting: ir.Table, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    names = sorted(
        {name for given in brief.content.values() for one in given for name in variables_of(one.content)}
    )
    values = values_of(ws, waiting.select("person_id"), names)
    rows = waiting.left_join(values, "person_id").select(*waiting.columns, *names).order_by("place")
    at = ws.now()
    for batch in ws.warehouse.stream(rows, BATCH):
        records = [
            {
                "send_id": f"{campaign_id}:{row['step']}:{row['person_id']}",
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
