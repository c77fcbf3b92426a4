"""Many worlds at once are worlds one by one, for every model; and how they are cut changes nothing."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from quanyu.solve.attribution import resample
from quanyu.solve.attribution.game import shapley, shapley_ordered, shapley_rate
from quanyu.solve.attribution.markov import markov
from quanyu.solve.attribution.path import Model, Paths
from quanyu.solve.attribution.rule import decay, linear


def models(paths: Paths) -> list[Model]:
    random = np.random.default_rng(3)
    ages = np.stack([random.random(len(paths.keys)) for _ in range(2)], axis=1)
    games = [shapley(paths), shapley_rate(paths, random), shapley_ordered(paths, random)]
    return [linear(paths), decay(paths, ages), *(markov(paths, order) for order in (1, 2, 3)), *games]


@pytest.mark.parametrize("is_small", [True, False])
def test_worlds_side_by_side_are_worlds_one_by_one(make_paths, monkeypatch, is_small: bool) -> None:
    if not is_small:
        for module, most in (
            ("chain", "DENSE"),
            ("chain", "DENSE_FLAT"),
            ("game.shapley_rate", "MOST_EXACT"),
        ):
            monkeypatch.setattr(import_module(f"quanyu.solve.attribution.{module}"), most, 0)
        monkeypatch.setattr(import_module(shapley_ordered.__module__), "MOST_EXACT", 0)
    paths, _, _ = make_paths(7, 5)
    random = np.random.default_rng(1)
    came, failed = random.poisson(0.4, (2, paths.n, 9)).astype(float)
    came[:, 0] = failed[:, 1] = came[:, 2] = failed[:, 2] = 0
    for model in models(paths):
        alone = [model.credit(came[:, [world]], failed[:, world]) for world in range(9)]
        np.testing.assert_allclose(model.credit(came, failed), np.concatenate(alone, axis=1), atol=1e-9)


def test_refits_are_the_same_however_they_are_cut(make_paths, monkeypatch) -> None:
    paths, outcomes, nulls = make_paths(2, 4)
    found = []
    for size in (20, 3):
        monkeypatch.setattr(resample, "WORLDS", size)
        random = np.random.default_rng(5)
        found.append(resample.refits(models(paths), paths, (outcomes[:, 0], nulls), random, 50))
    np.testing.assert_allclose(found[0], found[1], atol=1e-9)
    assert found[0].std(axis=1).min() > 0
