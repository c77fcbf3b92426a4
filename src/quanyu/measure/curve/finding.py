"""What is found for one ad channel: its curve in orders and in money, and whether it is known at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quanyu.measure.curve.daily import Daily
from quanyu.solve.curve import Curve, nearest
from quanyu.solve.panel import Regression, posterior, profile
from quanyu.solve.response import saturate
from quanyu.tables.owned.curve import DOUBTS

Floats = NDArray[np.float64]
RECENT_DAYS = 28
FAMILY = 0.05
"""Probability that any channel of a shop without effects is called known (Holm 1979)."""
LEAD_LIMIT = 2.8
"""Largest score of later spend: beyond it lies 1 % of what chance does with seven channels and four leads (whose scores have
a standard deviation of 0.8 on simulated shops, as variances are widened by 1.5 at least)."""
GUARD = 2.0
"""Errors of later spend's effect that an effect must measure, or following demand for all of it would not have shown."""
STEADY = 0.1


@dataclass(frozen=True, eq=False)
class Evidence:
    """The joint fit: arrays by fitted ad channel, `place` says which row of the daily facts each is."""

    place: NDArray[np.int64]
    problem: Regression
    widen: Floats
    p_value: Floats
    lead: Floats
    lead_error: Floats
    spans: Mapping[str, Floats]
    best: profile.Peak
    drawn: posterior.Draws

    def curve(self, at: int, order_margin: float) -> Curve:
        """Return the draws of a channel's curve, in money by the worth of an order."""
        tried, place = self.problem.shapes[at], self.drawn.place[:, at]
        ceiling = tried.ceiling(self.drawn.level[:, at], place)
        return Curve(tried.half[place], tried.slope[place], ceiling * order_margin)

    def is_clear(self, at: int) -> bool:
        """Say whether the effect of a channel is told from none, by Holm's step-down over all channels."""
        order = np.argsort(self.p_value, kind="stable")
        limit = FAMILY / (len(order) - np.arange(len(order)))
        passed = np.cumprod(self.p_value[order] <= limit).astype(bool)
        return bool(passed[np.flatnonzero(order == at)[0]])

    def raw(self, at: int, spend: float) -> float:
        """Return the orders a day that the likeliest curve brings at a spend, nothing shrunk."""
        tried, place = self.problem.shapes[at], int(self.best.place[at])
        ceiling = float(tried.ceiling(float(self.best.level[at]), place))
        return ceiling * float(saturate(np.array([spend]), tried.half[place], tried.slope[place])[0])


def finding(
    rows: Daily, row: int, shares: Floats, order_margin: float, fitted: Evidence | None
) -> dict[str, Any]:
    """Return everything about one ad channel as plain values (see the contract of `curves`)."""
    now = float(rows.cost[row, -RECENT_DAYS:].mean())
    record: dict[str, Any] = {
        "status": "cannot_tell",
        "verdict": "cannot_tell",
        "reason": "lands_unknown" if not shares.sum() else "too_little_spend",
        "lands_on": {name: float(part) for name, part in zip(rows.sales, shares, strict=True) if part > 0},
        "control": "sales_channels" if len(rows.sales) > 1 else "calendar",
        "spend": now,
        "claimed": float(rows.claimed[row, -RECENT_DAYS:].mean()),
        "order_margin": order_margin,
        "n_days": int((rows.cost[row] > 0).sum()),
        "curve": None,
        "draws": None,
    }
    if fitted is None:
        return record
    at = int(np.flatnonzero(fitted.place == row)[0])
    orders = fitted.curve(at, 1.0)
    tried = fitted.problem.shapes[at]
    half, slope, ceiling = nearest(orders, tried.half, tried.slope, 2 * max(now, _usual(rows.cost[row])))
    record |= {
        "curve": {"half": half, "slope": slope, "ceiling": ceiling},
        "carry": float(tried.carry[fitted.drawn.place[:, at]].mean()),
        "draws": orders.packed(),
        "p_value": float(fitted.p_value[at]),
        "lead": float(fitted.lead[at][np.abs(fitted.lead[at]).argmax()]),
        "raw": fitted.raw(at, now or _usual(rows.cost[row])),
        "widen": float(fitted.widen[at]),
        "spans": {axis: list(map(float, ends[at])) for axis, ends in fitted.spans.items()},
        "noise": _noise(fitted, shares),
    }
    spend = now or _usual(rows.cost[row])
    _, low, high = orders.span(orders.at(np.array([spend]))[0] * order_margin)
    reason = _mistrust(rows.cost[row], fitted, at)
    if reason:
        return record | {"reason": reason}
    is_known = fitted.is_clear(at) and low > 0
    said = verdict(low, high, spend, is_known=is_known)
    unsure = said if said in DOUBTS else "too_noisy"
    return record | {
        "status": "known" if is_known else "cannot_tell",
        "reason": "" if is_known else unsure,
        "verdict": said,
    }


def verdict(low: float, high: float, spend: float, *, is_known: bool) -> str:
    """Return what an interval of the money that a channel brings says of it (see `VERDICTS`).

    >>> verdict(120.0, 180.0, 100.0, is_known=True), verdict(20.0, 80.0, 100.0, is_known=False)
    ('pays', 'earns_less')
    >>> verdict(0.0, 80.0, 100.0, is_known=False), verdict(0.0, 180.0, 100.0, is_known=False)
    ('no_effect_seen', 'cannot_tell')
    """
    if high < spend:
        return "earns_less" if low > 0 else "no_effect_seen"
    if not is_known:
        return "cannot_tell"
    return "pays" if low > spend else "works"


def _mistrust(cost: Floats, fitted: Evidence, at: int) -> str:
    """Return why the fit of a channel must not be believed, whatever it says; empty where it may."""
    if cost.std() < STEADY * cost.mean():
        return "too_steady"
    if np.abs(fitted.lead[at]).max() > LEAD_LIMIT:
        return "follows_demand"
    if fitted.is_clear(at) and fitted.best.level[at] < GUARD * fitted.lead_error[at].min():
        return "may_follow_demand"
    return ""


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
