"""How people can be reached through a channel, and who was reached lately."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

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
    """Return person_id of everybody who got a message since a moment, or waits for one: by Quanyu, or by another system."""
    moment = ibis.literal(since).cast("timestamp('UTC')")
    sent = ws.warehouse.table("deliveries")
    sent = sent.filter(sent.status.isin(["pending", "delivered"]), sent.sent_at > moment).select("person_id")
    touches, identities = ws.warehouse.table("touches"), ws.warehouse.table("identities")
    touches = touches.filter(touches.kind == "message", touches.touched_at > moment)
    touched = touches.inner_join(identities.select("id_key", "person_id"), "id_key").select("person_id")
    return sent.union(touched, distinct=True)
