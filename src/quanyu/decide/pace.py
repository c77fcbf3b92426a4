"""The pace of the month: what was spent against what was planned by now, and where the month will end."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from quanyu.tables import contract
from quanyu.workspace import Workspace

ALL = "all"
RECENT_DAYS = 7
BASE_DAYS = 28


def paces(ws: Workspace, as_of: dt.date) -> list[dict[str, Any]]:
    """Return one row per channel, and `all`, for the month of the last complete day (see the contract of `paces`).

    The plan of a channel is that of the settings, else what it spent per day in the 28 days before the month,
    times the days of the month.
    """
    last = as_of - dt.timedelta(days=1)
    first = last.replace(day=1)
    length = calendar.monthrange(first.year, first.month)[1]
    passed = (as_of - first).days
    sums = _sums(ws, as_of, first)
    given = ws.settings.budget.plan
    rows = []
    for channel in sorted({*sums, *given} - {ALL}):
        spent, recent, before = sums.get(channel, (0.0, 0.0, 0.0))
        plan = given.get(channel, before / BASE_DAYS * length)
        rows.append((channel, plan, spent, recent))
    if rows:
        rows.append((ALL, *(sum(row[at] for row in rows) for at in (1, 2, 3))))
    return [
        {
            "month": first,
            "channel": channel,
            "as_of": as_of,
            "plan_amount": plan,
            "due_amount": plan * passed / length,
            "spent_amount": spent,
            "forecast_amount": spent + recent / RECENT_DAYS * (length - passed),
            "status": status(spent, plan * passed / length, ws.settings.budget.tolerance),
        }
        for channel, plan, spent, recent in rows
    ]


def status(spent: float, due: float, tolerance: float) -> str:
    """Return how spend lies against what was due.

    >>> status(120, 100, 0.1), status(95, 100, 0.1), status(80, 100, 0.1), status(5, 0, 0.1)
    ('over', 'on_plan', 'under', 'no_plan')
    """
    if due <= 0:
        return "no_plan"
    return (
        "over" if spent > due * (1 + tolerance) else "under" if spent < due * (1 - tolerance) else "on_plan"
    )


def _sums(ws: Workspace, as_of: dt.date, first: dt.date) -> dict[str, tuple[float, float, float]]:
    """Return per channel the cost of the month, of the last 7 days, and of the 28 days before the month.

    A placement exported for several attribution windows counts once.
    """
    rows = ws.warehouse.table("spend")
    rows = rows.filter(rows.spent_on >= first - dt.timedelta(days=BASE_DAYS), rows.spent_on < as_of)
    placement = [name for name in contract("spend").key if name != "attribution_window"]
    once = rows.group_by(*placement).agg(cost=rows.cost_amount.max())
    summed = once.group_by(channel=once.platform).agg(
        spent=once.cost.sum(where=once.spent_on >= first),
        recent=once.cost.sum(where=once.spent_on >= as_of - dt.timedelta(days=RECENT_DAYS)),
        before=once.cost.sum(where=once.spent_on < first),
    )
    names = ("spent", "recent", "before")
    found: dict[str, tuple[float, float, float]] = {}
    for row in ws.warehouse.read(summed).to_pylist():
        spent, recent, before = (float(row[name] or 0) for name in names)
        found[row["channel"]] = (spent, recent, before)
    return found
