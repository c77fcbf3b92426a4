"""The day that all derived tables speak of."""

from __future__ import annotations

import datetime as dt

from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace


def as_of(ws: Workspace) -> dt.date:
    """Return the day all derived tables speak of: the day after the newest order or event, at most today."""
    newest = [
        _newest_day(ws, name, column)
        for name, column in (("orders", "ordered_at"), ("events", "occurred_at"))
    ]
    known = [day for day in newest if day is not None]
    return min(ws.today(), max(known) + dt.timedelta(days=1)) if known else ws.today()


def _newest_day(ws: Workspace, name: str, column: str) -> dt.date | None:
    if not ws.warehouse.exists(name):
        return None
    rows = ws.warehouse.table(name)
    day: dt.date | None = (
        ws.warehouse.read(local_day(rows[column].max(), ws.settings.timezone)).column(0)[0].as_py()
    )
    return day
