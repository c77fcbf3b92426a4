"""Shapley for rates: what a channel adds to the conversion rate of the paths that are possible with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np

from quanyu.solve.array import Floats, Ints
from quanyu.solve.attribution.path import Paths, taken, tally

MOST_EXACT = 14
"""Up to so many channels all 2^n coalitions are enumerated."""


@dataclass(frozen=True, eq=False)
class ShapleyRate:
    """The game v(S) = outcome per path among the paths that meet no channel outside S; 0 where there are none.

    Up to `MOST_EXACT` channels the value is exact. Beyond, `orders` holds random orders of all channels, and the mean
    of what each channel adds on joining is an unbiased estimate; every order adds up to v(all) by itself. A
    channel that people meet when they would not buy anyway gets a negative value. Credits are values times the
    number of paths, so that they add up to the outcome.
    """

    paths: Paths
    orders: Ints | None = None

    @cached_property
    def _sets(self) -> tuple[Ints, Ints, Ints]:
        """The different sets of channels: the set of each path, and the channels of each set one after the other."""
        path, key, _ = self.paths.distinct
        by_key = np.lexsort((key, path))
        path, key = path[by_key], key[by_key]
        sizes = np.bincount(path, minlength=self.paths.n)
        widest = int(sizes.max(initial=0))
        table = np.full((self.paths.n, widest), -1)
        starts = np.cumsum(sizes) - sizes
        table[path, np.arange(len(path)) - starts[path]] = key
        kinds, number = np.unique(table, axis=0, return_inverse=True)
        return number.reshape(-1), kinds, (kinds >= 0).sum(axis=1)

    def credit(self, outcomes: Floats, nulls: Floats) -> Floats:
        """See `Model`."""
        return self.estimate(outcomes, nulls)[0]

    def estimate(self, outcomes: Floats, nulls: Floats) -> tuple[Floats, Floats]:
        """Return the credits and the standard error of sampling, both (n_keys, m); the error is 0 where exact."""
        number, kinds, _ = self._sets
        often, m = taken(outcomes, nulls), outcomes.shape[1]
        summed = tally(number, np.concatenate([outcomes, often], axis=1), len(kinds)).T
        whole = often.sum(axis=0)
        if self.orders is None:
            contribution = self._exact(summed, m)
            return contribution.T * whole, np.zeros_like(contribution.T)
        drawn = np.stack([self._joining(order, summed, m) for order in self.orders])
        error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn)) if len(drawn) > 1 else drawn[0] * np.nan
        return drawn.mean(axis=0).T * whole, error.T * whole

    def _exact(self, summed: Floats, m: int) -> Floats:
        n = self.paths.n_keys
        _, kinds, _ = self._sets
        mask = np.where(kinds >= 0, 1 << np.maximum(kinds, 0), 0).sum(axis=1)
        sums = np.ascontiguousarray(tally(mask, summed.T, 1 << n).T)
        for key in range(n):
            # Sums over all subsets, channel by channel: the half with the channel gains the half without it.
            halves = sums.reshape(len(sums), -1, 2, 1 << key)
            halves[:, :, 1] += halves[:, :, 0]
        value = _rate(sums, m)
        size = np.array([bin(subset).count("1") for subset in range(1 << n)])
        weight = np.array([1 / (n * comb(n - 1, k)) for k in range(n)] + [0.0])[size]
        contribution = np.empty((len(value), n))
        for key in range(n):
            pairs = value.reshape(len(value), -1, 2, 1 << key)
            without = weight.reshape(-1, 2, 1 << key)[:, 0]
            contribution[:, key] = ((pairs[:, :, 1] - pairs[:, :, 0]) * without).sum(axis=(1, 2))
        return contribution

    def _joining(self, order: Ints, summed: Floats, m: int) -> Floats:
        """Return what each channel adds to the rate when channels join in an order."""
        n = self.paths.n_keys
        _, kinds, _ = self._sets
        place = np.empty(n + 1, dtype=np.int64)
        place[order], place[n] = np.arange(n), -1
        complete = place[kinds].max(axis=1)
        sums = np.cumsum(tally(complete, summed.T, n), axis=0).T
        contribution = np.empty((m, n))
        contribution[:, order] = np.diff(_rate(sums, m), axis=1, prepend=0)
        return contribution


def shapley_rate(paths: Paths, random: np.random.Generator, draws: int = 500) -> ShapleyRate:
    """Return the game of rates over paths; beyond `MOST_EXACT` channels with `draws` random orders.

    >>> paths = Paths(np.array([0, 1, 0, 1]), np.array([0, 1, 2, 4]), 2)
    >>> game = shapley_rate(paths, np.random.default_rng(7))
    >>> game.credit(np.array([[2.0], [1.0], [3.0]]), np.array([8.0, 9.0, 2.0])).ravel().round(6).tolist()
    [4.25, 1.75]
    """
    if paths.n_keys <= MOST_EXACT:
        return ShapleyRate(paths)
    return ShapleyRate(paths, np.stack([random.permutation(paths.n_keys) for _ in range(draws)]))


def _rate(sums: Floats, m: int) -> Floats:
    """Return the outcomes (the first `m` rows) per path (a row for all, or one for each)."""
    n = sums[m:]
    return np.asarray(np.where(n > 0, sums[:m] / np.where(n > 0, n, 1), 0.0))
