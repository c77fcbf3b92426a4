"""Differences, adjusted and relative, against SciPy, least squares and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, ttest_ind

from quanyu.errors import MethodError
from quanyu.solve.experiment import cuped
from quanyu.solve.experiment.effect import effect, quantile
from quanyu.solve.experiment.posterior import posterior
from quanyu.solve.experiment.quantile import Quantile, quantile_difference
from quanyu.solve.experiment.relative import Spread, delta, fieller, spread
from quanyu.solve.experiment.sample import Sample
from quanyu.solve.experiment.welch import welch


def sample_of(*columns: np.ndarray) -> Sample:
    rows = np.stack(columns)
    return Sample(rows.shape[1], rows.mean(1), np.atleast_2d(np.cov(rows, ddof=0)) * rows.shape[1])


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_welch_is_scipys(confidence: float) -> None:
    rng = np.random.default_rng(1)
    treated, control = rng.lognormal(3, 1, 80), rng.normal(20, 3, 31)
    found = welch(sample_of(treated), sample_of(control), confidence=confidence)
    judge = ttest_ind(treated, control, equal_var=False)
    low, high = judge.confidence_interval(confidence)
    assert (found.df, found.p_value) == pytest.approx((judge.df, judge.pvalue))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_the_smallest_p_values_do_not_vanish() -> None:
    assert 0 < effect(30.0, 1.0).p_value == pytest.approx(2 * norm.sf(30.0), rel=1e-9)


def drawn(n: int, lift: float, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    before = rng.lognormal(0, 1, n), rng.normal(size=n)
    arm = (rng.random(n) < 0.3).astype(float)
    after = 2 * before[0] - before[1] + rng.normal(size=n) + lift * arm
    return after, *before, arm


def test_cuped_with_several_covariates_is_regression_on_them() -> None:
    after, one, two, arm = drawn(20_000, 0.5, 2)
    arms = [
        sample_of(*(column[arm == side] for column in (after, one, two, 2 * one - two))) for side in (1, 0)
    ]
    found = cuped.estimate(*arms, cuped.weights(arms))
    design = np.stack([np.ones_like(arm), arm, one, two], axis=1)
    judge, rest, *_ = np.linalg.lstsq(design, after, rcond=None)
    se = math.sqrt(rest[0] / (len(after) - 4) * np.linalg.inv(design.T @ design)[1, 1])
    assert found.effect.value == pytest.approx(judge[1], abs=0.1 * se)
    assert found.effect.se == pytest.approx(se, rel=0.01)
    raw = welch(*arms)
    assert found.variance_reduction == pytest.approx(1 - (found.effect.se / raw.se) ** 2)
    assert found.variance_reduction > 0.9
    # The third covariate says nothing new: the prediction is the same without it.
    fewer = [arm.of([0, 1, 2]) for arm in arms]
    plain = cuped.estimate(*fewer, cuped.weights(fewer))
    assert found.effect.value == pytest.approx(plain.effect.value, rel=1e-9)


def test_covariates_that_do_not_vary_change_nothing() -> None:
    after, one, _, arm = drawn(500, 0.5, 3)
    arms = [sample_of(after[arm == side], 0 * one[arm == side]) for side in (1, 0)]
    found, raw = cuped.estimate(*arms, cuped.weights(arms)), welch(*arms)
    assert found.effect.value == raw.value and found.theta == (0.0,)
    assert found.variance_reduction == pytest.approx(0, abs=1e-12)


def test_the_scale_of_covariates_does_not_matter() -> None:
    after, one, two, arm = drawn(2000, 0.5, 4)
    scaled = [
        [sample_of(after[arm == side], k * one[arm == side], two[arm == side]) for side in (1, 0)]
        for k in (1e-9, 1.0, 1e9)
    ]
    found = [cuped.estimate(*arms, cuped.weights(arms)) for arms in scaled]
    assert len({round(one.effect.value, 9) for one in found}) == 1


@pytest.mark.parametrize("lift", [-0.6, 0.1, 0.45, 2.0])
def test_fieller_holds_the_ratios_that_the_test_does_not_refuse(lift: float) -> None:
    one = Spread(lift, 1.5, 0.04, 0.02, -0.015, 60.0)
    low, high = fieller(one)
    tried = np.linspace(-3, 5, 200_001)
    gap = one.lift - tried * one.base
    spread_of = one.var_lift - 2 * tried * one.covariance + tried**2 * one.var_base
    kept = tried[np.abs(gap) <= quantile(60.0, 0.95) * np.sqrt(spread_of)]
    assert (low, high) == pytest.approx((kept.min(), kept.max()), abs=1e-4)
    assert (low <= 0 <= high) == (abs(lift) <= quantile(60.0, 0.95) * 0.2)


def test_fieller_and_the_delta_method_agree_for_large_arms() -> None:
    rng = np.random.default_rng(5)
    arms = [sample_of(rng.lognormal(3, 1, n)) for n in (90_000, 80_000)]
    one = spread(*arms, (), welch(*arms))
    near, exact = delta(one), fieller(one)
    assert (near.low, near.high) == pytest.approx(exact, abs=0.02 * near.se)


def test_a_control_that_may_be_zero_has_no_relative_bounds() -> None:
    assert fieller(Spread(1.0, 0.1, 0.2, 0.1, -0.1, math.inf)) == (-math.inf, math.inf)
    with pytest.raises(MethodError, match="zero"):
        delta(Spread(1.0, 0.0, 0.2, 0.1, -0.1, math.inf))


def test_a_belief_is_the_weighted_mean_and_its_risks_are_what_drawing_says() -> None:
    found = posterior(1.0, 0.8, prior=(0.2, 0.3))
    weight = (1 / 0.64) / (1 / 0.64 + 1 / 0.3)
    assert found.value == pytest.approx(weight + (1 - weight) * 0.2)
    draws = np.random.default_rng(6).normal(found.value, found.sd, 2_000_000)
    assert found.p_gain == pytest.approx((draws > 0).mean(), abs=0.002)
    risk = np.maximum(draws, 0).mean(), np.maximum(-draws, 0).mean()
    assert found.risk == pytest.approx(risk, abs=0.002)


def test_quantiles_differ_by_their_difference() -> None:
    found = quantile_difference(Quantile(3.0, 2.0, 4.0), Quantile(1.0, 0.0, 2.0))
    assert (found.value, found.high - found.value) == pytest.approx((2.0, math.sqrt(2)))


@pytest.mark.parametrize("given", [(1.0, 0.0), (math.nan, 1.0), (1.0, math.inf)])
def test_effects_without_spread_are_refused(given: tuple[float, float]) -> None:
    with pytest.raises(MethodError):
        effect(*given)
    with pytest.raises(MethodError):
        effect(1.0, 1.0, confidence=95)


def test_a_gain_stays_a_gain_where_control_loses_money() -> None:
    treated, control = Sample.single(500, -1.0, 9.0), Sample.single(500, -3.0, 9.0)
    one = spread(treated, control, (), welch(treated, control))
    low, high = fieller(one)
    assert delta(one).value == pytest.approx(2 / 3)
    assert 0 < low < 2 / 3 < high
    mirrored = spread(Sample.single(500, 5.0, 9.0), Sample.single(500, 3.0, 9.0), (), welch(treated, control))
    assert fieller(mirrored)[0] > 0
