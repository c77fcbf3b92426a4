"""Who belongs together, on numbers alone: links, claims and decisions in, parts and their names out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quanyu.collect.identity.identity_log import Decisions
from quanyu.collect.identity.link_rules import CLASS, MANUAL, VERIFIED
from quanyu.collect.kind import kind_named
from quanyu.solve.component import Integers, Labels, Marks, separated

FIRST_DECISION = 1_000
"""Families below are kinds of accounts, from here on decisions to keep apart."""


@dataclass(frozen=True)
class Ground:
    """Identifiers as nodes 0, 1, ... in the order of their text, and the links between them that count.

    `kind[node]` is a place in `kinds`, `name[node]` a number that stands for a full name, -1 for none.
    `direct` are rows left, right, strength; `named` rows key, name, other, strength: the key joins only those of
    one name.
    """

    kinds: tuple[str, ...]
    kind: Integers
    name: Integers
    direct: Integers
    named: Integers


@dataclass(frozen=True)
class Parted:
    """`labels[node]` is the smallest node of its part; `refused` are the ends of links left out, a row each."""

    labels: Labels
    refused: Integers
    n_used: int


def parted(ground: Ground, decisions: Decisions, number: Mapping[str, int]) -> Parted:
    """Return who belongs together; `number` gives the nodes of identifiers that decisions speak of.

    >>> some = np.zeros((4, 0), dtype=np.int64)
    >>> ground = Ground(("jd", "phone"), np.array([0, 1]), np.array([-1, -1]), np.array([[0], [1], [CLASS]]), some)
    >>> parted(ground, Decisions(), {}).labels.tolist()
    [0, 0]
    """
    n = len(ground.kind)
    edges, n_virtual = _edges(ground, decisions, number)
    separation = separated(
        n + n_virtual, edges[0], edges[1], edges[2], _claims(ground, edges, decisions, number)
    )
    # Nodes that stand for a name on a shared key have the larger numbers, so labels of others are real.
    return Parted(separation.labels[:n], edges[:2, separation.refused], edges.shape[1])


def survivors(labels: Labels, rank: Integers, is_anonymous: NDArray[np.bool_], first: Integers) -> Integers:
    """Return for each node the node that names its part.

    That is the one of the smallest rank, then a known one before an anonymous one, then the one first seen, then the
    smallest node.

    >>> survivors(np.array([0, 0, 2]), np.array([2, 2, 2]), np.array([True, False, True]), np.array([1, 5, 0])).tolist()
    [1, 1, 2]
    """
    n = len(labels)
    several = np.flatnonzero(np.bincount(labels, minlength=n)[labels] > 1)
    label = labels[several]
    # The last key sorts first; nodes are numbered in the order of their text.
    order = np.lexsort((several, first[several], is_anonymous[several], rank[several], label))
    is_first = np.diff(label[order], prepend=-1) != 0
    best = np.arange(n, dtype=np.int64)
    best[label[order][is_first]] = several[order][is_first]
    return best[labels] if n else best


def _edges(ground: Ground, decisions: Decisions, number: Mapping[str, int]) -> tuple[Integers, int]:
    """Return rows left, right, strength; a key shared by several names becomes one node per name."""
    n = len(ground.kind)
    key, name, other, strength = ground.named
    group = key.astype(np.int64) * (int(name.max(initial=0)) + 1) + name
    groups, virtual = np.unique(group, return_inverse=True)
    named = np.stack([other, n + virtual, strength]) if len(other) else np.empty((3, 0), dtype=np.int64)
    pairs = [decision.pair for decision in decisions.together]
    made = [(number[a], number[b], MANUAL * CLASS) for a, b in pairs if a in number and b in number]
    joined = np.array(made, dtype=np.int64).reshape(-1, 3).T
    return np.concatenate([ground.direct, named, joined], axis=1), len(groups)


def _claims(ground: Ground, edges: Integers, decisions: Decisions, number: Mapping[str, int]) -> Marks:
    """Vouched accounts stand for themselves, others for their name; keeping apart is a family of its own."""
    n = len(ground.kind)
    is_exclusive = np.array([kind_named(name).is_exclusive for name in ground.kinds], dtype=bool)
    node = np.flatnonzero(is_exclusive[ground.kind]) if n else np.empty(0, dtype=np.int64)
    family = ground.kind[node].astype(np.int64)
    vouched = np.zeros(int(max(edges[:2].max(initial=-1), n - 1)) + 1, dtype=bool)
    vouched[edges[:2, (edges[2] >= VERIFIED * CLASS) & (edges[2] < MANUAL * CLASS)].ravel()] = True
    value = np.where(vouched[node] | (ground.name[node] < 0), node, n + ground.name[node])
    for decision in decisions.together:
        held = [number[key] for key in (*decision.some, *decision.rest) if key in number]
        places = np.flatnonzero(np.isin(node, np.array(held, dtype=np.int64)))
        _agree(Marks(node, family, value), vouched, places)
    extra = [
        (number[key], FIRST_DECISION + place, side)
        for place, decision in enumerate(decisions.apart)
        for side, keys in enumerate((decision.some, decision.rest))
        for key in keys
        if key in number
    ]
    more = np.array(extra, dtype=np.int64).reshape(-1, 3).T
    parts = ((node, more[0]), (family, more[1]), (value, more[2]))
    return Marks(*[np.concatenate(pair).astype(np.int64) for pair in parts])


def _agree(marks: Marks, vouched: NDArray[np.bool_], places: Integers) -> None:
    """Let accounts that a person declared to be one claim the same, except those a platform vouches for."""
    for family in np.unique(marks.family[places]):
        same = places[marks.family[places] == family]
        sure = same[vouched[marks.node[same]]]
        marks.value[same[~vouched[marks.node[same]]]] = marks.value[sure[0] if len(sure) else same[0]]
