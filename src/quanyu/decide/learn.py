"""What came of decisions: measured results are written beside what was expected, and the next turn starts there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from quanyu import ledger
from quanyu.ledger import Decision
from quanyu.tables.design import Design
from quanyu.workspace import Workspace

SHOWN = (
    "n_treated", "n_control", "mean_treated", "mean_control", "lift", "lift_low", "lift_high", "p_value",
    "incremental", "incremental_low", "incremental_high", "is_final", "is_srm_alarm", "status", "reason",
)  # fmt: skip


def learn(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the measured lifts of campaigns into their decisions: the loop step."""
    lifts = ws.warehouse.table("lifts")
    found: dict[str, dict[str, Any]] = {}
    for row in ws.warehouse.read(lifts.order_by("campaign_id", "metric")).to_pylist():
        found.setdefault(row["campaign_id"], {})[row["metric"]] = {
            name: _plain(row[name]) for name in SHOWN if row.get(name) is not None
        }
    done = [one for one in _carried(ws) if one.decision_id in found]
    news = [
        one.decision_id
        for one in done
        if ledger.mark_measured(ws.ledger, one.decision_id, _result(one, found[one.decision_id]), at=ws.now())
    ]
    return {"measured": news}


def _carried(ws: Workspace) -> list[Decision]:
    return [
        one
        for status in ("done", "measured")
        for one in ledger.list_decisions(ws.ledger, kind="audience", status=status)
    ]


def _result(decision: Decision, metrics: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the gain in margin after the cost of contacts, and every metric's reading."""
    margin, cost = metrics.get("margin", {}), Design.of(decision.proposal).contact_cost_amount
    gain = {
        name: round((margin[part] - cost) * margin["n_treated"], 2)
        for name, part in (("gain_amount", "lift"), ("gain_low", "lift_low"), ("gain_high", "lift_high"))
        if part in margin
    }
    return {**gain, "metrics": metrics}


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value
