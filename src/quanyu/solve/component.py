"""Connected components of a graph on integers, plain or under conflicts: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Integers = NDArray[np.integer]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Marks:
    """What nodes claim: node `node[i]` carries `value[i]` of `family[i]`.

    Two nodes with different values of one family must not lie in one component.
    """

    node: Integers
    family: Integers
    value: Integers


@dataclass(frozen=True)
class Parts:
    """`labels[v]` is the smallest node of v's component; `refused` are the positions of edges left out."""

    labels: Labels
    refused: Labels


def components(n: int, left: Integers, right: Integers) -> Labels:
    """Return for each of `n` nodes the smallest node it is connected with.

    >>> components(4, np.array([3]), np.array([1])).tolist()
    [0, 1, 2, 1]
    """
    ones = np.ones(len(left), dtype=np.int8)
    kind = np.int32 if n < 2**31 else np.int64
    graph = scipy.sparse.coo_array((ones, (left.astype(kind), right.astype(kind))), shape=(n, n))
    n_parts, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
    first = np.empty(n_parts, dtype=np.int64)
    # Written from the last node to the first: what stays is the smallest node of each part.
    first[part[::-1]] = np.arange(n - 1, -1, -1, dtype=np.int64)
    labels: Labels = first[part]
    return labels


def conflicted(labels: Labels, marks: Marks) -> Labels:
    """Return the labels of the components that hold two values of one family, sorted.

    >>> marks = Marks(np.array([0, 1, 2]), np.zeros(3, int), np.array([5, 6, 7]))
    >>> conflicted(np.array([0, 0, 2]), marks).tolist()
    [0]
    """
    where = labels[marks.node]
    order = np.lexsort((marks.value, marks.family, where))
    where, family, value = where[order], marks.family[order], marks.value[order]
    differs = (where[1:] == where[:-1]) & (family[1:] == family[:-1]) & (value[1:] != value[:-1])
    return np.unique(where[1:][differs])


def separated(n: int, left: Integers, right: Integers, strength: Integers, marks: Marks) -> Parts:
    """Connect the nodes, the strongest edges first, leaving out each edge that would join a conflict.

    Equal strength is ordered by the edge's smaller node, then its larger, so the answer is a function of the
    graph and not of the order of its rows. Only components that hold a conflict are walked edge by edge.
    Kruskal's greedy forest under must-not-join constraints.

    >>> marks = Marks(np.array([0, 2]), np.zeros(2, int), np.array([0, 2]))
    >>> parts = separated(3, np.array([0, 1]), np.array([1, 2]), np.array([9, 1]), marks)
    >>> parts.labels.tolist(), parts.refused.tolist()
    ([0, 0, 2], [1])
    """
    labels = components(n, left, right)
    bad = conflicted(labels, marks)
    if not len(bad):
        return Parts(labels, np.empty(0, dtype=np.int64))
    is_bad = np.zeros(n, dtype=bool)
    is_bad[bad] = True
    edges = np.flatnonzero(is_bad[labels[left]])
    low, high = np.minimum(left[edges], right[edges]), np.maximum(left[edges], right[edges])
    edges = edges[np.lexsort((high, low, -strength[edges].astype(np.int64)))]
    nodes = np.flatnonzero(is_bad[labels])
    within = is_bad[labels[marks.node]]
    local = Marks(np.searchsorted(nodes, marks.node[within]), marks.family[within], marks.value[within])
    joined, refused = _walk(
        len(nodes), np.searchsorted(nodes, left[edges]), np.searchsorted(nodes, right[edges]), local
    )
    labels[nodes] = nodes[joined]
    return Parts(labels, np.sort(edges[refused]))


def _walk(n: int, left: Integers, right: Integers, marks: Marks) -> tuple[Labels, Labels]:
    parent = list(range(n))
    claims: list[dict[int, int]] = [{} for _ in range(n)]
    for node, family, value in zip(
        marks.node.tolist(), marks.family.tolist(), marks.value.tolist(), strict=True
    ):
        claims[node][family] = value
    refused = []
    for position, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        a, b = _root(parent, a), _root(parent, b)  # noqa: PLW2901
        if a == b:
            continue
        small, large = sorted((claims[a], claims[b]), key=len)
        if any(large.get(family, value) != value for family, value in small.items()):
            refused.append(position)
            continue
        low, high = min(a, b), max(a, b)
        large.update(small)
        parent[high], claims[low] = low, large
    roots = [_root(parent, node) for node in range(n)]
    return np.array(roots, dtype=np.int64), np.array(refused, dtype=np.int64)


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
