"""Where the days of a workspace end."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from quanyu.workspace import Workspace


def end_of(ws: Workspace, day: dt.date) -> ir.TimestampScalar:
    """Return the first moment after a local day."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ws.settings.zone)
    return ibis.literal(end.astimezone(dt.UTC)).cast("timestamp('UTC')")
