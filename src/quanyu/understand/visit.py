"""Visits: what an identifier did on a channel in one session, reduced from the events once for every reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

ACTIONS = MappingProxyType(
    {
        "n_page_views": ("page_view", "product_view"),
        "n_product_views": ("product_view",),
        "n_searches": ("search",),
        "n_favourites": ("favourite",),
        "n_add_to_cart": ("add_to_cart",),
        "n_checkouts": ("checkout",),
    }
)
"""Counted actions and the events that are one."""


def visits_of(events: ir.Table, zone: str) -> ir.Table:
    """Reduce events to visits: identifier, channel and session; events without a session are one visit a day.

    Days are those of the zone.
    """
    day = ibis.ifelse(events.session_id.isnull(), local_day(events.occurred_at, zone), ibis.null("date"))
    rows = events.mutate(day=day)
    # The least pair is the earliest campaign, and of those at one moment the one that sorts first.
    campaign = ibis.struct({"at": rows.occurred_at, "id": rows.campaign_id})
    found = rows.group_by("id_key", "channel", "session_id", "day").aggregate(
        began_at=rows.occurred_at.min(),
        ended_at=rows.occurred_at.max(),
        campaign=campaign.min(where=rows.campaign_id.notnull()),
        n_events=rows.count(),
        **counts(rows),
    )
    return found.select(
        *("id_key", "channel", "session_id", "began_at", "ended_at", "n_events", *ACTIONS),
        campaign_id=found.campaign["id"],
        campaign_at=found.campaign["at"],
        began_on=local_day(found.began_at, zone),
        ended_on=local_day(found.ended_at, zone),
    )


def days_of(events: ir.Table, visits: ir.Table, zone: str) -> ir.Table:
    """Reduce the events of visits that last over midnight to visit and local day."""
    long = visits.filter(visits.began_on != visits.ended_on).select("session_id").distinct()
    rows = events.semi_join(long, "session_id")
    rows = rows.mutate(visited_on=local_day(rows.occurred_at, zone))
    cells = rows.group_by("id_key", "channel", "session_id", "visited_on")
    days = cells.aggregate(n_events=rows.count(), **counts(rows))
    n_days = days.visited_on.count().over(group_by=("id_key", "channel", "session_id"))
    return days.mutate(n_days=n_days).filter(lambda t: t.n_days > 1).drop("n_days")


def counts(events: ir.Table) -> dict[str, ir.Value]:
    """Return the counted actions of a group of events."""
    return {name: events.count(where=events["name"].isin(of)) for name, of in ACTIONS.items()}


def visits(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the tables `visits` and `visit_days`: the loop step."""
    zone, events = ws.settings.timezone, ws.warehouse.table("events")
    made = ws.warehouse.replace("visits", visits_of(events, zone), by="understand")
    days = days_of(events, ws.warehouse.table("visits"), zone)
    ws.warehouse.replace("visit_days", days, by="understand")
    return {"n_visits": made.added}
