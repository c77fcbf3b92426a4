"""Sample ratio, power and repeated looks do what they promise, by SciPy and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare, norm

from quanyu.errors import MethodError
from quanyu.solve.experiment.effect import effect
from quanyu.solve.experiment.plan.always_valid import always_valid
from quanyu.solve.experiment.plan.power import detectable, needed
from quanyu.solve.experiment.plan.sample_ratio import sample_ratio
from quanyu.solve.experiment.plan.spending import adjusted_alpha


def test_the_sample_ratio_is_scipys() -> None:
    counts, shares = [930, 1010, 60], [0.47, 0.5, 0.03]
    assert sample_ratio(counts, shares) == pytest.approx(chisquare(counts, np.array(shares) * 2000).pvalue)
    for wrong in (([5], [1.0]), ([0, 0], [1, 1]), ([5, 5], [1, 0]), ([5, 5, 5], [1, 1])):
        with pytest.raises(MethodError):
            sample_ratio(*wrong)


@pytest.mark.parametrize("control_share", [0.1, 0.5])
def test_the_promised_power_is_reached(control_share: float) -> None:
    n, variance, rng = 4000, 9.0, np.random.default_rng(1)
    least = detectable(n, variance, control_share=control_share)
    se = np.sqrt(variance / n * (1 / control_share + 1 / (1 - control_share)))
    found = (np.abs(rng.normal(least, se, 20_000)) > norm.ppf(0.975) * se).mean()
    assert found == pytest.approx(0.8, abs=0.01)
    assert needed(least, variance, control_share=control_share) == pytest.approx(n, abs=1)
    assert detectable(4 * n, variance) == pytest.approx(detectable(n, variance) / 2)


def test_power_refuses_the_impossible() -> None:
    for wrong in ({"control_share": 0.0}, {"power": 1.0}, {"confidence": 1.5}):
        with pytest.raises(MethodError):
            detectable(100, 1.0, **wrong)
    with pytest.raises(MethodError, match="zero"):
        needed(0.0, 1.0)
    with pytest.raises(MethodError):
        detectable(0, 1.0)


def looks(seed: int, times: np.ndarray, runs: int) -> np.ndarray:
    """Standardised sums without effect at each look, one row per run."""
    steps = np.random.default_rng(seed).normal(size=(runs, len(times))) * np.sqrt(np.diff(times, prepend=0))
    return steps.cumsum(1) / np.sqrt(times)


def test_sequential_levels_err_as_often_as_promised() -> None:
    times = np.array([100.0, 250, 400, 1000])
    levels = np.array(adjusted_alpha(list(times), 1000, alpha=0.05))
    z = np.abs(looks(2, times, 100_000))
    assert (z > norm.isf(levels / 2)).any(1).mean() == pytest.approx(0.05, abs=0.003)
    assert (z > norm.isf(0.025)).any(1).mean() > 0.1
    with pytest.raises(MethodError, match="do not grow"):
        adjusted_alpha([300, 200], 400)


def test_always_valid_intervals_hold_at_every_look() -> None:
    people = np.arange(200.0, 20_001, 200)
    z = looks(3, people, 4000)
    reach = np.array([always_valid(effect(0.0, 1.0), int(n)).high for n in people])
    assert (np.abs(z) > reach).any(1).mean() < 0.05
    assert (np.abs(z) > 1.96).any(1).mean() > 0.3


def test_an_always_valid_p_value_and_its_interval_say_the_same() -> None:
    for value in (2.0, 3.0, 3.04, 3.1, 5.0):
        found = always_valid(effect(value, 1.0), 6000)
        assert (found.p_value < 0.05) == (found.low > 0)
    with pytest.raises(MethodError):
        always_valid(effect(1.0, 1.0), 0)
