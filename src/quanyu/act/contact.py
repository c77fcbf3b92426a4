"""How people can be reached through a channel, and who was reached lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu import ledger
from quanyu.act.channel import channel_named
from quanyu.workspace import Workspace


def contacts(ws: Workspace, channel: str) -> ir.Table:
    """Return person_id and `contact` of everybody who can be reached through a channel.

    Raises `ChannelError` for an unknown channel.
    """
    kinds = channel_named(channel).kinds
    people = ws.warehouse.table("people")
    if set(kinds) <= set(people.columns):
        contact = ibis.coalesce(*(people[kind] for kind in kinds))
        return people.filter(contact.notnull()).select("person_id", contact=contact)
    (kind,) = kinds
    keys = ws.warehouse.table("identities")
    held = keys.filter(keys.kind == kind).group_by("person_id").aggregate(contact=keys.id_key.min())
    return held.mutate(contact=held.contact.replace(f"{kind}:", ""))


def contacted(rows: ir.Table, since: dt.datetime) -> ir.Table:
    """Return person_id of everybody who got marketing since a moment, or waits for it; `rows` are those of `marketing`."""
    moment = ibis.literal(since).cast("timestamp('UTC')")
    return rows.filter(rows.at > moment).select("person_id").distinct()


def marketing(ws: Workspace, since: dt.datetime, people: Sequence[str] | None = None) -> ir.Table:
    """Return person_id and moment (`at`) of every message that was sent or waits, by Quanyu or another system.

    Those of journeys, which write to people between turns, are told by the ledger, from a moment on. Service messages of Quanyu
    are left out: an order confirmed keeps nobody from hearing of anything else. Where `people` are named, the ledger tells of them
    alone.
    """
    sent, touches = ws.warehouse.table("deliveries"), ws.warehouse.table("touches")
    campaigns = ledger.list_campaigns(ws.ledger)
    service = [
        campaign.campaign_id for campaign in campaigns if campaign.design.get("brief", {}).get("is_service")
    ]
    journeys = [one.campaign_id for one in campaigns if one.kind == "journey"]
    told = sent.campaign_id.isin([*service, *journeys])
    ours = sent.filter(sent.status.isin(["pending", "delivered"]), ~told).select("person_id", at="sent_at")
    owners = ws.warehouse.table("identities").select("id_key", "person_id")
    theirs = touches.filter(touches.kind == "message").inner_join(owners, "id_key")
    rows = ours.union(theirs.select("person_id", at="touched_at"))
    fresh = ledger.contacts_since(ws.ledger, sorted({*journeys} - {*service}), since, people)
    if not fresh:
        return rows
    schema = pa.schema([("person_id", pa.string()), ("at", pa.timestamp("us", "UTC"))])
    columns = [
        pa.array(column, kind) for column, kind in zip(zip(*fresh, strict=True), schema.types, strict=True)
    ]
    return rows.union(ibis.memtable(pa.Table.from_arrays(columns, schema=schema)).cast(rows.schema()))
