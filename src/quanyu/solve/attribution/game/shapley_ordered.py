"""Ordered Shapley: what a channel adds when not only who was there counts but also in which order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, permutations
from math import factorial

import numpy as np
import numpy.typing as npt
import scipy

from quanyu.solve.array import Floats, Ints
from quanyu.solve.attribution.path import Paths, taken, tally

MOST_EXACT = 7
"""Up to so many channels all ordered coalitions are enumerated: 13,700 for seven."""
ABSENT = 30_000

Places = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class ShapleyOrdered:
    """The game of ordered coalitions T: v(T) = outcome per path among the paths that T contains; 0 where none.

    T contains a path if the different channels of the path, in the order in which they were first met, appear
    in T in the same order. The value of channel i is (Sanchez and Bergantinos 1997)

        phi_i = sum over T without i of (n - t - 1)! / (n! (t + 1)) * sum over places l of [v(T, i at l) - v(T)]

    which is the mean of v(T, i at l) - v(T) over a uniform size t = 0 ... n - 1, a uniform T of that size, and a
    uniform place. `joined` numbers the coalitions with and without, `weight` weighs each pair. Values are scaled so
    that credits add up to the outcome.
    """

    paths: Paths
    coalitions: Ints
    key: Ints
    joined: tuple[Ints, Ints]
    weight: Floats
    is_exact: bool

    @cached_property
    def _contains(self) -> tuple[scipy.sparse.csr_array, Ints]:
        """Which coalition (row) contains which sequence (column), and the sequence of every path."""
        kinds, number = _sequences(self.paths)
        return _contained(_places(self.coalitions, self.paths.n_keys), kinds), number

    @cached_property
    def _of_path(self) -> Ints:
        """The coalition that is the sequence of each path, where all are enumerated."""
        kinds, number = _sequences(self.paths)
        n = self.paths.n_keys
        return np.searchsorted(_code(self.coalitions, n), _code(_widened(kinds, n), n))[number]

    @cached_property
    def _gains(self) -> scipy.sparse.csr_array:
        """What the value of each coalition (column) adds to that of each channel (row)."""
        rows, columns = np.tile(self.key, 2), np.concatenate(self.joined)
        weight = np.concatenate([self.weight, -self.weight])
        shape = (self.paths.n_keys, len(self.coalitions))
        return scipy.sparse.csr_array(scipy.sparse.coo_array((weight, (rows, columns)), shape))

    def credit(self, outcomes: Floats, nulls: Floats) -> Floats:
        """See `Model`."""
        contribution = self._gains @ self._value(outcomes, nulls)
        return np.asarray(contribution * _scale(contribution, outcomes))

    def estimate(self, outcomes: Floats, nulls: Floats) -> tuple[Floats, Floats]:
        """Return the credits and the standard error of sampling, both (n_keys, m); the error is 0 where exact."""
        keys, value = self.paths.n_keys, self._value(outcomes, nulls)
        contribution = self._gains @ value
        whole, scale = contribution.sum(axis=0), _scale(contribution, outcomes)
        if self.is_exact:
            return contribution * scale, np.zeros_like(contribution)
        gain = value[self.joined[0]] - value[self.joined[1]]
        n_drawn = tally(self.key, np.ones(len(self.key)), keys)[:, None]
        rest = tally(self.key, (gain - contribution[self.key]) ** 2, keys)
        variance = rest / np.maximum(n_drawn - 1, 1) / n_drawn
        share = contribution / np.where(whole != 0, whole, 1)
        # The credit is a share of the sum of all values, whose errors are independent.
        of_share = (1 - 2 * share) * variance + share**2 * variance.sum(axis=0)
        return contribution * scale, np.asarray(np.sqrt(np.maximum(of_share, 0)) * np.abs(scale))

    def _value(self, outcomes: Floats, nulls: Floats) -> Floats:
        """Return the outcome per path of every coalition."""
        came, m = np.concatenate([outcomes, taken(outcomes, nulls)], axis=1), outcomes.shape[1]
        sums = self._sums(came)
        return np.asarray(sums[:, :m] / np.where(sums[:, m:] > 0, sums[:, m:], 1))

    def _sums(self, came: Floats) -> Floats:
        """Return what came of the paths that each coalition contains."""
        if not self.is_exact:
            contains, number = self._contains
            return np.asarray(contains @ tally(number, came, contains.shape[1]))
        sums = tally(self._of_path, came, len(self.coalitions))
        # Sums over all subsequences, place by place: a coalition gains those without the channel at the place.
        for longer, shorter in _every_coalition(self.paths.n_keys).without:
            sums[longer] += sums[shorter]
        return sums


def shapley_ordered(paths: Paths, random: np.random.Generator, draws: int = 1000) -> ShapleyOrdered:
    """Return the ordered game over paths; beyond `MOST_EXACT` channels with `draws` random pairs per channel.

    >>> paths = Paths(np.array([0, 1, 0]), np.array([0, 2, 3]), 2)
    >>> game = shapley_ordered(paths, np.random.default_rng(7))
    >>> game.credit(np.array([[6.0], [0.0]]), np.array([0.0, 6.0])).ravel().tolist()
    [3.0, 3.0]
    """
    n = paths.n_keys
    if n <= MOST_EXACT:
        every = _every_coalition(n)
        return ShapleyOrdered(paths, every.coalitions, every.key, every.joined, every.weight, True)
    key, joined, without, weight = _some_pairs(n, draws, random)
    coalitions, number = np.unique(np.concatenate([joined, without]), axis=0, return_inverse=True)
    half = np.split(number.reshape(-1), 2)
    return ShapleyOrdered(paths, coalitions, key, (half[0], half[1]), weight, False)


@dataclass(frozen=True, eq=False)
class Every:
    """All ordered coalitions of n channels, sorted, and what joining each means; see `ShapleyOrdered`.

    `without` holds, by place, the coalitions that are longer, and what each is without the channel at the place.
    """

    coalitions: Ints
    key: Ints
    joined: tuple[Ints, Ints]
    weight: Floats
    without: list[tuple[Ints, Ints]]


@cache
def _every_coalition(n: int) -> Every:
    members = chain.from_iterable(permutations(range(n), size) for size in range(n + 1))
    coalitions = np.array(sorted((*some, *(-1,) * (n - len(some))) for some in members))
    codes = _code(coalitions, n)
    sizes, without = (coalitions >= 0).sum(axis=1), []
    for place in range(n):
        longer = np.flatnonzero(sizes > place)
        rest = _widened(np.delete(coalitions[longer], place, axis=1), n)
        without.append((longer, np.searchsorted(codes, _code(rest, n))))
    joined, less = (np.concatenate(parts) for parts in zip(*without, strict=True))
    key = np.concatenate([coalitions[longer, place] for place, (longer, _) in enumerate(without)])
    share = np.array([factorial(n - size) / (factorial(n) * max(size, 1)) for size in range(n + 1)])
    return Every(coalitions, key, (joined, less), share[sizes[joined]], without)


def _widened(members: Ints, n: int) -> Ints:
    """Return coalitions as rows of n places, those that are left over -1."""
    return np.pad(members, ((0, 0), (0, n - members.shape[1])), constant_values=-1)


def _code(coalitions: Ints, n: int) -> Ints:
    """Return a number per coalition of at most `MOST_EXACT` channels, in the order of the rows."""
    return np.asarray((coalitions + 1) @ (n + 1) ** np.arange(n)[::-1])


def _scale(contribution: Floats, outcomes: Floats) -> Floats:
    """Return what makes the values add up to the outcomes."""
    whole, total = contribution.sum(axis=0), outcomes.sum(axis=0)
    return np.asarray(np.where(whole != 0, total / np.where(whole != 0, whole, 1), 0.0))


def _some_pairs(n: int, draws: int, random: np.random.Generator) -> tuple[Ints, Ints, Ints, Floats]:
    """Draw sizes, coalitions and places uniformly, `draws` times per channel."""
    keys = np.repeat(np.arange(n), draws)
    joined, without = np.full((len(keys), n), -1), np.full((len(keys), n), -1)
    for row, key in enumerate(keys):
        size = int(random.integers(n))
        members = random.permutation(n)
        members = members[members != key][:size]
        without[row, :size] = members
        joined[row, : size + 1] = np.insert(members, int(random.integers(size + 1)), key)
    return keys, joined, without, np.full(len(keys), 1 / draws)


def _contained(place: Places, kinds: Ints) -> scipy.sparse.csr_array:
    """Return which sequences (columns, in sorted order) stand in which coalitions (rows), in order.

    Sequences with a common beginning are looked at together: only what lies behind it is new.
    """
    depth = kinds.shape[1]
    inside = [np.ones(len(place), dtype=bool)] * (depth + 1)
    before = [np.full(len(place), -1, dtype=np.int16)] * (depth + 1)
    rows, sizes, last = [], [], np.full(depth, -2)
    for kind in kinds:
        shared = int(np.argmax(np.append(kind != last, True)))
        for step in range(shared, depth):
            here = place[:, kind[step]]
            is_end = kind[step] < 0
            inside[step + 1] = (
                inside[step] if is_end else inside[step] & (here > before[step]) & (here < ABSENT)
            )
            before[step + 1] = before[step] if is_end else here
        last = kind
        rows.append(np.flatnonzero(inside[depth]))
        sizes.append(len(rows[-1]))
    column = np.repeat(np.arange(len(kinds)), sizes)
    row = np.concatenate(rows) if rows else column
    return scipy.sparse.csr_array(
        scipy.sparse.coo_array((np.ones(len(row)), (row, column)), shape=(len(place), len(kinds)))
    )


def _places(coalitions: Ints, n: int) -> Places:
    """Return where each channel stands in each coalition; `ABSENT` where it does not, and for no channel (-1)."""
    place = np.full((len(coalitions), n + 1), ABSENT, dtype=np.int16)
    row, step = np.nonzero(coalitions >= 0)
    place[row, coalitions[row, step]] = step
    return place


def _sequences(paths: Paths) -> tuple[Ints, Ints]:
    """Return the different sequences of first contacts (padded with -1), and the one of each path."""
    path, key, _ = paths.distinct
    sizes = np.bincount(path, minlength=paths.n)
    table = np.full((paths.n, int(sizes.max(initial=0))), -1)
    starts = np.cumsum(sizes) - sizes
    table[path, np.arange(len(path)) - starts[path]] = key
    kinds, number = np.unique(table, axis=0, return_inverse=True)
    return kinds, number.reshape(-1)
