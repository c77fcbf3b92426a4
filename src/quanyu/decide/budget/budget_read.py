"""What screens ask about the budget: the proposal with its scenarios, the curves to draw, the pace of the month."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quanyu.decide.budget.ad_return import AdReturn, AdReturns, ad_returns
from quanyu.decide.budget.budget import known_channels
from quanyu.decide.budget.division import AdChannel
from quanyu.decide.budget.stage import Start, start
from quanyu.decide.settings import BudgetSettings
from quanyu.tables.owned.decided import SCENARIOS
from quanyu.workspace import Workspace

__all__ = [
    "AdReturn", "AdReturns", "BudgetView", "CurveView", "LineView", "PaceView", "ScenarioView", "Spot", "ad_returns",
    "budget_view",
]  # fmt: skip
POINTS = 49
REACH = 1.6
"""Curves are drawn up to so many times the largest spend that is shown."""
OF_CURVE = ("n_caused_raw", "marginal_return", "p_no_effect", "carry", "half_amount", "ceiling_amount")
"""Figures of a curve that say nothing once a test has spoken too."""
UNTOLD = ("n_caused", "return_amount", "marginal_return", "profit_roi", *OF_CURVE)
"""Figures that are not shown of a channel whose effect cannot be told: its bounds are."""
TEXTS = ("channel", "as_of", "status", "verdict", "reason", "lands_on", "control", "fit_id")
"""The columns of `curves` that are no numbers."""


@dataclass(frozen=True)
class Spot:
    """A place on a curve: spend per day, the margin it brings per day, and its 95 % interval."""

    amount: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class CurveView:
    """The curve of an ad channel as rows of `curves` have it, with points to draw; `now` and `proposed` lie on it.

    `evidence` says what the points are known from, a curve, a test or both; `verdict` is that of the curve alone."""

    channel: str
    status: str
    verdict: str
    reason: str
    lands_on: tuple[tuple[str, float], ...]
    figures: Mapping[str, float | None]
    points: tuple[Spot, ...]
    now: Spot | None
    proposed: Spot | None
    evidence: str = ""

    @property
    def told(self) -> Mapping[str, float | None]:
        """What may be told of its effect: with the tests where there were any, without the middle of what cannot be told."""
        if self.now is not None and self.evidence in {"test", "both"}:
            return _with_test(self.figures, self.now)
        beside = () if self.status == "known" else UNTOLD
        return {name: None if name in beside else value for name, value in self.figures.items()}


@dataclass(frozen=True)
class LineView:
    """What one channel gets in a scenario, as the rows of `budget_lines` have it."""

    channel: str
    status: str
    reason: str
    current: float
    proposed: float
    change: float | None
    least: float
    most: float
    marginal: float | None
    marginal_proposed: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    evidence: str


@dataclass(frozen=True)
class ScenarioView:
    """A scenario as the rows of `budgets` have it, with its lines."""

    name: str
    status: str
    reason: str
    total: float
    current: float
    proposed: float
    reserve: float
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    p_gain: float | None
    lines: tuple[LineView, ...]


@dataclass(frozen=True)
class PaceView:
    """The month of one channel, or of `all`."""

    channel: str
    plan: float
    due: float
    spent: float
    forecast: float
    status: str


@dataclass(frozen=True)
class BudgetView:
    """Everything about the budget; without scenarios where no ad channel has spent anything."""

    proposal_id: str
    as_of: dt.date | None
    scenarios: tuple[ScenarioView, ...]
    curves: tuple[CurveView, ...]
    month: dt.date | None
    paces: tuple[PaceView, ...]
    start: tuple[Start, ...]
    stage: str
    confidence: float
    step: float

    @property
    def main(self) -> ScenarioView | None:
        """The scenario that is proposed."""
        return self.scenarios[0] if self.scenarios else None

    @property
    def is_known(self) -> bool:
        """Whether any curve is known."""
        return any(curve.status == "known" for curve in self.curves)


def budget_view(ws: Workspace) -> BudgetView:
    """Return the budget as the last turn proposed it."""
    read = ws.warehouse.read
    whole = read(ws.warehouse.table("budgets")).to_pylist()
    lines = read(ws.warehouse.table("budget_lines").order_by("channel")).to_pylist()
    paces = read(ws.warehouse.table("paces").order_by("channel")).to_pylist()
    rows = read(ws.warehouse.table("curves").order_by("channel")).to_pylist()
    order = {name: place for place, name in enumerate(SCENARIOS)}
    scenarios = tuple(_scenario(row, lines) for row in sorted(whole, key=lambda row: order[row["scenario"]]))
    spent = sum(_number(row["spend_amount"]) or 0.0 for row in rows)
    settings = ws.settings.of(BudgetSettings)
    return BudgetView(
        proposal_id=whole[0]["proposal_id"] if whole else "",
        as_of=whole[0]["as_of"] if whole else None,
        scenarios=scenarios,
        curves=_curves(ws, rows, scenarios[0] if scenarios else None),
        month=paces[0]["month"] if paces else None,
        paces=tuple(_pace(row) for row in paces),
        start=start(settings.stage, settings.total or spent or None),
        stage=settings.stage,
        confidence=settings.confidence,
        step=settings.step,
    )


def _scenario(row: Mapping[str, Any], lines: list[dict[str, Any]]) -> ScenarioView:
    parts = [line for line in lines if line["scenario"] == row["scenario"]]
    gain, low, high = _gain(row)
    return ScenarioView(
        name=row["scenario"],
        status=row["status"],
        reason=row["reason"] or "",
        total=float(row["total_amount"]),
        current=float(row["current_amount"]),
        proposed=float(row["proposed_amount"]),
        reserve=float(row["reserve_amount"]),
        gain=gain,
        gain_low=low,
        gain_high=high,
        p_gain=row["p_gain"],
        lines=tuple(_line(line) for line in parts),
    )


def _line(row: Mapping[str, Any]) -> LineView:
    gain, low, high = _gain(row)
    return LineView(
        channel=row["channel"],
        status=row["curve_status"],
        reason=row["reason"] or "",
        current=float(row["current_amount"]),
        proposed=float(row["proposed_amount"]),
        change=row["change_rate"],
        least=float(row["least_amount"]),
        most=float(row["most_amount"]),
        marginal=row["marginal_return"],
        marginal_proposed=row["marginal_return_proposed"],
        gain=gain,
        gain_low=low,
        gain_high=high,
        evidence=row["evidence"] or "",
    )


def _gain(row: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    low, high = _number(row["expected_gain_amount_low"]), _number(row["expected_gain_amount_high"])
    return _number(row["expected_gain_amount"]), low, high


def _pace(row: Mapping[str, Any]) -> PaceView:
    return PaceView(
        row["channel"], float(row["plan_amount"]), float(row["due_amount"]), float(row["spent_amount"]),
        float(row["forecast_amount"]), row["status"],
    )  # fmt: skip


def _curves(ws: Workspace, rows: list[dict[str, Any]], main: ScenarioView | None) -> tuple[CurveView, ...]:
    proposed = {line.channel: line.proposed for line in main.lines} if main else {}
    channels, _ = known_channels(ws)
    return tuple(
        _curve(row, channel, proposed.get(channel.name, channel.spend))
        for row, channel in zip(rows, channels, strict=True)
    )


def _curve(row: Mapping[str, Any], channel: AdChannel, proposed: float) -> CurveView:
    most = REACH * max(channel.spend, proposed, _number(row["half_amount"]) or 0.0)
    points = _spots(channel, np.linspace(0, most, POINTS))
    now, then = _spots(channel, np.array([channel.spend, proposed])) or (None, None)
    lands = tuple(json.loads(row["lands_on"] or "{}").items())
    figures = {name: _number(value) for name, value in row.items() if name not in TEXTS}
    return CurveView(
        channel=channel.name,
        status=channel.status,
        verdict=row["verdict"] or "cannot_tell",
        reason=channel.reason,
        lands_on=lands,
        figures=figures,
        points=points,
        now=now,
        proposed=then,
        evidence=channel.evidence,
    )


def _spots(channel: AdChannel, amounts: Any) -> tuple[Spot, ...]:
    if channel.curve is None:
        return ()
    values = channel.brings(amounts)
    low, high = np.quantile(values, [0.025, 0.975], axis=1)
    rows = zip(amounts.tolist(), values.mean(axis=1).tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(Spot(*row) for row in rows)


def _with_test(figures: Mapping[str, float | None], now: Spot) -> dict[str, float | None]:
    """Return the figures at today's spend with what tests have shown; those of the curve alone are left out."""
    worth = figures.get("order_worth_amount") or 0.0
    orders = [part / worth if worth else None for part in (now.mean, now.low, now.high)]
    caused = dict(zip(("n_caused", "n_caused_low", "n_caused_high"), orders, strict=True))
    roi = (now.mean - now.amount) / now.amount if now.amount else None
    alone = dict.fromkeys((*OF_CURVE, "marginal_return_low", "marginal_return_high"))
    return {**figures, **alone, **caused, "return_amount": now.mean, "profit_roi": roi}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
