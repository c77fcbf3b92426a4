"""The method: what each ad channel truly brings, from daily sums of spend and of the orders of every sales channel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from quanyu.measure.curve.daily import Daily, Sums
from quanyu.measure.curve.finding import Evidence, finding
from quanyu.measure.curve.season import season
from quanyu.method import AskSum, Fit, Inconclusive, Need, Parameters
from quanyu.method.method import Arrays
from quanyu.solve.panel import Measured, Panel, posterior, profile, regression
from quanyu.solve.response import saturate
from quanyu.solve.thread import one_thread

Floats = NDArray[np.float64]
FEWEST_DAYS = 90
FEWEST_SPEND_DAYS = 14
LEAD_DAYS = (1, 3, 7, 14)
"""Days by which later spend is held against today's orders: budgets follow yesterday, last week, or a plan."""
CLOSED_AFTER = 14
"""A sales channel without an order for so many days at the end is taken to be closed."""
SMALLEST = 1e-6
NO_DATA = "there are no orders or no spend in the window"
TOO_SHORT = f"fewer than {FEWEST_DAYS} days have both orders and spend"
NO_MARGIN = "the margin of orders is not known"
Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ReturnCurve:
    """The specification of the return curves of all ad channels.

    Orders of sales channel p on day t have the mean b_pt + sum over ad channels c of lands_cp * f_c(spend), with

        f_c = ceiling_c * a**slope_c / (half_c**slope_c + a**slope_c),  a_t = carry_c * a_(t-1) + (1 - carry_c) * spend_t,

    and log b_pt = trend_p(t) + weekday_p + festivals_p + own campaigns_p + delta_t. delta_t is free on every day and
    common to all sales channels: whatever moves them all is not taken for an effect of ads. The variance is
    phi_p times the mean. Given the shapes (carry, half, slope) this is linear; the shapes are searched on a grid.

    What must hold: (1) an ad acts on the sales channels it `lands` on and not on the others, which are its
    control; (2) what moves the sales channels apart from one another, beyond trend, weekday, festivals and own
    campaigns, does not go with the spend; (3) the effect depends on the spend, not on the day. Checked: spend one, three,
    seven and 14 days ahead must not explain today's orders, and an effect must be so large that such a following would
    have shown (2); a shape search under no effect must not find so much (p_no_effect); scores are widened for serial
    correlation. What platforms claim is never used.

    `lands` are shares by ad channel and sales channel, `order_margin` the margin of an order by sales channel,
    `measured` differences from experiments: (ad channel, spend from, spend to, orders per day, standard error).

    Sources: Jin, Wang, Sun, Chan, Koehler (2017) for carry-over and Hill saturation; Blake, Nosko, Tadelis (2015)
    for differences in differences of paid channels; Venzon, Moolgavkar (1988) for profile intervals.

    >>> ReturnCurve(dt.date(2026, 11, 20), (), ()).n_draws
    300
    """

    as_of: dt.date
    lands: tuple[tuple[str, Shares], ...]
    order_margin: Shares
    measured: tuple[tuple[str, float, float, float, float], ...] = ()
    is_chinese: bool = True
    n_draws: int = 300
    seed: int = 0

    def need(self, t: ir.Table) -> Need:
        """Ask for the daily sums (see `daily`)."""
        keys = {"kind": t.kind, "name": t.name, "on": t.on}
        return Need.of(t, keys, n=AskSum(t.n), amount=AskSum(t.amount))

    def solve(self, stats: Mapping[str, Sums]) -> Parameters | Inconclusive:
        """Fit all curves together and say for each whether it is known."""
        rows = Daily.of(stats["n"], stats["amount"], self.as_of)
        if rows is None:
            return Inconclusive(NO_DATA)
        if rows.n_days < FEWEST_DAYS:
            return Inconclusive(TOO_SHORT)
        if not self.order_margin:
            return Inconclusive(NO_MARGIN)
        lands = {ad: dict(parts) for ad, parts in self.lands}
        rows = rows.gathered(frozenset(name for parts in lands.values() for name in parts))
        shares = np.array([[lands.get(ad, {}).get(name, 0.0) for name in rows.sales] for ad in rows.ads])
        if len(rows.sales) == 1:
            shares = np.ones_like(shares)
        usable = (shares.sum(axis=1) > 0) & ((rows.cost > 0).sum(axis=1) >= FEWEST_SPEND_DAYS)
        order_margin = self._order_margin(rows, shares)
        with one_thread():
            fitted = self._fit(rows, shares, order_margin, np.flatnonzero(usable)) if usable.any() else None
        channels = {
            ad: finding(rows, row, shares[row], order_margin[row], fitted if usable[row] else None)
            for row, ad in enumerate(rows.ads)
        }
        diagnostics: dict[str, Any] = {"n_days": rows.n_days, "sales_channels": list(rows.sales)}
        if fitted:
            diagnostics["noise"] = dict(zip(rows.sales, fitted.problem.noise.tolist(), strict=True))
        return {"channels": channels, "diagnostics": diagnostics}

    def _fit(self, rows: Daily, shares: Floats, order_margin: Floats, place: NDArray[np.int64]) -> Evidence:
        nuisance, group = season(rows.first, rows.n_days, rows.sent, is_chinese=self.is_chinese)
        lands = shares[place] / shares[place].sum(axis=1, keepdims=True)
        panel = Panel(rows.orders, rows.cost[place], lands, nuisance, group, is_open(rows.orders))
        at = {rows.ads[row]: number for number, row in enumerate(place.tolist())}
        problem = regression(
            panel,
            [
                Measured(at[measurement[0]], *measurement[1:])
                for measurement in self.measured
                if measurement[0] in at
            ],
        )
        best = profile.peak(problem)
        widen = profile.inflation(problem, best)
        random = np.random.default_rng([self.seed, 1])
        later = profile.placebo(problem, best, lands, LEAD_DAYS)
        return Evidence(
            place=place,
            problem=problem,
            widen=widen,
            p_value=profile.p_values(problem, best, widen, random),
            lead=later.score / np.sqrt(widen)[:, None],
            lead_error=later.error * np.sqrt(widen)[:, None],
            spans={axis: profile.interval(problem, best, widen, axis) for axis in ("carry", "half", "slope")},
            best=best,
            drawn=posterior.draws(
                problem,
                best,
                posterior.Belief(
                    np.maximum(rows.cost[place].mean(axis=1) / order_margin[place], SMALLEST), widen
                ),
                self.n_draws,
                random,
            ),
        )

    def _order_margin(self, rows: Daily, shares: Floats) -> Floats:
        """Return the worth of an order of each ad channel: of the sales channels it lands on, else of all."""
        known = dict(self.order_margin)
        usual = sum(known.values()) / len(known)
        each = np.array([known.get(name, usual) for name in rows.sales])
        weight = np.where(shares.sum(axis=1, keepdims=True) > 0, shares, rows.orders.sum(axis=1))
        return np.asarray(np.maximum(weight @ each / weight.sum(axis=1), SMALLEST))

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add `n_caused`: the orders per day that each row's amount brings, spent steadily on its ad channel.

        By the curve nearest to the mean of all draws; null for rows that are no spend and for unknown curves.
        """
        amount = t.amount.cast("float64")
        safe = ibis.ifelse(amount > 0, amount, 1.0)
        branches = []
        for name, curve in _scored(fit).items():
            level = 1 / (1 + ((safe.ln() - float(np.log(curve["half"]))) * -curve["slope"]).exp())
            branches.append(
                (
                    (t.kind == "spend") & (t.name == name),
                    ibis.ifelse(amount > 0, curve["ceiling"] * level, 0.0),
                )
            )
        nothing = ibis.null("float64")
        return t.mutate(n_caused=ibis.cases(*branches, else_=nothing) if branches else nothing)

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        amount = np.asarray(columns["amount"], dtype=np.float64)
        caused = np.full(len(amount), np.nan)
        for name, curve in _scored(fit).items():
            is_channel = (columns["kind"] == "spend") & (columns["name"] == name)
            level = saturate(np.maximum(amount[is_channel], 1e-300), curve["half"], curve["slope"])
            caused[is_channel] = np.where(amount[is_channel] > 0, curve["ceiling"] * level, 0.0)
        return {"n_caused": caused}


def _scored(fit: Fit) -> dict[str, Mapping[str, Any]]:
    return {
        name: channel["curve"] for name, channel in fit.parameters["channels"].items() if channel["curve"]
    }


def is_open(orders: Floats) -> Floats:
    """Return 1.0 on the days of each sales channel from its first order to its last (or the end), else 0.0."""
    n_days = orders.shape[1]
    day = np.arange(n_days)
    rows = []
    for row in orders:
        seen = np.flatnonzero(row)
        last = n_days - 1 if n_days - 1 - seen[-1] <= CLOSED_AFTER else int(seen[-1])
        rows.append((day >= seen[0]) & (day <= last))
    return np.array(rows, dtype=np.float64)
