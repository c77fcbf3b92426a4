"""The distributions are those of scipy.stats to the last bit, and carried spend that of scipy.signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import signal, stats

from quanyu.solve.distribution import (
    chi_squared_above,
    normal_above,
    normal_below,
    normal_density,
    normal_quantile,
    student_below,
    student_quantile,
)
from quanyu.solve.response import carry_over

AT = np.concatenate([np.linspace(-9, 9, 181), [0.0, 1e-300, 40.0, -40.0, np.inf, -np.inf]])
SHARES = np.concatenate([np.linspace(0.0005, 0.9995, 101), [0.0, 1.0, 1e-12, 0.975]])
FREE = (1, 2, 3.5, 10, 363, 1e6)
PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "density": (lambda: normal_density(AT), lambda: stats.norm.pdf(AT)),
    "density elsewhere": (
        lambda: normal_density(AT[:, None], 1.3, 0.7),
        lambda: stats.norm.pdf(AT[:, None], 1.3, 0.7),
    ),
    "below": (lambda: normal_below(AT), lambda: stats.norm.cdf(AT)),
    "above": (lambda: normal_above(AT, -0.4, 2.5), lambda: stats.norm.sf(AT, -0.4, 2.5)),
    "quantile": (lambda: normal_quantile(SHARES), lambda: stats.norm.ppf(SHARES)),
    "quantile from above": (lambda: -normal_quantile(SHARES), lambda: stats.norm.isf(SHARES)),
    "student below": (
        lambda: [student_below(AT, free) for free in FREE],
        lambda: [stats.t.cdf(AT, free) for free in FREE],
    ),
    "student above": (
        lambda: [student_below(-AT, free) for free in FREE],
        lambda: [stats.t.sf(AT, free) for free in FREE],
    ),
    "student quantile": (
        lambda: [student_quantile(SHARES[SHARES > 0], free) for free in FREE],
        lambda: [stats.t.ppf(SHARES[SHARES > 0], free) for free in FREE],
    ),
    "chi squared": (
        lambda: [chi_squared_above(abs(AT), free) for free in FREE],
        lambda: [stats.chi2.sf(abs(AT), free) for free in FREE],
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_distribution_is_that_of_scipy_to_the_last_bit(name: str) -> None:
    ours, theirs = PAIRS[name]
    assert np.array_equal(np.asarray(ours()), np.asarray(theirs()), equal_nan=True)


def test_carried_spend_is_that_of_a_filter_to_the_last_bit() -> None:
    spend = np.random.default_rng(4).gamma(0.5, 1e4, 900)
    for carry, start in ((0.15, 0.0), (0.45, 17.5), (0.85, 1e6)):
        filtered, _ = signal.lfilter([1 - carry], [1, -carry], spend, zi=np.array([carry * start]))
        assert np.array_equal(carry_over(spend, carry, start), filtered)
