"""Markov: paths as an absorbing chain, and what would be lost if a channel were taken out of it, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from quanyu.solve.array import Floats, Ints
from quanyu.solve.attribution.chain import Chain
from quanyu.solve.attribution.path import Paths, taken, tally


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
        often, (before, _) = taken(outcomes, nulls), self.ends
        reached = self._met @ often
        met = np.where(reached > 0, reached, 1)
        rate = self._moved @ often / met[before]
        value = tally(self.state[self.paths.starts[1:] - 1], outcomes, self.n_states) / met
        cost = Chain(self.ends, self.channel, rate, reached, value).lost(self.paths.n_keys)
        total = outcomes.sum(axis=0)
        return np.asarray(cost / np.where(total != 0, total, 1))

    def credit(self, outcomes: Floats, nulls: Floats) -> Floats:
        """See `Model`: outcomes are divided in proportion to the removal effects."""
        effect = self.removal(outcomes, nulls)
        whole = effect.sum(axis=0)
        return np.asarray(effect / np.where(whole != 0, whole, 1) * outcomes.sum(axis=0))

    @cached_property
    def _met(self) -> scipy.sparse.csc_array:
        """How often each path meets each state."""
        return self._times(self.state, self.paths.path, self.n_states)

    @cached_property
    def _moved(self) -> scipy.sparse.csc_array:
        """How often each path takes each transition."""
        inner = self.edge >= 0
        return self._times(self.edge[inner], self.paths.path[inner], len(self.ends[0]))

    def _times(self, place: Ints, path: Ints, n: int) -> scipy.sparse.csc_array:
        ones, shape = np.ones(len(place)), (n, self.paths.n)
        return scipy.sparse.csc_array(scipy.sparse.coo_array((ones, (place, path)), shape))


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
