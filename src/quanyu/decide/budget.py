"""The loop step `budget`: how the money for ads should be divided, or why that cannot be told."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from quanyu import ledger
from quanyu.decide.division import AdChannel, Division, Limits, divide, moves, trial
from quanyu.decide.pace import paces
from quanyu.ledger import to_json
from quanyu.settings import BudgetSettings
from quanyu.solve.curve import Curve, span
from quanyu.tables import contract
from quanyu.tables.decided import SCENARIOS
from quanyu.workspace import Workspace

TOTALS: Mapping[str, float] = {"keep": 1.0, "less": 0.8, "more": 1.2}
"""How much of the total each scenario gives away."""
REASONS = {
    "no_spend": "Nothing was spent on ads lately",
    "no_curve_known": "No channel's effect can be told from nothing yet",
    "gain_uncertain": "The gain is not probable enough",
    "no_better": "The present split is as good as any within the limits",
}
"""Why no change is proposed."""


def budget(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write `budgets`, `budget_lines` and `paces` from the return curves: the loop step."""
    paces(ws, as_of)
    channels, fit_id = known_channels(ws)
    settings = ws.settings.budget
    found = [_scenario(channels, settings, name) for name in SCENARIOS] if channels else []
    mark = hashlib.sha256(to_json([str(as_of), fit_id, settings.model_dump()]).encode()).hexdigest()[:6]
    shared = {"proposal_id": f"{as_of:%Y%m%d}-{mark}", "as_of": as_of}
    wholes = [shared | whole | {"fit_id": fit_id} for whole, _ in found]
    lines = [shared | line for _, parts in found for line in parts]
    _write(ws, "budgets", wholes)
    _write(ws, "budget_lines", lines)
    return {"status": wholes[0]["status"], "reason": wholes[0]["reason"]} if wholes else {"status": "none"}


def known_channels(ws: Workspace) -> tuple[list[AdChannel], str]:
    """Return the ad channels of the newest return curves, with the draws of their curves, and the fit's id."""
    rows = ws.warehouse.table("curves")
    ids = ws.warehouse.read(rows.select("fit_id").distinct()).column(0).to_pylist()
    kept = ledger.find_fit(ws.ledger, ids[0]) if ids else None
    if kept is None:
        return [], ""
    return [_channel(name, one) for name, one in sorted(kept.parameters["channels"].items())], ids[0]


def _channel(name: str, one: Mapping[str, Any]) -> AdChannel:
    curve = Curve.unpacked(one["draws"]) if one["draws"] else None
    return AdChannel(
        name, one["spend"], one["status"], one["reason"], one["worth"], one.get("noise") or 0.0, curve
    )


def _scenario(
    channels: Sequence[AdChannel], settings: BudgetSettings, name: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    now = sum(one.spend for one in channels)
    whole = now if settings.total is None else settings.total * (1 - settings.reserve)
    total = whole * TOTALS[name]
    limits = Limits(
        total,
        settings.step,
        tuple(settings.floors.items()),
        tuple(settings.caps.items()),
        settings.must_spend,
    )
    division = divide(channels, limits)
    status, reason = _judged(channels, division, settings.confidence)
    if status != "proposed":
        division = Division(tuple(one.spend for one in channels), np.zeros((len(channels), 1)))
    proposed = sum(division.amounts)
    limit = now if settings.total is None else settings.total
    record = {
        "scenario": name, "status": status, "reason": reason, "total_amount": total, "current_amount": now,
        "proposed_amount": proposed, "reserve_amount": max(limit * TOTALS[name] - proposed, 0.0),
        "p_gain": division.p_gain if status == "proposed" else None, **_spanned("expected_gain_amount", division.whole),
    }  # fmt: skip
    lines = [
        _line(name, one, amount, gain, limits)
        for one, amount, gain in zip(channels, division.amounts, division.gains, strict=True)
    ]
    return record, lines


def _judged(channels: Sequence[AdChannel], division: Division, confidence: float) -> tuple[str, str]:
    if not any(one.spend for one in channels):
        return "refused", "no_spend"
    if not any(one.is_known for one in channels):
        return "refused", "no_curve_known"
    if not moves(channels, division):
        return "kept", "no_better"
    return ("proposed", "") if division.p_gain >= confidence else ("refused", "gain_uncertain")


def _line(scenario: str, one: AdChannel, amount: float, gain: Any, limits: Limits) -> dict[str, Any]:
    low, high = limits.of(one)
    test, weeks = trial(one)
    record = {
        "scenario": scenario, "channel": one.name, "curve_status": one.status, "reason": one.reason,
        "current_amount": one.spend, "proposed_amount": amount, "least_amount": low, "most_amount": high,
        "change_rate": amount / one.spend - 1 if one.spend else None, "trial": test, "trial_weeks": weeks,
        **_spanned("expected_gain_amount", span(gain)),
    }  # fmt: skip
    if one.curve is not None and one.spend > 0:
        now, then = one.curve.marginal(np.array([one.spend, amount])).mean(axis=1) * one.worth
        record |= {"marginal_return": float(now), "marginal_return_proposed": float(then)}
    return record


def _spanned(name: str, values: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def _write(ws: Workspace, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    promise = contract(name)
    if not rows:
        ws.warehouse.replace(name, ws.warehouse.table(name).filter(ibis.literal(False)), by="decide")
        return
    money = {column.name for column in promise.columns if column.kind == "money"}
    exact = [
        {
            key: Decimal(f"{value:.2f}") if key in money and value is not None else value
            for key, value in row.items()
        }
        for row in rows
    ]
    ws.warehouse.replace(name, pa.Table.from_pylist(exact, promise.schema.to_pyarrow()), by="decide")
