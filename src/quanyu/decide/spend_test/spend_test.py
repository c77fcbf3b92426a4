"""Which test of an ad channel's spend would tell what the budget cannot: considered, and the best one proposed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quanyu.decide.budget import SAME, AdChannel, known_channels, write
from quanyu.decide.settings import BudgetSettings
from quanyu.method.daily_sales import apart, daily_sales
from quanyu.part.step import Step
from quanyu.solve.curve import Curve, span
from quanyu.solve.spend_test import Design, belief, design, information_value
from quanyu.tables.owned.decided import KEEP
from quanyu.workspace import Workspace

POWER = 0.8
"""A test is long enough when it tells an effect that just pays for the spend from none so often."""
MOST_RUNNING = 2
NOISE_DAYS = 56
Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Plan:
    """The best test of a channel: its design, its power, what it is worth, and the belief that it starts from."""

    design: Design
    power: float
    information: information_value.InformationValue
    belief: Curve


def spend_tests(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write `spend_tests`: for every ad channel the test that would tell, or why none is proposed: the loop step."""
    rows = considered(ws, as_of)
    write(ws, "spend_tests", rows)
    return {"proposed": [row["channel"] for row in rows if row["status"] == "proposed"]}


def considered(ws: Workspace, as_of: dt.date) -> list[Record]:
    """Return the rows of `spend_tests`.

    Of all kinds and lengths that tell with a power of 80 %, the one whose value of knowing exceeds its cost by most;
    of all channels, the one of whose test that is largest. None on a channel that the budget proposes to move, or
    while one runs on it or on the same sales channels, and at most two run at once.
    """
    channels, fit_id = known_channels(ws)
    rows = ws.warehouse.read(ws.warehouse.table("curves").order_by("channel")).to_pylist()
    lands = {row["channel"]: json.loads(row["lands_on"] or "{}") for row in rows}
    busy = _running(ws)
    moved = _moved(ws)
    first = as_of - dt.timedelta(days=NOISE_DAYS)
    sales = daily_sales(ws, first, NOISE_DAYS)
    use = information_value.Use(confidence=ws.settings.of(BudgetSettings).confidence)
    verdicts: dict[str, tuple[str, Plan | None]] = {}
    for channel in channels:
        here, rest = apart(sales, lands[channel.name], NOISE_DAYS)
        reason = _barred(channel, lands[channel.name], busy, moved) or _sparse(here)
        plan = None if reason else best(channel, design.noise(here, rest), use, ws.settings.seed)
        verdicts[channel.name] = (reason or _judged(plan), plan)
    worthy = {name: _net(plan) for name, (reason, plan) in verdicts.items() if plan and not reason}
    chosen = max(worthy, key=lambda name: worthy[name]) if worthy else None
    listed = []
    for channel in channels:
        reason, plan = verdicts[channel.name]
        if not reason and channel.name != chosen:
            reason = "later"
        shared = {
            "as_of": as_of,
            "fit_id": fit_id,
            "lands_on": json.dumps(lands[channel.name], sort_keys=True),
        }
        listed.append(shared | _row(channel, reason, plan))
    return listed


def best(channel: AdChannel, noise: float, use: information_value.Use, seed: int) -> Plan | None:
    """Return the test of a channel that gains most after its cost; None where none of 12 weeks has the power."""
    random = np.random.default_rng([seed, 3])
    known = channel.curve if channel.is_known else None
    curve = known if known is not None else belief.believed(channel.spend, channel.order_margin, random)
    plans = []
    for kind in design.LEVELS:
        for weeks in design.WEEKS:
            test = Design(kind, weeks, round(channel.spend, 2))
            likely = design.power(test, (test.high - test.low) / channel.order_margin, noise)
            if likely >= POWER:
                value = information_value.expected(curve, channel.order_margin, test, noise, use)
                plans.append(Plan(test, likely, value, curve))
    return max(plans, key=_net, default=None)


def _net(plan: Plan) -> float:
    return plan.information.value - max(plan.information.cost, 0.0)


def _judged(plan: Plan | None) -> str:
    if plan is None:
        return "too_small"
    return "" if _net(plan) > 0 else "not_worth"


def _sparse(here: Any) -> str:
    """Say where orders begin too late to know their noise."""
    return "too_short" if not here[: NOISE_DAYS // 4].any() else ""


def _barred(
    channel: AdChannel,
    lands: Mapping[str, float],
    busy: Mapping[str, Mapping[str, float]],
    moved: Sequence[str],
) -> str:
    if channel.spend <= 0:
        return "no_spend"
    if channel.name in busy:
        return "running"
    if len(busy) >= MOST_RUNNING or any(_meets(lands, other) for other in busy.values()):
        return "busy"
    if channel.name in moved:
        return "budget_moves"
    return "" if channel.order_margin > 0 else "no_worth"


def _meets(lands: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Say whether two ads may lead to the same sales channel; where one leads is not always known."""
    return not lands or not other or bool(set(lands) & set(other))


def _running(ws: Workspace) -> dict[str, dict[str, float]]:
    """Return the channels under test, and the sales channels that each leads to."""
    days, results = ws.warehouse.table("spend_test_days"), ws.warehouse.table("spend_test_results")
    open_ = results.filter(results.status == "running").select("decision_id")
    rows = days.semi_join(open_, "decision_id").select("channel", "lands_on").distinct()
    return {
        row["channel"]: json.loads(row["lands_on"] or "{}") for row in ws.warehouse.read(rows).to_pylist()
    }


def _moved(ws: Workspace) -> list[str]:
    """Return the channels that the budget of this turn proposes to move."""
    wholes, lines = ws.warehouse.table("budgets"), ws.warehouse.table("budget_lines")
    wholes = wholes.filter(wholes.scenario == KEEP, wholes.status == "proposed").select("proposal_id")
    moved = (lines.proposed_amount - lines.current_amount).abs() > SAME
    rows = lines.filter(lines.scenario == KEEP, moved).semi_join(wholes, "proposal_id").select("channel")
    return [row["channel"] for row in ws.warehouse.read(rows).to_pylist()]


def _row(channel: AdChannel, reason: str, plan: Plan | None) -> Record:
    row: Record = {
        "channel": channel.name, "status": "none" if reason else "proposed", "reason": reason, "kind": "",
        "usual_amount": channel.spend, "order_worth_amount": channel.order_margin,
    }  # fmt: skip
    if plan is None:
        return row
    test = plan.design
    low, high = plan.belief.at(np.array([test.low, test.high]))
    back = span((high - low) * channel.order_margin / (test.high - test.low))
    return row | {
        "kind": test.kind, "weeks": test.weeks, "usual_amount": test.usual, "low_amount": test.low, "high_amount": test.high,
        "power": plan.power, "value_amount": plan.information.value, "cost_amount": plan.information.cost,
        "cost_amount_high": plan.information.cost_high,
        **dict(zip(("believed_return", "believed_return_low", "believed_return_high"), back, strict=True)),
    }  # fmt: skip


STEP = Step(
    "spend_tests",
    "Find the test of spend that would tell most",
    ("curves", "orders", "budgets", "budget_lines", "spend_test_days", "spend_test_results"),
    ("spend_tests",),
    spend_tests,
    ("budget", "seed"),
)
