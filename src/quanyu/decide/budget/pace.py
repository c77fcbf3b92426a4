"""The pace of spend: the month so far against its plan, by ad channel and for all together."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import ibis

from quanyu.decide.settings import BudgetSettings
from quanyu.tables import contract
from quanyu.tables.record import table_of
from quanyu.tables.spend import placements
from quanyu.workspace import Workspace

ALL = "all"
BEFORE_DAYS = 28
LATELY_DAYS = 7


def paces(ws: Workspace, as_of: dt.date) -> None:
    """Write `paces` for the month of the last complete day.

    The plan of a channel is that of the settings, else what it spent per day in the 28 days before the month, times
    the days of the month. A placement exported for several attribution windows counts once.
    """
    last = as_of - dt.timedelta(days=1)
    month = last.replace(day=1)
    spend = placements(ws.warehouse.table)
    spend = spend.filter(spend.spent_on < as_of, spend.spent_on >= month - dt.timedelta(days=BEFORE_DAYS))

    def since(first: dt.date, until: dt.date) -> Any:
        inside = (spend.spent_on >= ibis.literal(first)) & (spend.spent_on < ibis.literal(until))
        return spend.cost_amount.sum(where=inside).cast("float64").fill_null(0.0)

    sums = spend.group_by(channel=spend.platform).aggregate(
        spent=since(month, as_of),
        before=since(month - dt.timedelta(days=BEFORE_DAYS), month),
        lately=since(as_of - dt.timedelta(days=LATELY_DAYS), as_of),
    )
    rows = {row["channel"]: row for row in ws.warehouse.read(sums).to_pylist()}
    paced = _paces(rows, ws.settings.of(BudgetSettings), last)
    records = ({"month": month, "as_of": as_of} | record for record in paced)
    ws.warehouse.replace("paces", table_of(contract("paces"), records), by="decide")


def _paces(
    rows: Mapping[str, Mapping[str, float]], settings: BudgetSettings, last: dt.date
) -> Iterator[dict[str, Any]]:
    n_days = calendar.monthrange(last.year, last.month)[1]
    passed, left = last.day / n_days, n_days - last.day
    plans = {
        name: settings.plan.get(name, row["before"] / BEFORE_DAYS * n_days)
        for name, row in sorted(rows.items())
    }
    whole = {key: sum(row[key] for row in rows.values()) for key in ("spent", "lately")}
    for name, plan, row in [
        *((name, plan, rows[name]) for name, plan in plans.items()),
        *([(ALL, sum(plans.values()), whole)] if rows else []),
    ]:
        due = plan * passed
        amounts = {
            "plan_amount": plan, "due_amount": due, "spent_amount": row["spent"],
            "forecast_amount": row["spent"] + row["lately"] / LATELY_DAYS * left,
        }  # fmt: skip
        yield {"channel": name, "status": _status(row["spent"], due, settings.tolerance), **amounts}


def _status(spent: float, due: float, tolerance: float) -> str:
    if not due:
        return "no_plan"
    off = spent / due - 1
    return "over" if off > tolerance else "under" if off < -tolerance else "on_plan"
