"""Order value: what an order of each buyer will be worth, drawn towards the average the fewer they placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from quanyu.method import AskCells, Cells, Fit, Inconclusive, Need, Parameters
from quanyu.method.method import Arrays
from quanyu.solve.history import Values
from quanyu.solve.likelihood import Maximum
from quanyu.solve.spending import GammaGamma, Spending, estimate_spending
from quanyu.text import Sentence, Text

COLUMNS = ("n_orders", "mean_amount")
LEAST_BUYERS, LEAST_AGAIN = 50, 20
"""Buyers, and buyers with orders on two days or more, below which nothing is fitted."""
RELATED = 0.3
"""Correlation of frequency and worth beyond which the model's independence is in doubt."""
CLEAR, MOST_APART = 2.0, 1.25
"""By how many standard errors q must exceed 1, and how far the model's average may lie from what was paid."""
SAME_PRICE = 1e-9
MOST_LEFT_OUT = 0.05

MONEY: Mapping[str, Text] = {
    "margin": "Money is the margin of orders; where one is unknown, {rate:.0%} of its net amount.",
    "rate": "Money is the net amount of orders times the margin rate of the settings, {rate:.0%}.",
    "net": "Money is the net amount of orders: their margins are not known, and no margin rate is set.",
}
"""What money is counted, by basis."""
DEPENDENT: Text = (
    "How often people buy and how much an order is worth are related (correlation {correlation:.2f})."
)
NO_AVERAGE: Text = "The worth of an order has no finite average under the model (q = {q:.2f}); the average of everybody is used."
UNSETTLED: Text = (
    "The model's average worth of an order is not settled (q = {q:.2f}; {found:,.2f} where buyers paid {paid:,.2f}); "
    "the average of everybody is used."
)
ONE_PRICE: Text = "Every order was worth {price:,.2f}; that is what an order is worth to come."
FEW_AGAIN: Text = (
    "Only {n} buyers ordered on two days or more, too few to tell buyers apart by what they pay; "
    "the average of everybody is used."
)
FEW_BUYERS: Text = "Only {n} buyers had orders worth something; the average of everybody is used."
LEFT_OUT: Text = (
    "{share:.0%} of buyers brought nothing after returns and costs; they are left out of the model."
)


MODEL, AVERAGE = "gamma_gamma", "average"


@dataclass(frozen=True)
class OrderValue:
    """The specification of a forecast of what an order is worth.

    Rows hold `n_orders` (at least one) and `mean_amount`, what they were worth on average. The worth of an order
    varies around each buyer's own average, and averages vary between buyers, as the Gamma-Gamma model says (Fader
    and Hardie 2013, see `quanyu.solve.spending.gamma_gamma`); it supposes that they do not depend on how often one buys, which
    the diagnostics check. Averages at or below zero are left out of the fit and scored as zero.

    The model serves (`rule` gamma_gamma) where its own average exists and is settled: q exceeds 1 by two standard errors, and
    p gamma / (q - 1) is within a quarter of what buyers paid. Otherwise everybody gets the average of all orders (`rule` average),
    and the reasons say so.

    >>> OrderValue().least_orders
    1
    """

    least_orders: int = 1

    def need(self, t: ir.Table) -> Need:
        """Ask for the distinct pairs of orders and average worth."""
        return Need.of(t, cells=AskCells({name: t[name] for name in COLUMNS}))

    def solve(
        self, stats: Mapping[str, Cells], before: Parameters | None = None
    ) -> Parameters | Inconclusive:
        """Find the largest likelihood, from what was learned `before` where something was."""
        x, mean = (stats["cells"].columns[name].astype(np.float64) for name in COLUMNS)
        weight = stats["cells"].weight.astype(np.float64)
        use = (x >= self.least_orders) & (mean > 0)
        cells = Spending(x[use], mean[use], weight[use])
        if not cells.weight.sum():
            return Inconclusive(Sentence("no buyer has an order that is worth something"))
        average = max(float((x * mean * weight).sum() / (x * weight).sum()), 0.0)
        told: dict[str, Any] = {"n_buyers": int(cells.weight.sum()), "n_left_out": int(weight[~use].sum())}
        reasons = _too_little(cells)
        first = np.log([before[name] for name in GammaGamma.names]) if before and "p" in before else None
        maximum = None if reasons else estimate_spending(cells, first)
        learned: dict[str, Any] = {"rule": AVERAGE, "average": average}
        if maximum is not None:
            learned |= dict(
                zip(GammaGamma.names, (float(parameter) for parameter in np.exp(maximum.place)), strict=True)
            )
            reasons = _unsettled(maximum, cells)
            learned["rule"] = AVERAGE if reasons else MODEL
            errors = [float(error) if np.isfinite(error) else None for error in maximum.standard_error]
            told |= {
                "log_likelihood": maximum.log_likelihood,
                "standard_errors": dict(zip(GammaGamma.names, errors, strict=True)),
            }
        related, left = _correlation(cells), told["n_left_out"] / weight.sum()
        if abs(related) > RELATED:
            reasons.append([DEPENDENT, {"correlation": related}])
        if left > MOST_LEFT_OUT:
            reasons.append([LEFT_OUT, {"share": float(left)}])
        diagnostics = {**told, "correlation": related, "fits": not reasons, "reasons": reasons}
        return {**learned, "diagnostics": diagnostics}

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add expected_order_amount = p (gamma + n mean) / (p n + q - 1), or the average of all orders."""
        if fit.parameters["rule"] == AVERAGE:
            return t.mutate(expected_order_amount=ibis.literal(float(fit.parameters["average"])))
        p, q, gamma = (float(fit.parameters[name]) for name in GammaGamma.names)
        n = t.n_orders.cast("float64")
        worth = ibis.greatest(t.mean_amount.cast("float64"), 0.0)
        return t.mutate(expected_order_amount=p * (gamma + worth * n) / (p * n + (q - 1)))

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        n, mean = (columns[name].astype(np.float64) for name in COLUMNS)
        return {"expected_order_amount": worth_of(fit.parameters, n, mean)}


def worth_of(learned: Parameters, n: Values, mean: Values) -> Values:
    """Return what an order of buyers with `n` orders worth `mean` on average is worth."""
    if learned["rule"] == AVERAGE:
        return np.full(len(n), float(learned["average"]))
    return GammaGamma(*(float(learned[name]) for name in GammaGamma.names)).expected(n, mean)


def _too_little(cells: Spending) -> list[list[object]]:
    """Why no model can be fitted, if so."""
    n, again = int(cells.weight.sum()), int(cells.weight[cells.x > 1].sum())
    low, high = float(cells.mean.min()), float(cells.mean.max())
    if high - low <= SAME_PRICE * high:
        return [[ONE_PRICE, {"price": high}]]
    if n < LEAST_BUYERS:
        return [[FEW_BUYERS, {"n": n}]]
    return [[FEW_AGAIN, {"n": again}]] if again < LEAST_AGAIN else []


def _unsettled(maximum: Maximum, cells: Spending) -> list[list[object]]:
    """Why the average under the model cannot be used, if so."""
    p, q, gamma = (float(parameter) for parameter in np.exp(maximum.place))
    if q <= 1:
        return [[NO_AVERAGE, {"q": q}]]
    average, paid = p * gamma / (q - 1), float(np.average(cells.mean, weights=cells.weight))
    error = float(maximum.standard_error[1])
    is_settled = q - 1 > CLEAR * error and 1 / MOST_APART <= average / paid <= MOST_APART
    return [] if is_settled else [[UNSETTLED, {"q": q, "found": average, "paid": paid}]]


def _correlation(cells: Spending) -> float:
    """Correlation of the number of orders and their average worth, over those with two or more; 0 if it has none."""
    again = cells.x > 1
    if again.sum() < 2:
        return 0.0
    x, mean, weight = cells.x[again], cells.mean[again], cells.weight[again]
    a, b = x - np.average(x, weights=weight), mean - np.average(mean, weights=weight)
    spread = np.sqrt((weight * a * a).sum() * (weight * b * b).sum())
    return float((weight * a * b).sum() / spread) if spread > 0 else 0.0
