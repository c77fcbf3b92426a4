"""The loop step `budget`: how the money for ads should be divided, or why that cannot be told."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from quanyu import ledger
from quanyu.decide.budget.division import SAME, AdChannel, Division, Limits, divide, moves
from quanyu.decide.budget.evidence import weighed
from quanyu.decide.budget.pace import paces
from quanyu.decide.settings import BudgetSettings
from quanyu.ledger import to_json
from quanyu.part.step import Step
from quanyu.solve.curve import Curve, span
from quanyu.tables import contract
from quanyu.tables.owned.decided import KEEP, SCENARIOS
from quanyu.tables.record import table_of
from quanyu.workspace import Workspace

TOTALS: Mapping[str, float] = {KEEP: 1.0, "less": 0.8, "more": 1.2}
"""How much of the total each scenario gives away."""
Record = dict[str, Any]


def budget(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write `budgets`, `budget_lines` and `paces` from the return curves: the loop step."""
    paces(ws, as_of)
    wholes, lines = propose(ws, as_of)
    write(ws, "budgets", wholes)
    write(ws, "budget_lines", lines)
    return {"status": wholes[0]["status"], "reason": wholes[0]["reason"]} if wholes else {"status": "none"}


def propose(ws: Workspace, as_of: dt.date) -> tuple[list[Record], list[Record]]:
    """Return the rows of `budgets` and `budget_lines`: a function of the curves and the settings alone.

    Expected profit is the margin of caused orders less spend, over the draws of all curves; what is not worth
    spending stays in reserve, unless the settings want all of it spent. Nothing is proposed where a gain is less
    probable than `confidence`, or where no curve is known.
    """
    channels, fit_id = known_channels(ws)
    settings = ws.settings.of(BudgetSettings)
    scenarios = [_scenario(channels, settings, name) for name in SCENARIOS] if channels else []
    mark = hashlib.sha256(to_json([str(as_of), fit_id, settings.model_dump()]).encode()).hexdigest()[:6]
    shared = {"proposal_id": f"{as_of:%Y%m%d}-{mark}", "as_of": as_of}
    wholes = [shared | whole | {"fit_id": fit_id} for whole, _ in scenarios]
    return wholes, [shared | line for _, parts in scenarios for line in parts]


def known_channels(ws: Workspace) -> tuple[list[AdChannel], str]:
    """Return the ad channels of the newest return curves, with the draws of their curves, and the fit's id.

    What tests of their spend have shown is weighed in (see `evidence`).
    """
    rows = ws.warehouse.read(ws.warehouse.table("curves").order_by("channel")).to_pylist()
    fit_id = rows[0]["fit_id"] if rows else ""
    kept = ledger.find_fit(ws.ledger, fit_id) if fit_id else None
    fitted = kept.parameters["channels"] if kept else {}
    channels = [_channel(row, fitted.get(row["channel"], {})) for row in rows]
    return (weighed(ws, channels, rows[0]["as_of"]) if rows else []), fit_id


def _channel(row: Mapping[str, Any], learned: Mapping[str, Any]) -> AdChannel:
    curve = Curve.unpacked(learned["draws"]) if learned.get("draws") else None
    spend = round(learned.get("spend", float(row["spend_amount"] or 0.0)), 2)
    noise = learned.get("noise") or 0.0
    order_margin = learned.get("order_margin") or float(row["order_worth_amount"] or 0.0)
    evidence = "curve" if row["status"] == "known" else ""
    return AdChannel(
        name=row["channel"],
        spend=spend,
        status=row["status"],
        reason=row["reason"] or "",
        order_margin=order_margin,
        noise=noise,
        curve=curve,
        evidence=evidence,
    )


def _scenario(
    channels: Sequence[AdChannel], settings: BudgetSettings, name: str
) -> tuple[Record, list[Record]]:
    now = sum(channel.spend for channel in channels)
    whole = now if settings.total is None else settings.total
    usable = whole if settings.total is None else whole * (1 - settings.reserve)
    total = usable * TOTALS[name]
    limits = Limits(
        total,
        settings.step,
        tuple(settings.floors.items()),
        tuple(settings.caps.items()),
        settings.must_spend,
    )
    best = divide(channels, limits)
    status, reason = _judged(channels, best, total, settings.confidence)
    # What is not proposed is not done; other totals are shown as they would be divided.
    given = (
        best.amounts if status == "proposed" or name != KEEP else tuple(channel.spend for channel in channels)
    )
    amounts = tuple(round(amount, 2) for amount in given)
    is_told = moves(channels, best) and not best.is_blind
    record = {
        "scenario": name, "status": status, "reason": reason, "total_amount": total, "current_amount": now,
        "proposed_amount": sum(amounts), "reserve_amount": max(whole * TOTALS[name] - sum(amounts), 0.0),
        "p_gain": best.p_gain if is_told else None,
        **(_spanned("expected_gain_amount", best.whole) if is_told else {}),
    }  # fmt: skip
    lines = [
        _line(name, channel, limits, (amount, wanted, gain))
        for channel, amount, wanted, gain in zip(channels, amounts, best.amounts, best.gains, strict=True)
    ]
    return record, lines


def _judged(
    channels: Sequence[AdChannel], best: Division, total: float, confidence: float
) -> tuple[str, str]:
    if not any(channel.spend for channel in channels):
        return "refused", "no_spend"
    if best.total > total * (1 + SAME) + SAME:
        return "refused", "out_of_reach"
    if not any(channel.is_known for channel in channels):
        return "refused", "no_curve_known"
    if not moves(channels, best):
        return "kept", "no_better"
    if best.is_blind:
        return "refused", "blind"
    return ("proposed", "") if best.p_gain >= confidence else ("refused", "gain_uncertain")


def _line(scenario: str, channel: AdChannel, limits: Limits, amounts: tuple[float, float, Any]) -> Record:
    amount, wanted, gain = amounts
    low, high = limits.of(channel)
    moved = channel.curve is not None and abs(wanted - channel.spend) > SAME
    return {
        "scenario": scenario, "channel": channel.name, "curve_status": channel.status, "reason": channel.reason,
        "current_amount": channel.spend, "proposed_amount": amount, "least_amount": low, "most_amount": high,
        "change_rate": amount / channel.spend - 1 if channel.spend else None,
        "marginal_return": channel.marginal(channel.spend), "marginal_return_proposed": channel.marginal(amount),
        "evidence": channel.evidence,
        **(_spanned("expected_gain_amount", span(gain)) if moved else {}),
    }  # fmt: skip


def _spanned(name: str, values: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def write(ws: Workspace, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace a table of this stage by rows, money with two decimals."""
    if not rows:
        ws.warehouse.replace(name, ws.warehouse.table(name).filter(ibis.literal(False)), by="decide")
        return
    ws.warehouse.replace(name, table_of(contract(name), rows), by="decide")


STEP = Step(
    "budget",
    "Divide the money for ads",
    ("curves", "spend", "spend_test_results"),
    ("budgets", "budget_lines", "paces"),
    budget,
    ("budget", "seed"),
)
