"""The budget: how the money for ads should be divided, from the return curves, under the limits of the settings."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from quanyu import ledger
from quanyu.decide.pace import paces
from quanyu.decide.scenario import KEEP, Channel, Line, Scenario, divide
from quanyu.ledger import to_json
from quanyu.solve.curve import Curve
from quanyu.tables import contract
from quanyu.workspace import Workspace

FACTORS = {KEEP: 1.0, "less": 0.8, "more": 1.2}


@dataclass(frozen=True)
class Budget:
    """A proposal with its scenarios; `keep` is the one that is proposed."""

    proposal_id: str
    as_of: dt.date
    fit_id: str
    scenarios: tuple[Scenario, ...]


def propose(ws: Workspace, as_of: dt.date) -> Budget | None:
    """Return how the money should be divided: a function of the curves and the settings alone.

    None where there is no ad channel. Expected profit is the margin of caused orders less spend, over the draws
    of all curves; what is not worth spending stays in reserve, unless the settings want all of it spent. Nothing is
    proposed where a gain is less probable than `confidence`, or where no curve is known.
    """
    rows = ws.warehouse.read(ws.warehouse.table("curves").order_by("channel")).to_pylist()
    if not rows:
        return None
    channels = known_channels(ws, rows)
    settings, fit_id = ws.settings.budget, rows[0]["fit_id"]
    spent = sum(one.now for one in channels)
    base = spent if settings.total is None else settings.total * (1 - settings.reserve)
    content = {"as_of": as_of.isoformat(), "fit_id": fit_id, "settings": settings.model_dump(mode="json")}
    mark = hashlib.sha256(to_json(content).encode()).hexdigest()[:12]
    scenarios = tuple(divide(name, channels, base * factor, settings) for name, factor in FACTORS.items())
    return Budget(mark, as_of, fit_id, scenarios)


def known_channels(ws: Workspace, rows: Sequence[Mapping[str, Any]]) -> list[Channel]:
    """Return the channels of `curves` with the draws of their fit, in money."""
    fit = ledger.find_fit(ws.ledger, rows[0]["fit_id"])
    kept = fit.parameters["channels"] if fit else {}
    found = []
    for row in rows:
        one = kept.get(row["channel"], {})
        worth = float(one.get("worth", 0.0))
        orders = Curve.unpacked(one["draws"]) if one.get("draws") else None
        curve = None if orders is None else Curve(orders.half, orders.slope, orders.ceiling * worth)
        now = float(row["spend_amount"] or 0)
        found.append(
            Channel(row["channel"], row["status"], row["reason"] or "", now, worth, row["noise"], curve)
        )
    return found


def budget(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the tables `budgets`, `budget_lines` and `paces`: the loop step."""
    found = propose(ws, as_of)
    whole, lines = ([], []) if found is None else (budget_rows(found), line_rows(found))
    for name, rows in (("budgets", whole), ("budget_lines", lines), ("paces", paces(ws, as_of))):
        ws.warehouse.replace(name, table_of(name, rows), by="decide")
    if found is None:
        return {"skipped": "nothing was spent on ads"}
    return {"proposal_id": found.proposal_id, "status": found.scenarios[0].status}


def budget_rows(found: Budget) -> list[dict[str, Any]]:
    """Return one row per scenario."""
    return [
        {
            "proposal_id": found.proposal_id,
            "scenario": one.name,
            "as_of": found.as_of,
            "status": one.status,
            "reason": one.reason,
            "total_amount": one.total,
            "current_amount": one.current,
            "proposed_amount": one.proposed,
            "reserve_amount": max(one.total - one.proposed, 0.0),
            **_gained(one),
            "p_gain": one.gain.p if one.gain else None,
            "fit_id": found.fit_id,
        }
        for one in found.scenarios
    ]


def line_rows(found: Budget) -> list[dict[str, Any]]:
    """Return one row per scenario and channel."""
    return [
        {
            "proposal_id": found.proposal_id,
            "scenario": scenario.name,
            "channel": line.channel.name,
            "as_of": found.as_of,
            "curve_status": line.channel.status,
            "reason": line.channel.reason,
            "current_amount": line.channel.now,
            "proposed_amount": line.proposed,
            "change_rate": line.proposed / line.channel.now - 1 if line.channel.now > 0 else None,
            "least_amount": line.least,
            "most_amount": line.most,
            "marginal_return": line.marginal,
            "marginal_return_proposed": line.marginal_proposed,
            **_gained(line),
            "trial": line.trial.kind if line.trial else None,
            "trial_weeks": line.trial.weeks if line.trial else None,
        }
        for scenario in found.scenarios
        for line in scenario.lines
    ]


def _gained(one: Scenario | Line) -> dict[str, Any]:
    gain = one.gain
    return {
        "expected_gain_amount": gain.mean if gain else None,
        "expected_gain_amount_low": gain.low if gain else None,
        "expected_gain_amount_high": gain.high if gain else None,
    }


def table_of(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as the table of a contract, money with two decimals."""
    promise = contract(name)
    money = {column.name for column in promise.columns if column.kind == "money"}
    exact = [
        {
            key: Decimal(f"{value:.2f}") if key in money and isinstance(value, float) else value
            for key, value in row.items()
        }
        for row in rows
    ]
    return pa.Table.from_pylist(exact, promise.schema.to_pyarrow())
