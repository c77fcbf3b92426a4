"""The fixed rules, resampling, and whole units that add up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.solve.attribution.conftest import Made, made, some_paths

from quanyu.solve.attribution.apportion import apportion
from quanyu.solve.attribution.resample import interval, refits
from quanyu.solve.attribution.rule.decay import decay, half_life
from quanyu.solve.attribution.rule.first import first
from quanyu.solve.attribution.rule.last import last
from quanyu.solve.attribution.rule.linear import linear
from quanyu.solve.attribution.rule.position import position


@given(some_paths(4))
def test_rules_are_what_their_names_say(one: Made) -> None:
    paths, outcomes, nulls = one
    expected = {rule: np.zeros((4, 2)) for rule in (first, last, linear, position)}
    for p in range(paths.n):
        steps = paths.keys[paths.starts[p] : paths.starts[p + 1]].tolist()
        n = len(steps)
        shares = [1.0] if n == 1 else [0.5, 0.5] if n == 2 else [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
        expected[first][steps[0]] += outcomes[p]
        expected[last][steps[-1]] += outcomes[p]
        for key, share in zip(steps, shares, strict=True):
            expected[linear][key] += outcomes[p] / n
            expected[position][key] += outcomes[p] * share
    for rule, wanted in expected.items():
        np.testing.assert_allclose(rule(paths).credit(outcomes, nulls), wanted, atol=1e-9)


def test_time_decay_halves_per_half_life_and_may_differ_by_outcome() -> None:
    paths, outcomes, nulls = made([([0, 1, 2], 2, 0), ([1], 4, 0)], 3)
    share = half_life(np.array([14.0, 7.0, 0.0, 3.0]), paths, 7.0)
    np.testing.assert_allclose(share, [1 / 7, 2 / 7, 4 / 7, 1])
    other = np.array([0.0, 0.0, 1.0, 1.0])
    found = decay(paths, np.stack([share, other], axis=1)).credit(outcomes, nulls)
    np.testing.assert_allclose(found[:, 0], [2 / 7, 4 / 7 + 4, 8 / 7])
    np.testing.assert_allclose(found[:, 1], [0, outcomes[1, 1], outcomes[0, 1]])


def test_refits_spread_as_counts_do() -> None:
    paths, outcomes, nulls = made([([0], 100, 10), ([1, 0], 40, 0), ([1], 25, 3)], 2)
    drawn = refits([last(paths)], paths, (outcomes[:, 0], nulls), np.random.default_rng(3), 4000)[0]
    np.testing.assert_allclose(drawn.mean(axis=0), [140, 25], rtol=0.02)
    np.testing.assert_allclose(drawn.var(axis=0), [140, 25], rtol=0.1)
    low, high = interval(drawn, 0.95)
    np.testing.assert_allclose([low[0], high[0]], [140 - 1.96 * 140**0.5, 140 + 1.96 * 140**0.5], atol=2)
    again = refits([last(paths)], paths, (outcomes[:, 0], nulls), np.random.default_rng(3), 4000)[0]
    np.testing.assert_array_equal(drawn, again)


@given(
    st.lists(st.floats(-50, 1000, allow_nan=False), min_size=1, max_size=12).filter(lambda v: sum(v) > 1e-3),
    st.integers(0, 10**9),
)
def test_whole_units_add_up_and_stay_near(values: list[float], total: int) -> None:
    given_ = np.array(values)
    found = apportion(given_, total)
    assert found.sum() == total
    assert np.abs(found - given_ * (total / given_.sum())).max() <= 1 + 1e-6
