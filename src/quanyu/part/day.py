"""The day that all derived tables speak of."""

from __future__ import annotations

import datetime as dt

from quanyu.workspace import Workspace

TOLD_BY = (("orders", "ordered_at"), ("events", "occurred_at"))
"""The tables and times that say how far the data go."""


def as_of(ws: Workspace) -> dt.date:
    """Return the day all derived tables speak of: the day after the newest order or event, at most today."""
    newest = [_greatest(ws, name, column) for name, column in TOLD_BY]
    known = [at.astimezone(ws.settings.zone).date() for at in newest if at is not None]
    return min(ws.today(), max(known) + dt.timedelta(days=1)) if known else ws.today()


def _greatest(ws: Workspace, name: str, column: str) -> dt.datetime | None:
    """Return the latest time in a column, from the footers of its files, or from its rows where these do not tell."""
    extent = ws.warehouse.extents(name, column)[column]
    if extent is None:
        newest: dt.datetime | None = ws.warehouse.read(ws.warehouse.table(name)[column].max())[0][0].as_py()
        return newest
    known: dt.datetime | None = extent.greatest
    return known
