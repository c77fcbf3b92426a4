"""What came of decisions: measured results are written beside what was expected, and the next turn starts there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from quanyu import ledger
from quanyu.decide.budget import DAYS, AdChannel, known_channels
from quanyu.ledger import Decision
from quanyu.part.step import Step
from quanyu.solve.curve import span
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.tables.owned.spend_test import UNREAD
from quanyu.text import Text
from quanyu.workspace import Workspace

SETTLED_DAYS = 14
SHOWN = (
    "n_treated", "n_control", "mean_treated", "mean_control", "lift", "lift_low", "lift_high", "p_value",
    "incremental", "incremental_low", "incremental_high", "is_final", "is_srm_alarm", "status", "reason",
)  # fmt: skip


TESTED = (
    "status", "verdict", "test_return", "test_return_low", "test_return_high", "n_orders", "n_orders_low", "n_orders_high",
    "spent_low_amount", "spent_high_amount", "n_days_off_plan", "p_value",
)  # fmt: skip


def learn(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write what was measured into the decisions that were carried out: the loop step."""
    readings = {**_lifts(ws), **_budgets(ws, as_of), **_spend_tests(ws)}
    news = [
        name
        for name, reading in readings.items()
        if ledger.mark_measured(
            ws.ledger, name, reading, at=ws.now(), is_told=bool({"gain_amount", "is_over"} & set(reading))
        )
    ]
    return {"measured": news}


def _lifts(ws: Workspace) -> dict[str, dict[str, Any]]:
    """Return the lifts of campaigns against their control groups, by decision."""
    lifts = ws.warehouse.table("lifts")
    by_campaign: dict[str, dict[str, Any]] = {}
    for row in ws.warehouse.read(lifts.order_by("campaign_id", "metric")).to_pylist():
        by_campaign.setdefault(row["campaign_id"], {})[row["metric"]] = {
            name: _plain(row[name]) for name in SHOWN if row.get(name) is not None
        }
    carried = [*_carried(ws, "audience"), *_carried(ws, "campaign")]
    done = [decision for decision in carried if decision.decision_id in by_campaign]
    return {decision.decision_id: _result(decision, by_campaign[decision.decision_id]) for decision in done}


def _budgets(ws: Workspace, as_of: dt.date) -> dict[str, dict[str, Any]]:
    """Return what changes of budget are worth by the newest curves, which have seen the days since, by decision.

    Only after two weeks: before, the curves have seen too little of the new spend.
    """
    old = [
        decision
        for decision in _carried(ws, "budget")
        if as_of >= decision.as_of + dt.timedelta(days=SETTLED_DAYS)
    ]
    if not old:
        return {}
    known, fit_id = known_channels(ws)
    channels = {channel.name: channel for channel in known if channel.curve is not None}
    by_decision = {}
    for decision in old:
        lines = [line for line in decision.proposal["lines"] if line["channel"] in channels]
        gains = [
            _gain(channels[line["channel"]], line["current_amount"], line["proposed_amount"])
            for line in lines
        ]
        if gains and fit_id != decision.expected.get("fit_id"):
            names = ("gain_amount", "gain_low", "gain_high")
            values = (round(value, 2) for value in span(np.sum(gains, axis=0)))
            by_decision[decision.decision_id] = {**dict(zip(names, values, strict=True)), "fit_id": fit_id}
    return by_decision


def _spend_tests(ws: Workspace) -> dict[str, dict[str, Any]]:
    """Return what tests of spend have shown, by decision; a test that is over is measured, whether or not it tells."""
    by_decision = {}
    for row in ws.warehouse.read(ws.warehouse.table("spend_test_results")).to_pylist():
        if row["status"] == "running":
            by_decision[row["decision_id"]] = {"reason": UNREAD[row["reason"]]}
            continue
        shown = {name: _plain(row[name]) for name in TESTED if row[name] is not None}
        why = UNREAD.get(row["reason"], "")
        by_decision[row["decision_id"]] = shown | {"is_over": True} | ({"reason": why} if why else {})
    return by_decision


def _gain(channel: AdChannel, before: float, after: float) -> Any:
    old, new = channel.brings(np.array([before, after]))
    return DAYS * (new - old - (after - before))


def _carried(ws: Workspace, kind: str) -> list[Decision]:
    return [
        decision
        for status in ("done", "measured")
        for decision in ledger.list_decisions(ws.ledger, kind=kind, status=status)
    ]


def _result(decision: Decision, metrics: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the gain in margin after the cost of contacts, and every metric's reading."""
    margin, cost = metrics.get("margin", {}), CampaignDesign.of(decision.proposal).contact_cost_amount
    if reason := untold(margin):
        return {"reason": reason, "metrics": metrics}
    gain = {
        name: round((margin[part] - cost) * margin["n_treated"], 2)
        for name, part in (("gain_amount", "lift"), ("gain_low", "lift_low"), ("gain_high", "lift_high"))
        if part in margin
    }
    return {**gain, "metrics": metrics}


def untold(reading: Mapping[str, Any]) -> Text:
    """Say why the reading of a campaign's margin tells nothing, or nothing if it does."""
    if reading.get("is_srm_alarm"):
        return "the groups are not as large as planned"
    if not reading.get("is_final"):
        return "the window is not over"
    return "" if "lift" in reading else "the margin could not be read"


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value


STEP = Step(
    "learn",
    "Set what was measured beside what was expected",
    ("lifts", "curves", "spend_test_results"),
    (),
    learn,
)
