"""Pareto/NBD: a customer leaves at a moment of their own, whether or not they buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy

from quanyu.solve.history import History, Values, chance_alive, climb, in_blocks, legendre, negative_binomial
from quanyu.solve.value.nbd import rate_scale

NODE, WEIGHT = legendre(24)
REACH = 36.0
BLOCK = 1_024
"""So many histories at a time stay in the processor's cache with all their nodes."""


@dataclass(frozen=True)
class ParetoNbd:
    """Rate lambda ~ Gamma(r, alpha) until a death at rate mu ~ Gamma(s, beta).

    Schmittlein, Morrison and Colombo 1987, Management Science 33(1); the expectations as in Fader and Hardie 2005,
    "A note on deriving the Pareto/NBD model". With the moment of death integrated instead of written as two 2F1,

    L = Gamma(r + x) / Gamma(r) * alpha^r * beta^s * [ (alpha + T)^-(r + x) (beta + T)^-s
        + s * integral of (alpha + u)^-(r + x) (beta + u)^-(s + 1) over u from t_x to T ],

    by Gauss-Legendre in log(min(alpha, beta) + u): no branches, all terms positive, exact slopes.

    >>> cdnow = ParetoNbd(0.553, 10.578, 0.606, 11.669)
    >>> cdnow.p_alive(np.array([2.0]), np.array([30.43]), np.array([38.86])).round(3).tolist()
    [0.869]
    """

    r: Values | float
    alpha: Values | float
    s: Values | float
    beta: Values | float

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    rate: ClassVar[tuple[str, int]] = ("alpha", -1)
    leave: ClassVar[tuple[str, int] | None] = ("beta", -1)

    @staticmethod
    def starts(cells: History) -> Sequence[Values]:
        """Return log-parameters to start from."""
        scale = rate_scale(cells)
        span = max(float(np.average(cells.age, weights=cells.weight)), 1e-3)
        return [
            np.log([r, r * scale * share, s, span * age])
            for r, share, s, age in ((0.5, 0.6, 0.6, 0.5), (1.0, 0.8, 0.5, 2.0), (3.0, 0.7, 2.0, 2.0))
        ]

    def slopes(self, x: Values, t_x: Values, age: Values) -> tuple[Values, Values]:
        """See `Model.slopes`."""
        r, alpha, s, beta = (
            np.broadcast_to(value, x.shape) for value in (self.r, self.alpha, self.s, self.beta)
        )
        rising, by_r = climb(self.r, x)
        alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        dead, means = self._dead(x, t_x, age)
        total = np.logaddexp(alive, dead)
        gone = np.exp(dead - total)
        log_alpha, over_alpha, log_beta, over_beta = means
        level = rising + r * np.log(alpha) + s * np.log(beta) + total
        stay = 1 - gone
        by_s = np.log(beta) - stay * np.log(beta + age) + gone * (1 / s - log_beta)
        return level, np.stack([
            r * (by_r + np.log(alpha) - stay * np.log(alpha + age) - gone * log_alpha),
            r - (r + x) * alpha * (stay / (alpha + age) + gone * over_alpha),
            s * by_s,
            s - beta * (stay * s / (beta + age) + gone * (s + 1) * over_beta),
        ])  # fmt: skip

    def p_alive(self, x: Values, t_x: Values, age: Values) -> Values:
        """Return the first term of the likelihood's bracket over both."""
        alive = -(self.r + x) * np.log(self.alpha + age) - self.s * np.log(self.beta + age)
        dead, _ = self._dead(x, t_x, age)
        return chance_alive(dead - alive)

    def orders_if_alive(self, x: Values, age: Values, ahead: Values) -> Values:
        """Return (r + x) / (alpha + T) * integral of ((beta + T) / (beta + T + u))^s over u from 0 to t."""
        left = self.beta + age
        span = np.log1p(ahead / left)
        return np.asarray(
            (self.r + x) / (self.alpha + age) * left * span * scipy.special.exprel((1 - self.s) * span)
        )

    def discounted_if_alive(self, x: Values, age: Values, ahead: float, rate: float) -> Values:
        """Return the same integral with exp(-rate u) in it."""
        left = np.broadcast_to(self.beta + age, x.shape)
        span = np.log1p(ahead / left)
        v = span[:, None] * NODE
        s = np.broadcast_to(self.s, x.shape)[:, None]
        curve = np.exp((1 - s) * v - rate * left[:, None] * np.expm1(v))
        return np.asarray((self.r + x) / (self.alpha + age) * left * span * (curve @ WEIGHT))

    def upto_if_alive(self, x: Values, age: Values, ahead: float, most: int) -> Values:
        """See `Model.upto_if_alive`: over the moment of death, and over no death in the time `ahead`."""
        left = np.broadcast_to(self.beta + age, x.shape)
        s = np.broadcast_to(self.s, x.shape)
        span = np.log1p(ahead / left)
        size, scale = self.r + x, np.broadcast_to(self.alpha + age, x.shape)
        stays = np.exp(-s * span)
        pmf = stays[:, None] * negative_binomial(size, ahead / (scale + ahead), most)
        for node, weight in zip(NODE, WEIGHT, strict=True):
            v = span * node
            u = left * np.expm1(v)
            pmf += (weight * span * s * np.exp(-s * v))[:, None] * negative_binomial(
                size, u / (scale + u), most
            )
        return np.asarray(np.minimum(np.cumsum(pmf, axis=1), 1.0))

    def _dead(
        self, x: Values, t_x: Values, age: Values
    ) -> tuple[Values, tuple[Values, Values, Values, Values]]:
        """Log of s times the integral, and means over it of log(alpha + u), 1 / (alpha + u) and the like."""
        r, alpha, s, beta = (
            np.broadcast_to(value, x.shape) for value in (self.r, self.alpha, self.s, self.beta)
        )
        integrals = np.empty((5, len(x)))
        for rows in in_blocks(len(x), BLOCK):
            integrals[:, rows] = _integrated(
                (r[rows] + x[rows], alpha[rows], s[rows] + 1, beta[rows]), t_x[rows], age[rows]
            )
        return integrals[0] + np.log(s), (integrals[1], integrals[2], integrals[3], integrals[4])


def _integrated(powers: tuple[Values, Values, Values, Values], start: Values, end: Values) -> Values:
    """Log of the integral of (alpha + u)^-m (beta + u)^-n over (start, end), and four means over it."""
    m, alpha, n, beta = powers
    least, is_first = np.minimum(alpha, beta), alpha <= beta
    # Beyond these places one of the two factors has fallen by exp(-36), and nothing is left to add.
    with np.errstate(over="ignore"):
        first_cut = (alpha + start) * np.exp(np.minimum(REACH / m, 600.0)) - alpha
        second_cut = (beta + start) * np.exp(np.minimum(REACH / n, 600.0)) - beta
    low = np.log(least + start)
    high = np.log(least + np.minimum(end, np.minimum(first_cut, second_cut)))
    # The factor of the smaller scale is exp(v), so that its logarithm costs nothing.
    v = low + (high - low) * NODE[:, None]
    near = np.exp(v)
    far = near + np.abs(alpha - beta)
    log_far = np.log(far)
    curve = np.where(is_first, 1 - m, 1 - n) * v - np.where(is_first, n, m) * log_far
    top = curve.max(axis=0)
    mass = np.exp(curve - top) * WEIGHT[:, None]
    total = mass.sum(axis=0)
    with np.errstate(divide="ignore"):
        level = top + np.log(total) + np.log(high - low)
    of_near, of_far = (
        np.stack([np.einsum("nc,nc->c", mass, part) for part in parts]) / total
        for parts in ((v, 1 / near), (log_far, 1 / far))
    )
    first, second = np.where(is_first, of_near, of_far), np.where(is_first, of_far, of_near)
    return np.concatenate([level[None], first, second])
