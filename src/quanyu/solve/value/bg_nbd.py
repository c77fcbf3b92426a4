"""BG/NBD: after every repeat purchase a customer may leave for good, each with a probability of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy

from quanyu.solve.history import History, Values, chance_alive, climb, in_blocks, legendre, negative_binomial
from quanyu.solve.value.nbd import rate_scale

NODES = 128
REACH = 36.0
BLOCK = 1_024
"""So many histories at a time stay in the processor's cache with all their nodes."""


@dataclass(frozen=True)
class BgNbd:
    """Rate lambda ~ Gamma(r, alpha) while alive; after each repeat purchase gone with p ~ Beta(a, b).

    Fader, Hardie and Lee 2005, "Counting your customers" the easy way, Marketing Science 24(2), equation 6. With
    k the times the coin was tossed and survived (here k = x),

    L = Gamma(r + x) / Gamma(r) * alpha^r * [ B(a, b + k) / B(a, b) * (alpha + T)^-(r + x)
        + (k > 0) B(a + 1, b + k - 1) / B(a, b) * (alpha + t_x)^-(r + x) ].

    >>> cdnow = BgNbd(0.243, 4.414, 0.793, 2.426)
    >>> at = np.array([2.0]), np.array([30.43]), np.array([38.86])
    >>> round(float((cdnow.p_alive(*at) * cdnow.orders_if_alive(at[0], at[2], np.array([39.0])))[0]), 3)
    1.226
    """

    r: Values | float
    alpha: Values | float
    a: Values | float
    b: Values | float

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    rate: ClassVar[tuple[str, int]] = ("alpha", -1)
    leave: ClassVar[tuple[str, int] | None] = ("a", 1)
    first_toss: ClassVar[int] = 0
    """1 where the coin is tossed after the first purchase already."""

    @staticmethod
    def starts(cells: History) -> Sequence[Values]:
        """Return log-parameters to start from."""
        scale = rate_scale(cells)
        return [
            np.log([r, r * scale * share, a, b])
            for r, share, a, b in ((0.3, 0.5, 0.8, 2.5), (1.0, 0.8, 0.5, 5.0), (3.0, 0.7, 2.0, 8.0))
        ]

    def slopes(self, x: Values, t_x: Values, age: Values) -> tuple[Values, Values]:
        """See `Model.slopes`."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        k = x + self.first_toss
        rising, by_r = climb(r, x)
        up_b, by_b = climb(b, k)
        up_ab, by_ab = climb(a + b, k)
        now, last = np.log(alpha + age), np.log(alpha + t_x)
        odds = self._log_odds_gone(x, k, now - last)
        level = rising + r * np.log(alpha) - (r + x) * now + up_b - up_ab + np.logaddexp(0, odds)
        gone = scipy.special.expit(odds)
        tossed = np.where(k > 0, b + k - 1, 1.0)
        return level, np.stack([
            r * (by_r + np.log(alpha) - now + gone * (now - last)),
            r - (r + x) * alpha * ((1 - gone) / (alpha + age) + gone / (alpha + t_x)),
            -a * by_ab + gone,
            b * (by_b - by_ab - np.where(k > 0, gone / tossed, 0.0)),
        ])  # fmt: skip

    def p_alive(self, x: Values, t_x: Values, age: Values) -> Values:
        """Return 1 / (1 + (k > 0) a / (b + k - 1) * ((alpha + T) / (alpha + t_x))^(r + x))."""
        since = np.log(self.alpha + age) - np.log(self.alpha + t_x)
        return chance_alive(self._log_odds_gone(x, x + self.first_toss, since))

    def orders_if_alive(self, x: Values, age: Values, ahead: Values) -> Values:
        """Return E[(1 - (1 + p t / (alpha + T))^-(r + x)) / p] over p ~ Beta(a, b + k).

        The same as equation 10 of the source without its 2F1, which loses all digits for many purchases, and
        without its pole at a = 1.
        """
        size, scale = self.r + x, self.alpha + age
        share = np.asarray(ahead / scale)

        def value(p: Values, rows: slice) -> Values:
            return -np.expm1(-size[rows, None] * np.log1p(p * share[rows, None])) / p

        ends = (size * share, -np.expm1(-size * np.log1p(share)))
        return self._over_coins(x, value, ends)

    def discounted_if_alive(self, x: Values, age: Values, ahead: float, rate: float) -> Values:
        """Return exp(-rate t) E[Y(t)] + rate * integral of exp(-rate u) E[Y(u)] over u from 0 to t."""
        total = np.exp(-rate * ahead) * self.orders_if_alive(x, age, np.full(len(x), ahead))
        if rate:
            for node, weight in zip(*legendre(5), strict=True):
                # Squared nodes lie dense where the curve of expected orders bends most.
                u = ahead * node**2
                density = weight * 2 * node * ahead * rate * np.exp(-rate * u)
                total += density * self.orders_if_alive(x, age, np.full(len(x), u))
        return np.asarray(total)

    def upto_if_alive(self, x: Values, age: Values, ahead: float, most: int) -> Values:
        """See `Model.upto_if_alive`.

        P(Y = y) = B(a, b + k + y) / B(a, b + k) * NB(y) + (y > 0) B(a + 1, b + k + y - 1) / B(a, b + k) * P(NB >= y).
        """
        k = x + self.first_toss
        pmf = negative_binomial(self.r + x, ahead / (self.alpha + age + ahead), most)
        stayed, upto = np.ones(len(x)), np.empty_like(pmf)
        reached, total = np.ones(len(x)), np.zeros(len(x))
        for y in range(most + 1):
            if y:
                leaves = stayed * self.a / (self.a + self.b + k + y - 1)
                stayed = stayed * (self.b + k + y - 1) / (self.a + self.b + k + y - 1)
                reached = np.maximum(reached - pmf[:, y - 1], 0.0)
                total = total + leaves * reached
            total = total + stayed * pmf[:, y]
            upto[:, y] = np.minimum(total, 1.0)
        return upto

    def _log_odds_gone(self, x: Values, k: Values, since: Values) -> Values:
        """The log-odds of having left: after the last purchase, and silent since."""
        tossed = np.where(k > 0, self.b + k - 1, 1.0)
        return np.where(k > 0, np.log(self.a) - np.log(tossed) + (self.r + x) * since, -np.inf)

    def _over_coins(self, x: Values, value, ends: tuple[Values, Values]) -> Values:  # type: ignore[no-untyped-def]
        """Expectation of value(p) over p ~ Beta(a, b + k); `ends` are its values at p = 0 and p = 1.

        The straight line between the ends has a known expectation. The rest vanishes at both ends, so the
        trapezoidal rule over log(p / (1 - p)) converges at an exponential rate.
        """
        a, b = np.broadcast_to(self.a, x.shape), self.b + x + self.first_toss
        start, end = ends
        line = start + (end - start) * a / (a + b)
        integral = np.empty(len(x))
        width = np.sqrt((a + b) / (a * b))
        middle = np.log(a) - np.log(b)
        bend = -np.log1p(np.maximum(start, 0.0))
        low = np.minimum(
            middle - np.maximum(REACH / (a + 1), 9.0 * np.minimum(width, 1.0)), bend - REACH / (a + 1)
        )
        low = np.maximum(low, middle - np.maximum(REACH / a, 10.0 * width))
        high = middle + np.maximum(REACH / (b + 1), 9.0 * np.minimum(width, 1.0))
        high = np.minimum(np.maximum(high, REACH / (b + 1)), middle + np.maximum(REACH / b, 10.0 * width))
        steps = np.linspace(0.0, 1.0, NODES)
        norm = scipy.special.betaln(a, b)
        for rows in in_blocks(len(x), BLOCK):
            logit = low[rows, None] + (high - low)[rows, None] * steps
            p = scipy.special.expit(logit)
            density = np.exp(
                a[rows, None] * logit - (a + b)[rows, None] * np.logaddexp(0, logit) - norm[rows, None]
            )
            rest = value(p, rows) - start[rows, None] - (end - start)[rows, None] * p
            integral[rows] = (density * rest).sum(axis=1)
        return np.asarray(line + integral * (high - low) / (NODES - 1))
