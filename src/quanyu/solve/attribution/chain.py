"""Absorbing chains solved: what would be lost if the states of a channel were taken out, in many worlds at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from quanyu.solve.array import Floats, Ints

DENSE, DENSE_FLAT = 64, 600
"""Up to so many states the inverse is written out whole; more where every channel has one state only."""
APART = 40
"""With more states than this per channel, one sparse system per channel is solved instead of blocks of the inverse."""
BLOCK = 256
"""Columns of the inverse that are held at a time."""
CELLS = 1_000_000
"""Numbers of chains that are held whole at a time."""

Needed = Iterator[tuple[int, Ints, Floats]]
Members = list[tuple[int, Ints]]


@dataclass(frozen=True, eq=False)
class Chain:
    """An absorbing chain, in one world or several: the same states and transitions, each as often as it is there.

    `ends` are the two states of each transition and `channel` the channel of each state. `rate` holds the probability
    of each transition and `reached` how often a state is met, a column per world; `value` is what states lead to by
    themselves, shape (n_states, m): all of one world, or a column per world.
    """

    ends: tuple[Ints, Ints]
    channel: Ints
    rate: Floats
    reached: Floats
    value: Floats

    def lost(self, n_keys: int) -> Floats:
        """Return what is lost without each of `n_keys` channels, shape (n_keys, m); see `Markov.removal`."""
        n, members = len(self.channel), _grouped(self.channel, n_keys)
        cost = np.zeros((n_keys, self.value.shape[1]))
        if n <= DENSE or len(members) == n <= DENSE_FLAT:
            self._whole(members, cost)
            return cost
        worlds = self.reached.shape[1]
        columns = (np.split(whole, worlds, axis=1) for whole in (self.value, cost))
        for world, (value, column) in enumerate(zip(*columns, strict=True)):
            self._sparse(world, value, column)
        return cost

    def _whole(self, members: Members, cost: Floats) -> None:
        """Write chains out. A state that nobody meets in a world is entered from none there, and changes nothing."""
        n, worlds = self.reached.shape
        value, cost = (of.reshape(len(of), worlds, -1) for of in (self.value, cost))
        size = max(1, CELLS // n**2)
        for start in range(0, worlds, size):
            some = slice(start, start + size)
            rate = self.rate.T[some]
            chain = np.tile(np.eye(n), (len(rate), 1, 1))
            chain[:, *self.ends] -= rate
            inverse = np.linalg.inv(chain)
            reach = inverse @ value[:, some].transpose(1, 0, 2)
            for key, states in members:
                needed = np.linalg.solve(inverse[:, states[:, None], states], reach[:, states])
                cost[key, some] = (self.reached.T[some, None, states] @ needed)[:, 0]

    def _sparse(self, world: int, value: Floats, cost: Floats) -> None:
        """Solve the chain of one world, of the states that are met there."""
        n, reached = len(self.channel), self.reached[:, world]
        alive = np.flatnonzero(reached > 0)
        if not len(alive):
            return
        moves = scipy.sparse.coo_array((self.rate[:, world], self.ends), (n, n))
        chain = scipy.sparse.csc_array(scipy.sparse.eye_array(n) - moves)[alive][:, alive]
        for key, states, needed in _solved(chain, value[alive], _grouped(self.channel[alive], len(cost))):
            cost[key] = reached[alive][states] @ needed


def _grouped(channel: Ints, n_keys: int) -> list[tuple[int, Ints]]:
    """Return the states of every channel that has any."""
    order = np.argsort(channel, kind="stable")
    bounds = np.searchsorted(channel[order], np.arange(n_keys + 1))
    return [
        (key, order[bounds[key] : bounds[key + 1]]) for key in range(n_keys) if bounds[key] < bounds[key + 1]
    ]


def _solved(chain: scipy.sparse.csc_array, value: Floats, members: Members) -> Needed:
    """Yield for every channel its states S and (N_SS)^-1 (N value)_S."""
    factors = scipy.sparse.linalg.splu(chain, permc_spec="MMD_AT_PLUS_A")
    reach = factors.solve(value)
    way = _apart if chain.shape[0] > APART * len(members) else _blocks
    yield from way(chain, factors, reach, members)


def _blocks(chain: scipy.sparse.csc_array, factors: Any, reach: Floats, members: Members) -> Needed:
    """Solve for the blocks N_SS column by column: best for many channels with few states each."""
    for key, states in members:
        block = np.empty((len(states), len(states)))
        for start in range(0, len(states), BLOCK):
            some = states[start : start + BLOCK]
            unit = np.zeros((chain.shape[0], len(some)))
            unit[some, np.arange(len(some))] = 1
            block[:, start : start + len(some)] = factors.solve(unit)[states]
        yield key, states, np.asarray(np.linalg.solve(block, reach[states]))


def _apart(chain: scipy.sparse.csc_array, factors: Any, reach: Floats, members: Members) -> Needed:
    """Solve without the states of each channel: (N_SS)^-1 is the Schur complement C_SS - C_SA (C_AA)^-1 C_AS."""
    rows = scipy.sparse.csr_array(chain)
    for key, states in members:
        others = np.setdiff1d(np.arange(chain.shape[0]), states)
        into = rows[states]
        far = chain[:, states][others] @ reach[states]
        if len(others):
            far = scipy.sparse.linalg.splu(rows[others][:, others].tocsc(), permc_spec="MMD_AT_PLUS_A").solve(
                far
            )
        yield key, states, into[:, states] @ reach[states] - into[:, others] @ far
