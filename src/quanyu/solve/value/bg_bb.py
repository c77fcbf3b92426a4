"""BG/BB: buying on occasions (a year's appeal, a month's box): buy or not, and leave for good between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy

from quanyu.solve.history import History, Values


@dataclass(frozen=True)
class BgBb:
    """On every occasion one who is alive buys with p ~ Beta(alpha, beta); before each they die with Beta(gamma, delta).

    Fader, Hardie and Shang 2010, Customer-base analysis in a discrete-time noncontractual setting, Marketing
    Science 29(6), equation 7. In a `History` x is the number of occasions with a purchase, `t_x` the number of the last of them,
    `age` how many occasions there were:

    L = B(alpha + x, beta + n - x) / B(alpha, beta) * B(gamma, delta + n) / B(gamma, delta) + sum over i from 0 to
        n - t_x - 1 of B(alpha + x, beta + t_x - x + i) / B(alpha, beta) * B(gamma + 1, delta + t_x + i) / B(gamma, delta).

    >>> donors = BgBb(1.204, 0.750, 0.657, 2.783)
    >>> at = np.array([0.0, 2.0, 6.0]), np.array([0.0, 4.0, 6.0]), np.array([6.0, 6.0, 6.0])
    >>> donors.p_alive_next(*at).round(2).tolist()
    [0.11, 0.59, 0.93]
    """

    alpha: float
    beta: float
    gamma: float
    delta: float

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    @staticmethod
    def starts(cells: History) -> Sequence[Values]:
        """Return log-parameters to start from."""
        return [
            np.log(start) for start in ((1.0, 1.0, 0.5, 3.0), (0.5, 1.5, 1.0, 5.0), (2.0, 4.0, 2.0, 20.0))
        ]

    def slopes(self, x: Values, t_x: Values, age: Values) -> tuple[Values, Values]:
        """See `Model.slopes`: terms and slopes per number of occasions lived through, added up in logarithms."""
        top = np.full(len(x), -np.inf)
        total, by = np.zeros(len(x)), np.zeros((4, len(x)))
        for last in range(int(age.max(initial=0)) + 1):
            level, slope, holds = self._lived(x, t_x, age, float(last))
            level = np.where(holds, level, -np.inf)
            higher = np.maximum(top, level)
            with np.errstate(invalid="ignore"):
                old = np.where(np.isfinite(top), np.exp(top - higher), 0.0)
                new = np.where(holds, np.exp(level - higher), 0.0)
            total, by, top = total * old + new, by * old + new * np.where(holds, slope, 0.0), higher
        return np.asarray(top + np.log(total)), np.asarray(by / total)

    def p_alive_next(self, x: Values, t_x: Values, age: Values) -> Values:
        """Return the probability of being alive on the next occasion (the source's P(alive at n + 1))."""
        level, _ = self.slopes(x, t_x, age)
        bought = scipy.special.betaln(self.alpha + x, self.beta + age - x) - scipy.special.betaln(
            self.alpha, self.beta
        )
        lives = scipy.special.betaln(self.gamma, self.delta + age + 1) - scipy.special.betaln(
            self.gamma, self.delta
        )
        return np.asarray(np.exp(bought + lives - level))

    def expected(self, x: Values, t_x: Values, age: Values, ahead: int, rate: float = 0.0) -> Values:
        """Return the expected purchases on the next `ahead` occasions, the k-th counting (1 + rate)^-k."""
        chance = (self.alpha + x) / (self.alpha + self.beta + age)
        alive = self.p_alive_next(x, t_x, age)
        total = np.zeros(len(x))
        for k in range(1, ahead + 1):
            total += chance * alive * (1 + rate) ** -k
            alive = alive * (self.delta + age + k) / (self.gamma + self.delta + age + k)
        return total

    def share_with(self, n: int) -> Values:
        """Return the shares of new customers who buy on 0, 1, ... `n` of the next `n` occasions."""
        lived = np.arange(n + 1.0)[:, None]
        x = np.arange(n + 1.0)[None, :]
        ways = (
            scipy.special.gammaln(lived + 1)
            - scipy.special.gammaln(x + 1)
            - scipy.special.gammaln(np.maximum(lived - x, 0) + 1)
        )
        bought = scipy.special.betaln(
            self.alpha + x, self.beta + np.maximum(lived - x, 0)
        ) - scipy.special.betaln(self.alpha, self.beta)
        dies = np.where(
            lived < n,
            scipy.special.betaln(self.gamma + 1, self.delta + lived),
            scipy.special.betaln(self.gamma, self.delta + lived),
        )
        terms = np.exp(ways + bought + dies - scipy.special.betaln(self.gamma, self.delta))
        return np.asarray(np.where(x <= lived, terms, 0.0).sum(axis=0))

    def _lived(self, x: Values, t_x: Values, age: Values, last: float) -> tuple[Values, Values, Values]:
        """Log-probability, slopes by log-parameters, and possibility of having lived through `last` occasions."""
        alpha, beta, gamma, delta = self.alpha, self.beta, self.gamma, self.delta
        misses = np.maximum(last - x, 0.0)
        dies = (last < age).astype(float)
        level = scipy.special.betaln(alpha + x, beta + misses) - scipy.special.betaln(alpha, beta)
        level = level + scipy.special.betaln(gamma + dies, delta + last) - scipy.special.betaln(gamma, delta)
        both, ends = (
            scipy.special.digamma(alpha + beta) - scipy.special.digamma(alpha + beta + x + misses),
            gamma + delta,
        )
        gone = scipy.special.digamma(ends) - scipy.special.digamma(ends + dies + last)
        slope = np.stack([
            alpha * (scipy.special.digamma(alpha + x) - scipy.special.digamma(alpha) + both),
            beta * (scipy.special.digamma(beta + misses) - scipy.special.digamma(beta) + both),
            gamma * (scipy.special.digamma(gamma + dies) - scipy.special.digamma(gamma) + gone),
            delta * (scipy.special.digamma(delta + last) - scipy.special.digamma(delta) + gone),
        ])  # fmt: skip
        return level, slope, np.asarray((last >= t_x) & (last <= age))
