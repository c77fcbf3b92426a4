"""How much faster than usual the clock of demand ran on each day: counts over what was expected, by the calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.solve.history import Values

ROUNDS = 12
LEAST_DISPERSION = 1.0


@dataclass(frozen=True)
class Demand:
    """The logarithm of demand: `level` and an `effect` per column, with their covariance (columns only)."""

    level: float
    effect: Values
    covariance: Values

    def of(self, columns: Values) -> Values:
        """Return the relative demand of days with these columns (days, k), 1 where all effects are 0."""
        return np.asarray(np.exp(columns @ self.effect))


def relative_demand(actual: Values, expected: Values, columns: Values, spread: Values) -> Demand:
    """Return the demand under which the counts of days were likeliest.

    actual ~ quasi-Poisson with mean expected * exp(level + columns @ effect), effect_k ~ Normal(0, spread_k), by
    Newton steps on the penalised likelihood (McCullagh and Nelder 1989, Generalized Linear Models, chapters 6 and 9). The
    covariance is that of the posterior, widened by the dispersion of the counts.

    >>> demand = relative_demand(np.array([9.0, 30.0] * 50), np.full(100, 10.0), np.array([[0.0], [1.0]] * 50), np.array([9.0]))
    >>> demand.of(np.array([[1.0]])).round(1).tolist(), round(float(np.exp(demand.level)), 1)
    ([3.3], 0.9)
    """
    use = expected > 0
    y, offset, x = actual[use], np.log(expected[use]), columns[use]
    design = np.hstack([np.ones((len(y), 1)), x])
    hold = np.concatenate([[1e-9], 1 / spread**2])
    place = np.zeros(design.shape[1])
    place[0] = np.log((y.sum() + 0.5) / (expected[use].sum() + 0.5))
    dispersion = 1.0
    for _ in range(ROUNDS):
        mean = np.exp(np.clip(offset + design @ place, -30, 30))
        information = (design.T * mean) @ design / dispersion + np.diag(hold)
        slope = design.T @ (y - mean) / dispersion - hold * place
        step = np.linalg.solve(information, slope)
        place = place + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        free = max(len(y) - design.shape[1], 1)
        dispersion = max(float(((y - mean) ** 2 / np.maximum(mean, 0.05)).sum()) / free, LEAST_DISPERSION)
        if np.abs(step).max() < 1e-6:
            break
    covariance = np.linalg.inv(information)[1:, 1:]
    return Demand(float(place[0]), place[1:], covariance)
