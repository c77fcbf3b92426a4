"""What is found for one ad channel: its curve in orders and in money, and whether it is known at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quanyu.measure.curve.daily import Daily
from quanyu.solve.curve import Curve, nearest, span
from quanyu.solve.posterior import Draws
from quanyu.solve.profile import Peak
from quanyu.solve.regression import Regression

Floats = NDArray[np.float64]
RECENT_DAYS = 28
FAMILY = 0.05
"""Probability that any channel of a shop without effects is called known (Holm 1979)."""
LEAD_LIMIT = 3.5
STEADY = 0.1


@dataclass(frozen=True, eq=False)
class Evidence:
    """The joint fit: arrays by fitted ad channel, `place` says which row of the daily facts each is."""

    place: NDArray[np.int64]
    problem: Regression
    widen: Floats
    p_value: Floats
    lead: Floats
    spans: Mapping[str, Floats]
    best: Peak
    drawn: Draws
    has_control: bool

    def curve(self, at: int, worth: float) -> Curve:
        """Return the draws of a channel's curve, in money by the worth of an order."""
        tried, place = self.problem.shapes[at], self.drawn.place[:, at]
        ceiling = tried.ceiling(self.drawn.level[:, at], place)
        return Curve(tried.half[place], tried.slope[place], ceiling * worth)

    def is_clear(self, at: int) -> bool:
        """Say whether the effect of a channel is told from none, by Holm's step-down over all channels."""
        order = np.argsort(self.p_value, kind="stable")
        limit = FAMILY / (len(order) - np.arange(len(order)))
        passed = np.cumprod(self.p_value[order] <= limit).astype(bool)
        return bool(passed[np.flatnonzero(order == at)[0]])


def finding(rows: Daily, row: int, shares: Floats, worth: float, fitted: Evidence | None) -> dict[str, Any]:
    """Return everything about one ad channel as plain values (see the contract of `curves`)."""
    now = float(rows.cost[row, -RECENT_DAYS:].mean())
    found: dict[str, Any] = {
        "status": "cannot_tell",
        "reason": "lands_unknown" if not shares.sum() else "too_little_spend",
        "lands_on": {name: float(part) for name, part in zip(rows.sales, shares, strict=True) if part > 0},
        "control": "sales_channels" if len(rows.sales) > 1 else "calendar",
        "spend": now,
        "claimed": float(rows.claimed[row, -RECENT_DAYS:].mean()),
        "worth": worth,
        "n_days": int((rows.cost[row] > 0).sum()),
        "curve": None,
        "draws": None,
    }
    if fitted is None:
        return found
    at = int(np.flatnonzero(fitted.place == row)[0])
    orders = fitted.curve(at, 1.0)
    tried = fitted.problem.shapes[at]
    half, slope, ceiling = nearest(orders, tried.half, tried.slope, 2 * max(now, _usual(rows.cost[row])))
    found |= {
        "curve": {"half": half, "slope": slope, "ceiling": ceiling},
        "carry": float(tried.carry[fitted.drawn.place[:, at]].mean()),
        "draws": orders.packed(),
        "p_value": float(fitted.p_value[at]),
        "lead": float(fitted.lead[at]),
        "widen": float(fitted.widen[at]),
        "spans": {axis: list(map(float, ends[at])) for axis, ends in fitted.spans.items()},
        "noise": _noise(fitted, shares),
    }
    reason = _doubt(rows, row, fitted, at, worth)
    return found | {"reason": reason, "status": "cannot_tell" if reason else "known"}


def _doubt(rows: Daily, row: int, fitted: Evidence, at: int, worth: float) -> str:
    """Return why a fitted curve cannot be told, empty where it is known."""
    cost = rows.cost[row]
    if abs(float(fitted.lead[at])) > LEAD_LIMIT:
        return "follows_demand"
    if fitted.is_clear(at):
        return ""
    if cost.std() < STEADY * cost.mean():
        return "too_steady"
    usual = _usual(cost)
    _, _, most = span(fitted.curve(at, worth).at(np.array([usual]))[0])
    return "no_effect_seen" if most < usual else "too_noisy"


def _usual(cost: Floats) -> float:
    return float(cost[cost > 0].mean()) if (cost > 0).any() else 0.0


def _noise(fitted: Evidence, shares: Floats) -> float:
    """Return the standard deviation of a day's orders on the sales channels it lands on, less their control.

    var = phi * m * (1 + m / rest) with m the orders there and rest those of the other sales channels.
    """
    recent = fitted.problem.baseline[:, -RECENT_DAYS:].mean(axis=1)
    lands = shares > 0
    here = float(recent[lands].sum())
    rest = float(recent[~lands].sum())
    phi = float((fitted.problem.noise * recent)[lands].sum() / max(here, 1e-9))
    return float(np.sqrt(phi * here * (1 + here / rest if rest > 0 else 1)))
