"""How people can be reached through a channel, and whether they agreed to it."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from quanyu.act.channel import channel_named
from quanyu.warehouse.portable import seconds
from quanyu.workspace import Workspace

PURPOSE = "marketing"


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


def consented(ws: Workspace, channel: str, until: dt.datetime) -> ir.Table:
    """Return person_id of everybody whose newest word on marketing through the channel is yes.

    Where somebody said yes and no in the same second, no counts.
    """
    said, identities = ws.warehouse.table("consents"), ws.warehouse.table("identities")
    asked = (said.purpose == PURPOSE) & (said.channel == channel)
    said = said.filter(asked, said.decided_at <= ibis.literal(until).cast("timestamp('UTC')"))
    owned = said.inner_join(identities.select("id_key", "person_id"), "id_key")
    # The least pair of (minus the time, yes) is the newest word, and no where two are equally new.
    word = ibis.struct({"age": -seconds(owned.decided_at), "is_yes": owned.is_granted})
    newest = owned.group_by("person_id").aggregate(word=word.min())
    return newest.filter(newest.word["is_yes"]).select("person_id")


def contacted(ws: Workspace, since: dt.datetime) -> ir.Table:
    """Return person_id of everybody who got a message since a moment, or waits for one: by Quanyu, or by another system."""
    moment = ibis.literal(since).cast("timestamp('UTC')")
    sent = ws.warehouse.table("deliveries")
    sent = sent.filter(sent.status.isin(["pending", "delivered"]), sent.sent_at > moment).select("person_id")
    touches, identities = ws.warehouse.table("touches"), ws.warehouse.table("identities")
    touches = touches.filter(touches.kind == "message", touches.touched_at > moment)
    touched = touches.inner_join(identities.select("id_key", "person_id"), "id_key").select("person_id")
    return sent.union(touched, distinct=True)
