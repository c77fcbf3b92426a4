"""NBD: everybody stays a customer for ever; the reference that the other models must beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from quanyu.solve.history import History, Values, climb, negative_binomial


@dataclass(frozen=True)
class Nbd:
    """Buying at a constant rate drawn from Gamma(r, alpha) (Ehrenberg 1959).

    L = Gamma(r + x) / Gamma(r) * alpha^r / (alpha + T)^(r + x).

    >>> Nbd(0.385, 12.072).orders_if_alive(np.array([2.0]), np.array([39.0]), np.array([39.0])).round(2).tolist()
    [1.82]
    """

    r: Values | float
    alpha: Values | float

    names: ClassVar[tuple[str, ...]] = ("r", "alpha")
    rate: ClassVar[tuple[str, int]] = ("alpha", -1)
    leave: ClassVar[tuple[str, int] | None] = None

    @staticmethod
    def starts(cells: History) -> Sequence[Values]:
        """Return log-parameters to start from: the mean rate with much and with little spread."""
        return [np.log([r, r * rate_scale(cells)]) for r in (0.3, 2.0)]

    def slopes(self, x: Values, t_x: Values, age: Values) -> tuple[Values, Values]:
        """See `Model.slopes`."""
        level, by_r = climb(self.r, x)
        fall = np.log(self.alpha) - np.log(self.alpha + age)
        r_part = self.r * (by_r + fall)
        alpha_part = self.r - (self.r + x) * self.alpha / (self.alpha + age)
        return level + self.r * fall - x * np.log(self.alpha + age), np.stack([r_part, alpha_part])

    def p_alive(self, x: Values, t_x: Values, age: Values) -> Values:
        """Return 1: nobody ever leaves."""
        return np.ones(len(x))

    def orders_if_alive(self, x: Values, age: Values, ahead: Values) -> Values:
        """Return (r + x) / (alpha + T) * t."""
        return np.asarray((self.r + x) / (self.alpha + age) * ahead)

    def discounted_if_alive(self, x: Values, age: Values, ahead: float, rate: float) -> Values:
        """Return the same with a purchase at time u counting exp(-rate u)."""
        lasting = ahead if rate == 0 else -np.expm1(-rate * ahead) / rate
        return np.asarray((self.r + x) / (self.alpha + age) * lasting)

    def upto_if_alive(self, x: Values, age: Values, ahead: float, most: int) -> Values:
        """See `Model.upto_if_alive`."""
        pmf = negative_binomial(self.r + x, ahead / (self.alpha + age + ahead), most)
        return np.minimum(np.cumsum(pmf, axis=1), 1.0)


def rate_scale(cells: History) -> float:
    """Return the observed time per repeat purchase, the scale of alpha over r."""
    watched = float((cells.weight * cells.age).sum())
    return max(watched, 1e-6) / max(cells.n_repeats, 0.5)
