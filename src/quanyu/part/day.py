"""The day that all derived tables speak of."""

from __future__ import annotations

import datetime as dt

from quanyu.workspace import Workspace

TOLD_BY = (("orders", "ordered_at"), ("events", "occurred_at"))
"""The tables and times that say how far the data go."""


def as_of(ws: Workspace) -> dt.date:
    """Return the day all derived tables speak of: the day after the newest order or event, at most today."""
    newest = [ws.warehouse.greatest(name, column) for name, column in TOLD_BY]
    known = [at.astimezone(ws.settings.zone).date() for at in newest if at is not None]
    return min(ws.today(), max(known) + dt.timedelta(days=1)) if known else ws.today()
