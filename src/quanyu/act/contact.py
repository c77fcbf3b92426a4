"""How people can be reached through a channel, and who was reached lately."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

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


def contacted(ws: Workspace, since: dt.datetime) -> ir.Table:
    """Return person_id of everybody who got marketing since a moment, or waits for it: by Quanyu, or by another system."""
    rows = marketing(ws)
    moment = ibis.literal(since).cast("timestamp('UTC')")
    return rows.filter(rows.at > moment).select("person_id").distinct()


def marketing(ws: Workspace) -> ir.Table:
    """Return person_id and moment (`at`) of every message that was sent or waits, by Quanyu or another system.

    Service messages of Quanyu are left out: an order confirmed keeps nobody from hearing of anything else.
    """
    sent, touches = ws.warehouse.table("deliveries"), ws.warehouse.table("touches")
    service = [
        campaign.campaign_id
        for campaign in ledger.list_campaigns(ws.ledger)
        if campaign.design.get("brief", {}).get("is_service")
    ]
    ours = sent.filter(sent.status.isin(["pending", "delivered"]), ~sent.campaign_id.isin(service))
    owners = ws.warehouse.table("identities").select("id_key", "person_id")
    theirs = touches.filter(touches.kind == "message").inner_join(owners, "id_key")
    return ours.select("person_id", at="sent_at").union(theirs.select("person_id", at="touched_at"))
