"""The Shapley values against the definition, worked out over all orders of the channels."""

from __future__ import annotations

from importlib import import_module
from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from tests.solve.attribution.conftest import Made, made, some_paths

from quanyu.solve.attribution.game.shapley import shapley
from quanyu.solve.attribution.game.shapley_ordered import shapley_ordered
from quanyu.solve.attribution.game.shapley_rate import shapley_rate
from quanyu.solve.attribution.path import Paths

SEED = np.random.default_rng


def met(paths: Paths) -> list[list[int]]:
    """Return the different channels of each path in order of first contact."""
    return [
        list(dict.fromkeys(paths.keys[paths.starts[p] : paths.starts[p + 1]].tolist()))
        for p in range(paths.n)
    ]


def by_orders(paths: Paths, value) -> np.ndarray:
    """Return the mean over all orders of what each channel adds to `value(set)` when it joins."""
    n = paths.n_keys
    found = 0
    for order in permutations(range(n)):
        gains = [None] * n
        for place, key in enumerate(order):
            gains[key] = value(set(order[: place + 1])) - value(set(order[:place]))
        found = found + np.array(gains)
    return found / factorial(n)


@settings(max_examples=40, deadline=None)
@given(some_paths(4))
def test_shapley_for_sets_is_the_mean_over_all_orders(one: Made) -> None:
    paths, outcomes, nulls = one
    sets = [set(keys) for keys in met(paths)]

    def value(members: set[int]) -> np.ndarray:
        return sum((row for row, keys in zip(outcomes, sets, strict=True) if keys <= members), np.zeros(2))

    np.testing.assert_allclose(shapley(paths).credit(outcomes, nulls), by_orders(paths, value), atol=1e-9)


def rate_of(one: Made):
    paths, outcomes, nulls = one
    sets = [set(keys) for keys in met(paths)]

    def value(members: set[int]) -> np.ndarray:
        inside = [p for p, keys in enumerate(sets) if keys <= members]
        n = outcomes[inside, 0].sum() + nulls[inside].sum()
        return outcomes[inside].sum(axis=0) / n if n else np.zeros(2)

    return value


@settings(max_examples=40, deadline=None)
@given(some_paths(4))
def test_shapley_for_rates_is_the_mean_over_all_orders(one: Made) -> None:
    paths, outcomes, nulls = one
    whole = (outcomes[:, 0] + nulls).sum()
    expected = by_orders(paths, rate_of(one)) * whole
    found = shapley_rate(paths, SEED(1))
    np.testing.assert_allclose(found.credit(outcomes, nulls), expected, atol=1e-9)
    np.testing.assert_allclose(expected.sum(axis=0), outcomes.sum(axis=0), atol=1e-9)


def by_definition(one: Made) -> np.ndarray:
    """Return the ordered value by its formula, every coalition and place written out."""
    paths, outcomes, nulls = one
    sequences, n = met(paths), paths.n_keys

    def value(coalition: tuple[int, ...]) -> np.ndarray:
        def is_inside(keys: list[int]) -> bool:
            rest = iter(coalition)
            return all(key in rest for key in keys)

        inside = [p for p, keys in enumerate(sequences) if is_inside(keys)]
        came = outcomes[inside, 0].sum() + nulls[inside].sum()
        return outcomes[inside].sum(axis=0) / came if came else np.zeros(2)

    found = np.zeros((n, 2))
    for key in range(n):
        others = [one for one in range(n) if one != key]
        for size in range(n):
            weight = factorial(n - size - 1) / (factorial(n) * (size + 1))
            for members in permutations(others, size):
                for place in range(size + 1):
                    joined = (*members[:place], key, *members[place:])
                    found[key] += weight * (value(joined) - value(members))
    whole = found.sum(axis=0)
    mean = sum(value(order) for order in permutations(range(n))) / factorial(n)
    np.testing.assert_allclose(whole, mean, atol=1e-9)
    return found / np.where(whole != 0, whole, 1) * outcomes.sum(axis=0)


@settings(max_examples=15, deadline=None)
@given(some_paths(4))
def test_ordered_shapley_is_its_definition(one: Made) -> None:
    paths, outcomes, nulls = one
    found = shapley_ordered(paths, SEED(1)).credit(outcomes, nulls)
    np.testing.assert_allclose(found, by_definition(one), atol=1e-8)


MODELS = (
    shapley,
    lambda paths: shapley_rate(paths, SEED(1)),
    lambda paths: shapley_ordered(paths, SEED(1)),
)


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=25, deadline=None)
@given(one=some_paths(3))
def test_axioms(model, one: Made) -> None:
    """Efficiency; a channel nobody met gets nothing; two that change places change credits."""
    paths, outcomes, nulls = one
    wider = Paths(paths.keys, paths.starts, 4)
    found = model(wider).credit(outcomes, nulls)
    np.testing.assert_allclose(found.sum(axis=0), outcomes.sum(axis=0), atol=1e-8)
    np.testing.assert_allclose(found[3], 0, atol=1e-9)
    swap = np.array([1, 0, 2, 3])
    swapped = model(Paths(swap[paths.keys], paths.starts, 4)).credit(outcomes, nulls)
    np.testing.assert_allclose(swapped[swap], found, atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(one=some_paths(4))
def test_the_sum_game_adds_up_over_parts(one: Made) -> None:
    paths, outcomes, nulls = one
    half = outcomes.copy()
    half[::2] = 0
    parts = (shapley(paths).credit(part, nulls) for part in (half, outcomes - half))
    np.testing.assert_allclose(sum(parts), shapley(paths).credit(outcomes, nulls), atol=1e-9)


def test_samples_come_near_the_exact_values_with_the_stated_error(make_paths, monkeypatch) -> None:
    one = make_paths(11, 5, 80)
    paths, outcomes, nulls = one
    for make in (shapley_rate, shapley_ordered):
        exact = make(paths, SEED(0)).credit(outcomes, nulls)
        monkeypatch.setattr(import_module(make.__module__), "MOST_EXACT", 0)
        found, error = make(paths, SEED(5), 3000).estimate(outcomes, nulls)
        off = np.abs(found - exact) / error
        assert off.max() < 4 and (error > 0).all(), off
        wide = np.array([make(paths, SEED(seed), 100).estimate(outcomes, nulls) for seed in range(40)])
        spread = wide[:, 0].std(axis=0)
        np.testing.assert_allclose(wide[:, 1].mean(axis=0), spread, rtol=0.5)
        again = make(paths, SEED(5), 3000).credit(outcomes, nulls)
        np.testing.assert_array_equal(found, again)


def test_a_channel_that_only_meets_people_who_do_not_buy_loses_by_rates() -> None:
    paths, outcomes, nulls = made([([0], 5, 5), ([1], 0, 50), ([0, 1], 1, 20)], 2)
    assert (
        shapley_rate(paths, SEED(1)).credit(outcomes, nulls)[1, 0]
        < 0
        < shapley(paths).credit(outcomes, nulls)[1, 0]
    )
