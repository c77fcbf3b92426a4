"""Similarities and lists against the same by plain loops, and figures against their definitions."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.solve.recommend import WAYS, Counts, Links, judged, popular, ranked
from quanyu.solve.recommend.judge import Ranked
from quanyu.solve.recommend.similar import cosine, ease, followers
from quanyu.solve.recommend.top import largest, nearest

N_ITEMS = 7
HISTORIES = st.lists(
    st.lists(st.integers(0, N_ITEMS - 1), min_size=1, max_size=6, unique=True), min_size=1, max_size=8
)


def arrays(histories: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    person = np.repeat(np.arange(len(histories)), [len(one) for one in histories])
    return person, np.array([item for one in histories for item in one])


@given(HISTORIES)
def test_similarities_are_those_of_plain_counting(histories: list[list[int]]) -> None:
    counts = Counts.from_histories(*arrays(histories), N_ITEMS)
    alone = Counter(item for one in histories for item in one)
    both = Counter(pair for one in histories for pair in itertools.permutations(one, 2))
    then = Counter(pair for one in histories for pair in itertools.pairwise(one))
    near, follow = cosine(counts, shrink=2, n_neighbours=99), followers(counts, n_neighbours=99)
    for i, j in itertools.product(range(N_ITEMS), repeat=2):
        expected = both[i, j] / (math.sqrt(alone[i] * alone[j]) + 2) if i != j else 0
        assert near[i, j] == pytest.approx(expected)
        n_then = sum(n for (one, _), n in then.items() if one == i)
        assert follow[i, j] == pytest.approx(then[i, j] / n_then if n_then else 0)


@given(HISTORIES)
def test_ease_is_the_ridge_regression_of_each_item_on_all_others(histories: list[list[int]]) -> None:
    """Steck 2019: B minimises |X - XB|^2 + l2 |B|^2 with a diagonal of zeros, so each column is a ridge regression."""
    had = np.zeros((len(histories), N_ITEMS))
    for row, one in enumerate(histories):
        had[row, one] = 1
    told = ease(Counts.from_histories(*arrays(histories), N_ITEMS), l2=3.0).toarray()
    for item in range(N_ITEMS):
        others = [other for other in range(N_ITEMS) if other != item]
        x = had[:, others]
        weights = np.linalg.solve(x.T @ x + 3 * np.eye(len(others)), x.T @ had[:, item])
        assert told[others, item] == pytest.approx(weights, abs=1e-9)
        assert told[item, item] == 0


@given(HISTORIES, st.sampled_from(sorted(WAYS)), st.integers(1, 5))
def test_lists_are_the_largest_sums_without_what_somebody_had(
    histories: list[list[int]], way: str, n: int
) -> None:
    person, item = arrays(histories)
    links = WAYS[way].make(Counts.from_histories(person, item, N_ITEMS), 99)
    told = ranked(person, item, links, n)
    similar = links.similar.toarray()
    for row, one in enumerate(histories):
        ages = {what: len(one) - 1 - at for at, what in enumerate(one)}
        score = sum(links.decay**age * similar[what] for what, age in ages.items())
        said = similar[one].any(axis=0)
        free = [what for what in range(N_ITEMS) if what not in one and said[what]]
        expected = sorted(free, key=lambda what: (-np.float32(score[what]), what))[:n]
        mine = told.item[told.person == row]
        assert score[mine].tolist() == pytest.approx(score[expected].tolist(), abs=1e-6)
        assert told.place[told.person == row].tolist() == list(range(len(expected)))


@given(HISTORIES, st.integers(1, 4))
def test_what_is_popular_is_the_same_for_all_but_for_what_they_had(
    histories: list[list[int]], n: int
) -> None:
    person, item = arrays(histories)
    n_had = np.bincount(item, minlength=N_ITEMS)
    told = popular(person, item, n_had, n)
    order = sorted(range(N_ITEMS), key=lambda what: (-n_had[what], what))
    for row, one in enumerate(histories):
        assert told.item[told.person == row].tolist() == [what for what in order if what not in one][:n]


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6, width=32), min_size=4, max_size=4), max_size=9), st.integers(1, 5)
)
def test_the_largest_of_each_row_are_those_of_sorting(rows: list[list[float]], n: int) -> None:
    import scipy.sparse as sp

    dense = np.array(rows).reshape(-1, 4)
    told = largest(sp.csr_matrix(dense), n)
    expected = [
        (row, place, column)
        for row, values in enumerate(dense)
        for place, column in enumerate(sorted(np.flatnonzero(values), key=lambda at: (-values[at], at))[:n])
    ]
    assert list(zip(*(part.tolist() for part in told), strict=True)) == expected
    kept = nearest(sp.csr_matrix(dense), n)
    assert kept.toarray()[tuple(np.array(expected).T[[0, 2]]) if expected else ([], [])].tolist() == [
        dense[row, column] for row, _, column in expected
    ]


def test_figures_of_lists_are_those_of_their_definitions() -> None:
    lists = Ranked(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 0, 1, 0]), np.array([3, 1, 4, 0, 2, 1]))
    taken = np.array([0, 0, 1]), np.array([1, 2, 4])
    had = np.array([4, 3, 2, 1, 2, 0])
    told = judged(lists, taken, had, n=2)
    assert told["n_people"] == 2
    assert told["hit_rate"] == 0.5
    assert told["recall"] == pytest.approx((1 / 2 + 0) / 2)
    assert told["ndcg"] == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)) / 2)
    assert told["coverage"] == 4 / 6
    assert told["novelty"] == pytest.approx(-np.mean(np.log2(np.array([1, 3, 4, 2]) / 12)))
    assert told["popularity"] == pytest.approx(np.mean([1, 3, 4, 2]) / np.mean([3, 2, 2]))


def test_nobody_and_nothing_give_nothing() -> None:
    nobody = np.zeros(0, int)
    counts = Counts.from_histories(nobody, nobody, 0)
    for way in WAYS.values():
        assert len(ranked(nobody, nobody, way.make(counts, 5), 3).item) == 0
    assert len(popular(nobody, nobody, nobody, 3).item) == 0
    assert judged(Ranked(nobody, nobody, nobody), (nobody, nobody), nobody, n=3)["n_people"] == 0
    assert isinstance(WAYS["linear"].make(Counts.from_histories(np.array([0]), np.array([0]), 1), 5), Links)
