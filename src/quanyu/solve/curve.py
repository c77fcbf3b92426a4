"""A channel's return curve as draws: what a steady spend per day brings per day, with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.array import Floats
from quanyu.solve.response import marginal, saturate

SMALL = 1e-9


@dataclass(frozen=True, eq=False)
class Curve:
    """Draws of `ceiling * amount**slope / (half**slope + amount**slope)`, each array (n,).

    Curves of several channels belong together draw by draw.

    >>> curve = Curve(np.array([5.0]), np.array([1.0]), np.array([40.0]))
    >>> curve.at(np.array([0.0, 5.0])).tolist()
    [[0.0], [20.0]]
    """

    half: Floats
    slope: Floats
    ceiling: Floats

    def at(self, amount: Floats) -> Floats:
        """Return what amounts (k,) bring, shape (k, n)."""
        steady = np.maximum(np.asarray(amount, dtype=np.float64), SMALL)[:, None]
        return np.asarray(self.ceiling * saturate(steady, self.half, self.slope)) * (
            np.asarray(amount)[:, None] > 0
        )

    def marginal(self, amount: Floats) -> Floats:
        """Return what one more unit of spend brings at amounts (k,), shape (k, n)."""
        steady = np.maximum(np.asarray(amount, dtype=np.float64), SMALL)[:, None]
        return np.asarray(self.ceiling * marginal(steady, self.half, self.slope))

    def span(self, values: NDArray[np.float64]) -> tuple[float, float, float]:
        """Return the mean and the 95 % bounds of what follows from each draw (n,), as `at` or `marginal` say at one amount.

        The upper bound is the 97.5 % quantile of those draws in which the channel does anything: that it may do nothing
        is no evidence of how little it does at most.

        >>> Curve(np.ones(4), np.ones(4), np.array([0.0, 0.0, 2.0, 2.0])).span(np.array([0.0, 0.0, 1.0, 1.0]))
        (0.5, 0.0, 1.0)
        """
        at_work = values[self.ceiling > 0]
        low = np.quantile(values, 0.025)
        high = np.quantile(at_work if len(at_work) else values, 0.975)
        return float(values.mean()), float(low), float(high)

    def packed(self) -> dict[str, Any]:
        """Return the draws as small JSON: distinct shapes once, ceilings with six digits."""
        pairs, place = np.unique(np.stack([self.half, self.slope], axis=1), axis=0, return_inverse=True)
        return {
            "shapes": pairs.tolist(),
            "shape": place.ravel().tolist(),
            "ceiling": [float(f"{ceiling:.6g}") for ceiling in self.ceiling.tolist()],
        }

    @classmethod
    def unpacked(cls, kept: Mapping[str, Any]) -> Curve:
        """Return the draws that `packed` wrote.

        >>> curve = Curve(np.array([5.0, 7.0]), np.array([1.0, 1.5]), np.array([40.0, 41.0]))
        >>> Curve.unpacked(curve.packed()).half.tolist()
        [5.0, 7.0]
        """
        pairs = np.array(kept["shapes"], dtype=np.float64).reshape(-1, 2)[np.array(kept["shape"], dtype=int)]
        return cls(pairs[:, 0], pairs[:, 1], np.array(kept["ceiling"], dtype=np.float64))


def nearest(curve: Curve, half: Floats, slope: Floats, most: float) -> tuple[float, float, float]:
    """Return half, slope and ceiling of the one curve, among shapes (g,), nearest to the mean of the draws.

    By least squares over steady spend from 0 to `most`.
    """
    amount = np.linspace(0, most, 41)[1:]
    wanted = curve.at(amount).mean(axis=1)
    rows = saturate(amount[:, None], half, slope)
    ceiling = rows.T @ wanted / (rows**2).sum(axis=0)
    at = int(((rows * ceiling - wanted[:, None]) ** 2).sum(axis=0).argmin())
    return float(half[at]), float(slope[at]), float(ceiling[at])


def span(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the mean and the 2.5 % and 97.5 % quantiles of draws."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)
