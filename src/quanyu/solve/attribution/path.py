"""Compressed paths: distinct sequences of contacts, and what each of them came to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import scipy

from quanyu.solve.array import Floats, Ints


@dataclass(frozen=True, eq=False)
class Paths:
    """The contacts of n distinct paths, one path after the other; every path has at least one.

    `keys` holds the number of the channel (0 to n_keys - 1) of each contact, `starts` where each path begins, and at
    the end how many contacts there are: path p is `keys[starts[p]:starts[p + 1]]`.

    >>> paths = Paths(np.array([0, 1, 0]), np.array([0, 2, 3]), 2)
    >>> paths.n, paths.lengths.tolist(), paths.first.tolist(), paths.last.tolist()
    (2, [2, 1], [0, 0], [1, 0])
    """

    keys: Ints
    starts: Ints
    n_keys: int

    @property
    def n(self) -> int:
        """How many paths there are."""
        return len(self.starts) - 1

    @cached_property
    def lengths(self) -> Ints:
        """Contacts of each path."""
        return np.diff(self.starts)

    @cached_property
    def path(self) -> Ints:
        """The path of each contact."""
        return np.repeat(np.arange(self.n), self.lengths)

    @property
    def first(self) -> Ints:
        """The channel each path begins with."""
        return self.keys[self.starts[:-1]]

    @property
    def last(self) -> Ints:
        """The channel each path ends with."""
        return self.keys[self.starts[1:] - 1]

    @cached_property
    def distinct(self) -> tuple[Ints, Ints, Ints]:
        """The different channels of each path in order of first contact: paths, channels, and where they stand."""
        code = self.path * self.n_keys + self.keys
        _, place = np.unique(code, return_index=True)
        place = np.sort(place)
        return self.path[place], self.keys[place], place


class Model(Protocol):
    """A model prepared for some paths, that credits whatever the paths are said to have come to."""

    def credit(self, outcomes: Floats, nulls: Floats) -> Floats:
        """Return the credit of each channel, shape (n_keys, m).

        `outcomes` has shape (n, m): what each path brought, conversions first (then revenue and whatever else is
        credited). `nulls` says how often each path came to nothing, shape (n,). With `nulls` of shape (n, m) every
        column is a world of its own: its conversions, and how often each path came to nothing there.
        """


@dataclass(frozen=True, eq=False)
class Shares:
    """A rule that splits each path's outcome in fixed shares; `matrix` is (n_keys, n), its columns sum to 1."""

    matrix: scipy.sparse.csr_array

    @classmethod
    def of(cls, paths: Paths, share: Floats) -> Shares:
        """Return the rule that gives each contact the `share` of its path's outcome."""
        shape = (paths.n_keys, paths.n)
        return cls(
            scipy.sparse.csr_array(scipy.sparse.coo_array((share, (paths.keys, paths.path)), shape=shape))
        )

    def credit(self, outcomes: Floats, nulls: Floats) -> Floats:
        """See `Model`."""
        return np.asarray(self.matrix @ outcomes)


def taken(outcomes: Floats, nulls: Floats) -> Floats:
    """Return how often each path was taken, a column per world; see `Model` for what these are.

    >>> taken(np.array([[2.0, 90.0]]), np.array([3.0])).tolist(), taken(np.array([[2.0, 1.0]]), np.array([[3.0, 0.0]])).tolist()
    ([[5.0]], [[5.0, 1.0]])
    """
    return np.asarray(outcomes + nulls if nulls.ndim == 2 else outcomes[:, :1] + nulls[:, None])


def tally(place: Ints, weight: Floats, n: int) -> Floats:
    """Return the sum of `weight` per place, shape (n, m) for weights of shape (rows, m), (n,) for (rows,).

    >>> tally(np.array([0, 2, 0]), np.array([1.0, 5.0, 2.0]), 3).tolist()
    [3.0, 0.0, 5.0]
    """
    if weight.ndim == 1:
        return np.asarray(np.bincount(place, weight, minlength=n), dtype=np.float64)
    ones, each = np.ones(len(place)), np.arange(len(place) + 1)
    return np.asarray(scipy.sparse.csc_array((ones, place, each), (n, len(place))) @ weight)
