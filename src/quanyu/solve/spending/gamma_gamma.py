"""Gamma-Gamma: what an order is worth, drawn towards the average the less is known of a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import scipy

from quanyu.solve.history import Integers, Values
from quanyu.solve.likelihood import Maximum, Score, maximise

MOST_CELLS, ROUGH = 4_000, 0.02
"""Beyond so many cells the search runs on those whose averages are rounded so, and only its last steps on all."""


@dataclass(frozen=True)
class Spending:
    """Cells of customers with `x` orders (at least one) worth `mean` on average (above zero)."""

    x: Values
    mean: Values
    weight: Values

    @cached_property
    def counts(self) -> tuple[Values, Integers]:
        """The different numbers of orders, and which of them each cell has."""
        counts, place = np.unique(self.x, return_inverse=True)
        return counts, place

    @property
    def coarse(self) -> Spending:
        """The cells with averages rounded to `ROUGH` of themselves, and equal ones joined at their geometric mean."""
        counts, place = self.counts
        level = np.log(self.mean)
        rung = np.round((level - level.min()) / ROUGH).astype(np.int64)
        codes, cell = np.unique(rung * len(counts) + place, return_inverse=True)
        weight = np.bincount(cell, self.weight).astype(np.float64)
        return Spending(
            counts[codes % len(counts)], np.exp(np.bincount(cell, level * self.weight) / weight), weight
        )


@dataclass(frozen=True)
class GammaGamma:
    """The worth of an order is Gamma(p, nu), the customer's nu ~ Gamma(q, gamma), independent of how often they buy.

    Fader and Hardie 2013, "The Gamma-Gamma model of monetary value"; Fader, Hardie and Lee 2005, Journal of
    Marketing Research 42(4). For x orders of the mean m,

    L = Gamma(p x + q) / (Gamma(p x) Gamma(q)) * gamma^q m^(p x - 1) x^(p x) / (gamma + m x)^(p x + q).

    >>> cdnow = GammaGamma(6.25, 3.74, 15.44)
    >>> cdnow.expected(np.array([0.0, 2.0]), np.array([0.0, 22.35])).round(2).tolist()
    [35.22, 24.66]
    """

    p: float
    q: float
    gamma: float

    names: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")

    @staticmethod
    def starts(cells: Spending) -> Sequence[Values]:
        """Return log-parameters to start from: the average worth with spread within and between customers."""
        average = float(np.average(cells.mean, weights=cells.weight))
        return [np.log([p, q, average * (q - 1) / p]) for p, q in ((6.0, 4.0), (1.5, 3.0), (20.0, 10.0))]

    def slopes(self, cells: Spending) -> tuple[Values, Values]:
        """Return per cell the log-likelihood and its derivatives by log p, log q, log gamma."""
        p, q, gamma, x, mean = self.p, self.q, self.gamma, cells.x, cells.mean
        counts, place = cells.counts
        shape = p * counts
        log_mass = np.log(mean) + np.log(x)
        log_sum = np.log(gamma + mean * x)
        whole = (scipy.special.gammaln(shape + q) - scipy.special.gammaln(shape))[
            place
        ] - scipy.special.gammaln(q)
        log_likelihood = whole + q * np.log(gamma) - np.log(mean) + p * x * log_mass - (p * x + q) * log_sum
        by_p = x * (
            (scipy.special.digamma(shape + q) - scipy.special.digamma(shape))[place] + log_mass - log_sum
        )
        by_q = scipy.special.digamma(shape + q)[place] - scipy.special.digamma(q) + np.log(gamma) - log_sum
        by_gamma = q / gamma - (p * x + q) / (gamma + mean * x)
        return log_likelihood, np.stack([p * by_p, q * by_q, gamma * by_gamma])

    def expected(self, x: Values, mean: Values) -> Values:
        """Return the expected worth of an order, p (gamma + m x) / (p x + q - 1); needs p x + q > 1.

        A customer whose orders lost money counts as one whose orders were worth nothing.
        """
        return np.asarray(self.p * (self.gamma + np.maximum(mean, 0.0) * x) / (self.p * x + self.q - 1))


def estimate_spending(cells: Spending, first: Values | None = None) -> Maximum:
    """Return the maximum of the likelihood over the log-parameters (log p, log q, log gamma), sought from `first` if known."""

    def score_on(cells: Spending) -> Score:
        def score(place: Values) -> tuple[float, Values]:
            level, slope = GammaGamma(*np.exp(place)).slopes(cells)
            return float((level * cells.weight).sum()), np.asarray(slope @ cells.weight)

        return score

    near = score_on(cells.coarse) if len(cells.x) > MOST_CELLS else None
    return maximise(score_on(cells), GammaGamma.starts(cells), near, first=first)
