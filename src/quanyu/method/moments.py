"""Count, mean and centred co-moments of several values: small, exact enough, and they add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quanyu.errors import MethodError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """What mean, variance, covariance and regression need, without the rows.

    `mean` has shape (k,), `comoment` (k, k) with entries sum((x_i - mean_i) * (x_j - mean_j)). Raw sums of
    squares are never kept: over values near 1e9 they give a negative variance.

    >>> a, b = (Moments.of(["x"], np.array([values])) for values in ([1.0, 2.0], [3.0]))
    >>> (a + b).variance("x")
    1.0
    """

    names: tuple[str, ...]
    n: int
    mean: Array
    comoment: Array

    @classmethod
    def of(cls, names: Sequence[str], values: Array) -> Moments:
        """Return the moments of `values`, one row per name and one column per observation."""
        n = values.shape[1]
        mean = values.mean(axis=1) if n else np.zeros(len(names))
        centred = values - mean[:, None]
        return cls(tuple(names), n, mean, centred @ centred.T)

    @classmethod
    def shifted(cls, names: Sequence[str], n: int, shift: Array, sums: Array, products: Array) -> Moments:
        """Return moments from sums of (x - shift) and of their pairwise products."""
        if not n:
            return cls(tuple(names), 0, np.zeros(len(names)), np.zeros((len(names), len(names))))
        return cls(tuple(names), n, shift + sums / n, products - np.outer(sums, sums) / n)

    def __add__(self, other: Moments) -> Moments:
        """Pool two disjoint parts (Chan, Golub and LeVeque 1979); an empty part changes nothing."""
        if self.names != other.names:
            raise MethodError(
                "Moments of {names} cannot be added to moments of {others}.",
                "Add moments of the same columns only.",
                names=self.names,
                others=other.names,
            )
        n = self.n + other.n
        if not self.n or not other.n:
            return other if not self.n else self
        gap = other.mean - self.mean
        mean = self.mean + gap * (other.n / n)
        return Moments(
            self.names, n, mean, self.comoment + other.comoment + np.outer(gap, gap) * (self.n * other.n / n)
        )

    def average(self, name: str) -> float:
        """Return the mean of one value; NaN without observations."""
        return float(self.mean[self.names.index(name)]) if self.n else float("nan")

    def variance(self, name: str) -> float:
        """Return the sample variance (divisor n - 1); NaN below two observations."""
        return self.covariance(name, name)

    def covariance(self, name: str, other: str) -> float:
        """Return the sample covariance (divisor n - 1); NaN below two observations."""
        i, j = self.names.index(name), self.names.index(other)
        return float(self.comoment[i, j]) / (self.n - 1) if self.n > 1 else float("nan")
