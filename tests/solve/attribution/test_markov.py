"""The chain against one that is written out state by state and solved anew without each channel."""

from __future__ import annotations

from importlib import import_module
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from tests.solve.attribution.conftest import Made, made, some_paths

from quanyu.solve.attribution.markov import markov
from quanyu.solve.attribution.path import Paths


def written_out(paths: Paths, outcomes: np.ndarray, nulls: np.ndarray, order: int) -> np.ndarray:
    """Return the removal effects: start, every state, and a dense solve for each channel that is taken out."""
    steps = [paths.keys[paths.starts[p] : paths.starts[p + 1]].tolist() for p in range(paths.n)]
    histories = [[tuple(path[max(0, i + 1 - order) : i + 1]) for i in range(len(path))] for path in steps]
    states = ["start", *sorted({state for history in histories for state in history})]
    place = {state: i for i, state in enumerate(states)}
    moves = np.zeros((len(states), len(states)))
    exits = np.zeros((len(states), outcomes.shape[1]))
    for history, came, failed in zip(histories, outcomes, nulls, strict=True):
        n = came[0] + failed
        for before, after in zip(["start", *history], history, strict=False):
            moves[place[before], place[after]] += n
        exits[place[history[-1]]] += came
    total = moves.sum(axis=0)
    total[0] = moves[0].sum()
    total[total == 0] = 1
    chance, value = moves / total[:, None], exits / total[:, None]
    whole = np.linalg.solve(np.eye(len(states)) - chance, value)[0]
    found = []
    for key in range(paths.n_keys):
        kept = [i for i, state in enumerate(states) if state == "start" or key not in state]
        without = np.linalg.solve(np.eye(len(kept)) - chance[np.ix_(kept, kept)], value[kept])[0]
        found.append(np.where(whole != 0, 1 - without / np.where(whole != 0, whole, 1), 0))
    return np.array(found)


@settings(max_examples=60, deadline=None)
@given(some_paths(4))
def test_removal_effects_are_those_of_the_chain_without_the_channel(one: Made) -> None:
    for order in (1, 2, 3, 4):
        found = markov(one[0], order).removal(*one[1:])
        np.testing.assert_allclose(found, written_out(*one, order), atol=1e-11)


@pytest.mark.parametrize(("dense", "apart"), [(0, 10**6), (0, 0), (10**6, 0)])
def test_every_way_of_solving_gives_the_same(make_paths, monkeypatch, dense: int, apart: int) -> None:
    module = import_module("quanyu.solve.attribution.chain")
    monkeypatch.setattr(module, "DENSE", dense)
    monkeypatch.setattr(module, "DENSE_FLAT", 0)
    monkeypatch.setattr(module, "APART", apart)
    monkeypatch.setattr(module, "BLOCK", 3)
    one = make_paths(3, 5)
    for order in (1, 2, 3):
        found = markov(one[0], order).removal(*one[1:])
        np.testing.assert_allclose(found, written_out(*one, order), atol=1e-11)


def test_the_teaching_example() -> None:
    paths, outcomes, nulls = made([([0, 1, 2], 1, 0), ([0], 0, 1), ([1, 2], 0, 1)], 3)
    chain = markov(paths)
    np.testing.assert_allclose(chain.removal(outcomes, nulls)[:, 0], [0.5, 1, 1])
    np.testing.assert_allclose(chain.credit(outcomes, nulls)[:, 0], [0.2, 0.4, 0.4])


def test_a_chain_without_memory_is_the_same_at_every_order() -> None:
    """Paths that only move forward, as often as the product of the chances of their steps says."""
    onward = np.array([[0, 3, 2, 1], [0, 0, 4, 2], [0, 0, 0, 5], [0, 0, 0, 0]]) / 10
    begins, buys = np.array([5, 3, 1, 1]) / 10, np.array([1, 2, 3, 6]) / 10
    rows = []
    for size in range(1, 5):
        for path in product(range(4), repeat=size):
            steps = pairwise(path)
            chance = begins[path[0]] * np.prod([onward[a, b] for a, b in steps])
            if chance > 0:
                end = path[-1]
                stops = 1 - buys[end] - onward[end].sum()
                rows.append((list(path), round(1e6 * chance * buys[end]), round(1e6 * chance * stops)))
    paths, outcomes, nulls = made(rows, 4)
    first = markov(paths, 1).removal(outcomes, nulls)[:, 0]
    for order in (2, 3, 4):
        np.testing.assert_allclose(markov(paths, order).removal(outcomes, nulls)[:, 0], first, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(some_paths(4))
def test_repeats_of_a_path_and_the_order_of_paths_do_not_matter(one: Made) -> None:
    paths, outcomes, nulls = one
    steps = [paths.keys[paths.starts[p] : paths.starts[p + 1]].tolist() for p in range(paths.n)]
    twice = [*reversed(steps), *steps]
    rows = [(path, 0, 0) for path in twice]
    other, _, _ = made(rows, paths.n_keys)
    halves = np.concatenate([outcomes[::-1], outcomes]) / 2, np.concatenate([nulls[::-1], nulls]) / 2
    for order in (1, 3):
        expected = markov(paths, order).credit(outcomes, nulls)
        np.testing.assert_allclose(markov(other, order).credit(*halves), expected, atol=1e-10)
        np.testing.assert_allclose(expected.sum(axis=0), outcomes.sum(axis=0))


def test_a_path_that_did_not_come_is_as_if_it_were_not_there(make_paths) -> None:
    paths, outcomes, nulls = make_paths(5, 4)
    outcomes[:20], nulls[:20] = 0, 0
    steps = [paths.keys[paths.starts[p] : paths.starts[p + 1]].tolist() for p in range(20, paths.n)]
    fewer, _, _ = made([(path, 0, 0) for path in steps], 4)
    for order in (1, 2):
        np.testing.assert_allclose(
            markov(paths, order).removal(outcomes, nulls),
            markov(fewer, order).removal(outcomes[20:], nulls[20:]),
            atol=1e-12,
        )
