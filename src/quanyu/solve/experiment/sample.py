"""What is known of one arm: how many people, the means of some values, their centred co-moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quanyu.errors import MethodError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sample:
    """One arm: `mean` has shape (k,), `comoment` (k, k) with entries sum((x_i - mean_i) * (x_j - mean_j)).

    Raises `MethodError` for fewer than two people, for numbers that are not finite, for shapes that do not fit and
    for sums of squares below zero.

    >>> Sample.single(100, 2.5, 4.0).variance
    4.0
    """

    n: int
    mean: Array
    comoment: Array

    def __post_init__(self) -> None:
        k = len(self.mean)
        if self.n < 2:
            raise MethodError("An arm of {n} people has no variance.", "Give each arm two or more.", n=self.n)
        if self.comoment.shape != (k, k):
            raise MethodError(
                "Means of {k} values do not fit co-moments of shape {shape}.",
                "Give co-moments of shape (k, k).",
                k=k, shape=self.comoment.shape,
            )  # fmt: skip
        is_finite = np.isfinite(self.mean).all() and np.isfinite(self.comoment).all()
        if not is_finite or (np.diag(self.comoment) < 0).any():
            raise MethodError(
                "An arm has means {means} and sums of squares {squares}.",
                "They must be finite, and sums of squares not below zero.",
                means=self.mean.tolist(), squares=np.diag(self.comoment).tolist(),
            )  # fmt: skip

    @classmethod
    def single(cls, n: int, mean: float, variance: float) -> Sample:
        """Return an arm with one value, from its sample variance (divisor n - 1)."""
        return cls(n, np.array([mean], float), np.array([[variance * (n - 1)]], float))

    @property
    def variance(self) -> float:
        """The sample variance of the first value (divisor n - 1)."""
        return float(self.comoment[0, 0]) / (self.n - 1)

    @property
    def covariance(self) -> Array:
        """The sample covariances of all values (divisor n - 1)."""
        return self.comoment / (self.n - 1)

    def of(self, places: Sequence[int]) -> Sample:
        """Return the arm with only the values at some places, in that order."""
        return Sample(self.n, self.mean[list(places)], self.comoment[np.ix_(places, places)])

    def mapped(self, matrix: Array, mean: Array) -> Sample:
        """Return the arm of `matrix @ values` (to first order, around the mean), with the means given."""
        return Sample(self.n, mean, matrix @ self.comoment @ matrix.T)

    def __add__(self, other: Sample) -> Sample:
        """Pool two arms into one sample."""
        n, gap = self.n + other.n, other.mean - self.mean
        between = np.outer(gap, gap) * (self.n * other.n / n)
        return Sample(n, self.mean + gap * (other.n / n), self.comoment + other.comoment + between)
