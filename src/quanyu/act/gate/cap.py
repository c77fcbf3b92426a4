"""Who has had enough: as many messages as anybody may get, or a complaint that is not long past."""

from __future__ import annotations

import datetime as dt
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.act.settings import GateSettings
from quanyu.workspace import Workspace

COMPLAINTS = ("complaint", "ticket")
SCORED = ("review", "survey")


def counted_since(ws: Workspace, at: dt.datetime, given: GateSettings) -> dt.datetime:
    """Return since when messages count for the caps as of a moment."""
    longest = max((days for _, days in given.caps), default=1)
    day = at.astimezone(ws.settings.zone).date() - dt.timedelta(days=longest - 1)
    return dt.datetime.combine(day, dt.time(), ws.settings.zone)


def capped(ws: Workspace, sent: ir.Table, at: dt.datetime, given: GateSettings) -> ir.Table:
    """Return person_id of those who got, or wait for, as many marketing messages as the caps allow, over all channels.

    `sent` are the messages since `counted_since`.
    """
    day = at.astimezone(ws.settings.zone).date()
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


def _midnight(ws: Workspace, day: dt.date) -> ir.Value:
    return ibis.literal(dt.datetime.combine(day, dt.time(), ws.settings.zone)).cast("timestamp('UTC')")
