"""Components against networkx on random graphs, and the laws of separation."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.solve.component import Marks, components, conflicted, separated


def _reference(n: int, edges: list[tuple[int, int]]) -> list[int]:
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(edges)
    smallest = {node: min(part) for part in nx.connected_components(graph) for node in part}
    return [smallest[node] for node in range(n)]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    n = draw(st.integers(1, 24))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node), max_size=40))


def _arrays(edges: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


@given(graphs())
def test_components_are_those_of_networkx(graph):
    n, edges = graph
    assert components(n, *_arrays(edges)).tolist() == _reference(n, edges)


def test_components_are_those_of_networkx_on_large_random_graphs():
    rng = np.random.default_rng(5)
    for n, m in ((1000, 300), (1000, 900), (5000, 5000)):
        edges = rng.integers(0, n, (m, 2))
        assert components(n, edges[:, 0], edges[:, 1]).tolist() == _reference(
            n, list(map(tuple, edges.tolist()))
        )


@st.composite
def marked(draw: st.DrawFn):
    n, edges = draw(graphs())
    strength = np.array(
        draw(st.lists(st.integers(0, 3), min_size=len(edges), max_size=len(edges))), dtype=np.int64
    )
    claims = draw(
        st.dictionaries(st.tuples(st.integers(0, n - 1), st.integers(0, 2)), st.integers(0, 3), max_size=n)
    )
    triples = np.array(
        [(node, family, value) for (node, family), value in claims.items()], dtype=np.int64
    ).reshape(-1, 3)
    return n, edges, strength, Marks(triples[:, 0], triples[:, 1], triples[:, 2])


@given(marked())
def test_no_separated_component_holds_a_conflict(case):
    n, edges, strength, marks = case
    parts = separated(n, *_arrays(edges), strength, marks)
    assert len(conflicted(parts.labels, marks)) == 0


@given(marked())
def test_separated_components_are_those_of_the_edges_that_were_kept(case):
    n, edges, strength, marks = case
    parts = separated(n, *_arrays(edges), strength, marks)
    kept = [edge for position, edge in enumerate(edges) if position not in set(parts.refused.tolist())]
    assert parts.labels.tolist() == _reference(n, kept)


@given(marked())
def test_without_a_conflict_nothing_is_refused(case):
    n, edges, strength, marks = case
    plain = components(n, *_arrays(edges))
    parts = separated(n, *_arrays(edges), strength, marks)
    untouched = ~np.isin(plain, conflicted(plain, marks))
    assert (parts.labels[untouched] == plain[untouched]).all()


@settings(max_examples=50)
@given(marked(), st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_matter(case, random):
    n, edges, strength, marks = case
    order = list(range(len(edges)))
    random.shuffle(order)
    left, right = _arrays(edges)
    first = separated(n, left, right, strength, marks)
    second = separated(n, left[order], right[order], strength[order], marks)
    assert first.labels.tolist() == second.labels.tolist()


def test_the_weakest_link_of_a_chain_gives_way():
    marks = Marks(np.array([0, 3]), np.array([0, 0]), np.array([0, 3]))
    parts = separated(4, np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([5, 1, 5]), marks)
    assert parts.labels.tolist() == [0, 0, 2, 2]
    assert parts.refused.tolist() == [1]
