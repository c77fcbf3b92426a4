"""Who has had enough: as many messages as anybody may get, or a complaint that is not long past."""

from __future__ import annotations

import datetime as dt
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu import ledger
from quanyu.act.settings import GateSettings
from quanyu.workspace import Workspace

COMPLAINTS = ("complaint", "ticket")
SCORED = ("review", "survey")


def capped(ws: Workspace, at: dt.datetime, given: GateSettings) -> ir.Table:
    """Return person_id of those who got, or wait for, as many marketing messages as the caps allow, over all channels."""
    day = at.astimezone(ws.settings.zone).date()
    sent = _messages(ws)
    full = [
        sent.filter(sent.at >= _midnight(ws, day - dt.timedelta(days=days - 1)))
        .group_by("person_id")
        .aggregate(n=ibis._.count())
        .filter(ibis._.n >= n)
        .select("person_id")
        for n, days in given.caps
    ]
    nobody = ibis.memtable({"person_id": []}, schema={"person_id": "string"})
    return reduce(lambda left, right: left.union(right, distinct=True), full) if full else nobody


def complaining(ws: Workspace, at: dt.datetime, given: GateSettings) -> ir.Table:
    """Return person_id of those who complained, or scored badly, within the days in which that stops marketing."""
    said, owners = ws.warehouse.table("feedback"), ws.warehouse.table("identities")
    is_bad = said.kind.isin(COMPLAINTS) | (said.kind.isin(SCORED) & (said.score <= given.low_score))
    since = ibis.literal(at - dt.timedelta(days=given.complaint_days)).cast("timestamp('UTC')")
    lately = said.filter(is_bad & (said.said_at > since), ibis.literal(given.complaint_days > 0))
    return lately.inner_join(owners.select("id_key", "person_id"), "id_key").select("person_id").distinct()


def _messages(ws: Workspace) -> ir.Table:
    """Return person_id and moment of every marketing message that was sent or waits, by Quanyu or another system."""
    sent, touches = ws.warehouse.table("deliveries"), ws.warehouse.table("touches")
    service = [
        campaign.campaign_id
        for campaign in ledger.list_campaigns(ws.ledger)
        if campaign.design.get("is_service")
    ]
    ours = sent.filter(sent.status.isin(["pending", "delivered"]), ~sent.campaign_id.isin(service))
    owners = ws.warehouse.table("identities").select("id_key", "person_id")
    theirs = touches.filter(touches.kind == "message").inner_join(owners, "id_key")
    return ours.select("person_id", at="sent_at").union(theirs.select("person_id", at="touched_at"))


def _midnight(ws: Workspace, day: dt.date) -> ir.Value:
    return ibis.literal(dt.datetime.combine(day, dt.time(), ws.settings.zone)).cast("timestamp('UTC')")
