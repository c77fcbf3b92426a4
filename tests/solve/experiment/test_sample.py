"""Arms add up, and impossible arms are refused."""

from __future__ import annotations

import numpy as np
import pytest

from quanyu.errors import MethodError
from quanyu.solve.experiment.proportion import proportion
from quanyu.solve.experiment.ratio import ratio
from quanyu.solve.experiment.sample import Sample


def sample_of(rows: np.ndarray) -> Sample:
    """The arm of an array of (people, values)."""
    return Sample(len(rows), rows.mean(0), np.cov(rows.T, ddof=0).reshape(rows.shape[1], -1) * len(rows))


def test_pooled_arms_are_one_sample() -> None:
    rows = np.random.default_rng(1).normal(1e6, 1, (500, 3))
    both = sample_of(rows[:200]) + sample_of(rows[200:])
    assert both.n == 500
    assert np.allclose(both.covariance, np.cov(rows.T), rtol=1e-8, atol=1e-9)


def test_a_mapped_arm_is_the_arm_of_mapped_rows() -> None:
    rows = np.random.default_rng(2).normal(size=(50, 3))
    matrix = np.array([[1.0, -2.0, 0.5]])
    found = sample_of(rows).mapped(matrix, matrix @ rows.mean(0))
    assert found.variance == pytest.approx(np.var(rows @ matrix[0], ddof=1))
    assert sample_of(rows).of([2]).variance == pytest.approx(np.var(rows[:, 2], ddof=1))


def test_a_ratio_varies_as_resampling_says() -> None:
    rng = np.random.default_rng(3)
    orders = 1 + rng.poisson(2, 4000).astype(float)
    rows = np.stack([orders * rng.lognormal(3, 0.5, 4000), orders], axis=1)
    found = ratio(sample_of(rows))
    drawn = rows[rng.integers(0, 4000, (600, 4000))].sum(1)
    assert np.sqrt(found.variance / 4000) == pytest.approx((drawn[:, 0] / drawn[:, 1]).std(), rel=0.1)


def test_impossible_arms_are_refused() -> None:
    square = np.zeros((1, 1))
    for given in (
        (1, np.zeros(1), square),
        (5, np.zeros(2), square),
        (5, np.array([np.nan]), square),
        (5, np.zeros(1), square - 1),
    ):
        with pytest.raises(MethodError):
            Sample(*given)
    with pytest.raises(MethodError, match="6 of 5"):
        proportion(5, 6)
    with pytest.raises(MethodError, match="bottom"):
        ratio(Sample(5, np.zeros(2), np.eye(2)))
    with pytest.raises(MethodError, match="two values"):
        ratio(Sample(5, np.zeros(1), square))
