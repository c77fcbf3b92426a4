"""Order value: what an order of each buyer will be worth, drawn towards the average the fewer they placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np

from quanyu.method import AskCells, Cells, Fit, Inconclusive, Need, Parameters
from quanyu.method.method import Arrays
from quanyu.solve.gamma_gamma import GammaGamma, Spending, estimate_spending
from quanyu.text import Sentence

COLUMNS = ("n_orders", "mean_amount")
LEAST_BUYERS = 50
RELATED = 0.3
"""Correlation of frequency and worth beyond which the model's independence is in doubt."""

MONEY = {
    "margin": "Money is the margin of orders; where one is unknown, {rate:.0%} of its net amount.",
    "rate": "Money is the net amount of orders times the margin rate of the settings, {rate:.0%}.",
    "net": "Money is the net amount of orders: their margins are not known, and no margin rate is set.",
}
"""What money is counted, by basis."""
DEPENDENT = "How often people buy and how much an order is worth are related (correlation {correlation:.2f})."
NO_AVERAGE = "The worth of an order has no finite average under the model (q = {q:.2f}); the average of everybody is used."

SENTENCES = (DEPENDENT, NO_AVERAGE)


@dataclass(frozen=True)
class OrderValue:
    """The specification of a forecast of what an order is worth.

    Rows hold `n_orders` (at least one) and `mean_amount`, what they were worth on average. The worth of an order
    varies around each buyer's own average, and averages vary between buyers, as the Gamma-Gamma model says (Fader
    and Hardie 2013, see `quanyu.solve.gamma_gamma`); it supposes that they do not depend on how often one buys, which
    the diagnostics check. Averages at or below zero are left out of the fit and scored as zero.

    >>> OrderValue().least_orders
    1
    """

    least_orders: int = 1

    def begin(self) -> Parameters:
        """Start with nothing known."""
        return {}

    def need(self, state: Parameters, t: ir.Table) -> Need:
        """Ask for the distinct pairs of orders and average worth."""
        return Need.of(t, cells=AskCells({name: t[name] for name in COLUMNS}))

    def solve(self, stats: Mapping[str, Cells], state: Parameters) -> tuple[Parameters, bool] | Inconclusive:
        """Find the largest likelihood."""
        x, mean = (stats["cells"].columns[name].astype(np.float64) for name in COLUMNS)
        weight = stats["cells"].weight.astype(np.float64)
        use = (x >= self.least_orders) & (mean > 0)
        if weight[use].sum() < LEAST_BUYERS or len(np.unique(mean[use])) < 2:
            return Inconclusive(
                Sentence(
                    "{n} buyers with orders worth something are too few to tell what an order will be worth: at least "
                    "{least} with different averages are needed",
                    n=int(weight[use].sum()),
                    least=LEAST_BUYERS,
                )
            )
        cells = Spending(x[use], mean[use], weight[use])
        found = estimate_spending(cells)
        p, q, gamma = np.exp(found.place)
        errors = [float(error) if np.isfinite(error) else None for error in found.standard_error]
        related = _correlation(cells)
        reasons: list[list[object]] = []
        if abs(related) > RELATED:
            reasons.append([DEPENDENT, {"correlation": related}])
        if q <= 1:
            reasons.append([NO_AVERAGE, {"q": float(q)}])
        diagnostics = {
            "n_buyers": int(weight[use].sum()),
            "n_left_out": int(weight[~use].sum()),
            "log_likelihood": found.log_likelihood,
            "standard_errors": dict(zip(GammaGamma.names, errors, strict=True)),
            "correlation": related,
            "fits": not reasons,
            "reasons": reasons,
        }
        average = float((cells.x * cells.mean * cells.weight).sum() / (cells.x * cells.weight).sum())
        return {"p": p, "q": q, "gamma": gamma, "average": average, "diagnostics": diagnostics}, True

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Add expected_order_amount = p (gamma + n mean) / (p n + q - 1)."""
        p, q, gamma = (float(fit.parameters[name]) for name in GammaGamma.names)
        n = t.n_orders.cast("float64")
        worth = ibis.greatest(t.mean_amount.cast("float64"), 0.0)
        below = p * n + (q - 1)
        amount = ibis.ifelse(below > 0, p * (gamma + worth * n) / below, float(fit.parameters["average"]))
        return t.mutate(expected_order_amount=amount)

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return what `score` adds, by NumPy."""
        model = GammaGamma(*(float(fit.parameters[name]) for name in GammaGamma.names))
        n, mean = (columns[name].astype(np.float64) for name in COLUMNS)
        below = model.p * n + (model.q - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            amount = np.where(below > 0, model.expected(n, mean), float(fit.parameters["average"]))
        return {"expected_order_amount": amount}


def _correlation(cells: Spending) -> float:
    """Correlation of the number of orders and their average worth, over those with two or more; 0 if it has none."""
    again = cells.x > 1
    if again.sum() < 2:
        return 0.0
    x, mean, weight = cells.x[again], cells.mean[again], cells.weight[again]
    a, b = x - np.average(x, weights=weight), mean - np.average(mean, weights=weight)
    spread = np.sqrt((weight * a * a).sum() * (weight * b * b).sum())
    return float((weight * a * b).sum() / spread) if spread > 0 else 0.0
