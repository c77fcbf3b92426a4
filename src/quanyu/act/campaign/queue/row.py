"""Rows of the ledger for everybody in a plan, those who wait with the moment at which they are due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from quanyu.act.campaign.brief import Brief
from quanyu.act.campaign.timetable import Timetable
from quanyu.act.gate import Hours
from quanyu.act.settings import GateSettings
from quanyu.workspace import Workspace

BATCH = 10_000
SHOWN = (
    "person_id",
    "step",
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
"""What a plan tells of everybody."""


def rows(
    ws: Workspace, brief: Brief, campaign_id: str, planned: ir.Table, at: dt.datetime
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield everybody of a plan as rows of the ledger, in the order of their places."""
    table = timetable(ws, brief, campaign_id, at)
    shared = {"campaign_id": campaign_id, "changed_at": at}
    for batch in ws.warehouse.stream(planned.select(*SHOWN).order_by("place"), BATCH):
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


def timetable(ws: Workspace, brief: Brief, campaign_id: str, at: dt.datetime) -> Timetable:
    """Return when the messages of a campaign that begins at a moment leave."""
    given = ws.settings.of(GateSettings)
    hours = None if brief.is_service else Hours(given.open_from, given.open_until)
    return Timetable(brief.timing, at, hours, ws.settings.zone, ws.secret, f"time {campaign_id}")
