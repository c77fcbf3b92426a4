"""Markov: paths as an absorbing chain, and what would be lost if a channel were taken out of it, solved exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from quanyu.solve.array import Floats, Ints
from quanyu.solve.attribution.path import Paths, tally

DENSE, DENSE_FLAT = 64, 600
"""Up to so many states the inverse is written out whole; more where every channel has one state only."""
APART = 40
"""With more states than this per channel, one sparse system per channel is solved instead of blocks of the inverse."""
BLOCK = 256
"""Columns of the inverse that are held at a time."""

Needed = Iterator[tuple[int, Ints, Floats]]


@dataclass(frozen=True, eq=False)
class Markov:
    """The chain of order k over some paths: a state is the last k channels, fewer at the beginning of a path.

    `state` is the state of every contact, `edge` the number of the transition that leads from it to the next contact
    of its path (the last contact of a path has none), `ends` the two states of each transition, and `channel` the
    channel a state has last.
    """

    paths: Paths
    state: Ints
    edge: Ints
    ends: tuple[Ints, Ints]
    channel: Ints

    @property
    def n_states(self) -> int:
        """How many different states occur."""
        return len(self.channel)

    def removal(self, outcomes: Floats, nulls: Floats) -> Floats:
        """Return the removal effects, shape (n_keys, m): the share of each outcome that needs the channel.

        With Q the transitions between states, r what a state leads to directly and s where paths begin, paths bring
        V = s' N r, N = (I - Q)^-1. Without channel c, whose states are S, every path that reaches S comes to
        nothing. What is lost is V - s' (I - Q)_A^-1 r over the other states A, and by the inverse of a block
        this is u_S' (N_SS)^-1 v_S with u = N' s and v = N r: one factorisation serves all channels. And u needs
        no solving at all: as often as the data reached a state, so often does the chain.
        """
        weight = outcomes[:, 0] + nulls
        reached = tally(self.state, weight[self.paths.path], self.n_states)
        alive = np.flatnonzero(reached > 0)
        total = outcomes.sum(axis=0)
        lost = np.zeros((self.paths.n_keys, outcomes.shape[1]))
        if len(alive):
            chain = self._chain(weight, reached)
            chain = chain[np.ix_(alive, alive)] if isinstance(chain, np.ndarray) else chain[alive][:, alive]
            brought = tally(self.state[self.paths.starts[1:] - 1], outcomes, self.n_states)[alive]
            value = brought / reached[alive, None]
            for key, states, needed in _solved(chain, value, _grouped(self.channel[alive], len(lost))):
                lost[key] = reached[alive][states] @ needed
        return np.asarray(lost / np.where(total != 0, total, 1))

    def credit(self, outcomes: Floats, nulls: Floats) -> Floats:
        """See `Model`: outcomes are divided in proportion to the removal effects."""
        effect = self.removal(outcomes, nulls)
        whole = effect.sum(axis=0)
        return np.asarray(effect / np.where(whole != 0, whole, 1) * outcomes.sum(axis=0))

    def _chain(self, weight: Floats, reached: Floats) -> scipy.sparse.csc_array | Floats:
        """Return I - Q, written out whole where that is small."""
        before, after = self.ends
        inner = self.edge >= 0
        n = tally(self.edge[inner], weight[self.paths.path[inner]], len(before))
        rate = n / np.where(reached > 0, reached, 1)[before]
        shape = (self.n_states, self.n_states)
        if self.n_states <= DENSE:
            whole = np.eye(self.n_states)
            whole[before, after] -= rate
            return whole
        return scipy.sparse.csc_array(
            scipy.sparse.eye_array(self.n_states) - scipy.sparse.coo_array((rate, (before, after)), shape)
        )


def markov(paths: Paths, order: int = 1) -> Markov:
    """Return the chain of an order over paths; only the paths matter, not what they came to.

    Transitions are counted over all paths, those that came to nothing included. Source: Anderl, Becker, von
    Wangenheim, Schumann 2016, Mapping the customer journey (International Journal of Research in Marketing 33).

    >>> paths = Paths(np.array([0, 1, 2, 0, 1, 2]), np.array([0, 3, 4, 6]), 3)
    >>> chain = markov(paths)
    >>> chain.removal(np.array([[1.0], [0.0], [0.0]]), np.array([0.0, 1.0, 1.0])).ravel().round(9).tolist()
    [0.5, 1.0, 1.0]
    """
    code = _codes(paths, order)
    _, first, state = np.unique(code, return_index=True, return_inverse=True)
    state = state.reshape(-1)
    inner = np.ones(len(code), dtype=bool)
    inner[paths.starts[1:] - 1] = False
    before = np.flatnonzero(inner)
    pairs = state[before] * len(first) + state[before + 1]
    kinds, number = np.unique(pairs, return_inverse=True)
    edge = np.full(len(code), -1)
    edge[before] = number.reshape(-1)
    return Markov(paths, state, edge, (kinds // len(first), kinds % len(first)), paths.keys[first])


def _codes(paths: Paths, order: int) -> Ints:
    """Return one number per contact that stands for the last `order` channels of its path up to it."""
    step = np.arange(len(paths.keys)) - paths.starts[:-1][paths.path]
    code = paths.keys.astype(np.int64)
    for back in range(1, order):
        # What lies before is renumbered each time, so that the product never outgrows 64 bits.
        earlier = np.where(step >= back, np.roll(paths.keys, back) + 1, 0)
        _, code = np.unique(code, return_inverse=True)
        code = code.reshape(-1) * (paths.n_keys + 1) + earlier
    return code


def _grouped(channel: Ints, n_keys: int) -> list[tuple[int, Ints]]:
    """Return the states of every channel that has any."""
    order = np.argsort(channel, kind="stable")
    bounds = np.searchsorted(channel[order], np.arange(n_keys + 1))
    return [
        (key, order[bounds[key] : bounds[key + 1]]) for key in range(n_keys) if bounds[key] < bounds[key + 1]
    ]


def _solved(chain: scipy.sparse.csc_array | Floats, value: Floats, members: list[tuple[int, Ints]]) -> Needed:
    """Yield for every channel its states S and (N_SS)^-1 (N value)_S."""
    n = chain.shape[0]
    if n <= DENSE or len(members) == n <= DENSE_FLAT:
        inverse = np.linalg.inv(chain if isinstance(chain, np.ndarray) else chain.toarray())
        reach = inverse @ value
        for key, states in members:
            yield key, states, np.asarray(np.linalg.solve(inverse[np.ix_(states, states)], reach[states]))
        return
    factors = scipy.sparse.linalg.splu(chain, permc_spec="MMD_AT_PLUS_A")
    reach = factors.solve(value)
    way = _apart if n > APART * len(members) else _blocks
    yield from way(chain, factors, reach, members)


def _blocks(
    chain: scipy.sparse.csc_array, factors: Any, reach: Floats, members: list[tuple[int, Ints]]
) -> Needed:
    """Solve for the blocks N_SS column by column: best for many channels with few states each."""
    for key, states in members:
        block = np.empty((len(states), len(states)))
        for start in range(0, len(states), BLOCK):
            some = states[start : start + BLOCK]
            unit = np.zeros((chain.shape[0], len(some)))
            unit[some, np.arange(len(some))] = 1
            block[:, start : start + len(some)] = factors.solve(unit)[states]
        yield key, states, np.asarray(np.linalg.solve(block, reach[states]))


def _apart(
    chain: scipy.sparse.csc_array, factors: Any, reach: Floats, members: list[tuple[int, Ints]]
) -> Needed:
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
