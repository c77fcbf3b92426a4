"""Carry-over and saturation against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.solve.response import Grid, carry_over, marginal, saturate, shapes
from quanyu.solve.spline import spline

SPEND = st.lists(st.floats(0, 1e4), min_size=1, max_size=60)


@given(SPEND, st.floats(0, 0.95), st.floats(0, 1e4))
def test_carry_over_is_its_recursion(spend: list[float], carry: float, start: float) -> None:
    level, expected = start, []
    for amount in spend:
        level = carry * level + (1 - carry) * amount if carry else amount
        expected.append(level)
    assert carry_over(np.array(spend), carry, start) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.floats(0, 0.95), st.floats(0.1, 1e4))
def test_a_constant_spend_stays_what_it_is(carry: float, amount: float) -> None:
    assert carry_over(np.full(30, amount), carry, amount) == pytest.approx(np.full(30, amount), rel=1e-9)


@given(st.floats(1e-3, 1e5), st.floats(1e-2, 1e4), st.floats(0.5, 4))
def test_saturation_is_hills(amount: float, half: float, slope: float) -> None:
    found = saturate(np.array([amount]), half, slope)[0]
    assert found == pytest.approx(amount**slope / (half**slope + amount**slope), rel=1e-9)
    step = 1e-4 * amount
    ends = saturate(np.array([amount - step, amount + step]), half, slope)
    assert marginal(np.array([amount]), half, slope)[0] == pytest.approx(
        (ends[1] - ends[0]) / (2 * step), rel=1e-3, abs=1e-9
    )


def test_nothing_spent_brings_nothing() -> None:
    assert saturate(np.array([0.0]), 5.0, 1.5)[0] == 0.0


def test_shapes_are_every_combination_with_a_mean_of_one() -> None:
    spend = np.random.default_rng(1).gamma(2, 50, 100)
    found = shapes(spend, Grid((0.0, 0.5), (0.5, 2.0), (1.0, 2.0)))
    assert found.n == 8
    assert found.features.mean(axis=1) == pytest.approx(np.ones(8))
    assert sorted(set(np.round(found.half / spend.mean(), 9))) == [0.5, 2.0]
    assert found.ceiling(3.0, 2) == pytest.approx(3.0 / found.mean[2])


def test_splines_hold_straight_lines_and_parabolas() -> None:
    day = np.arange(200.0)
    basis = spline(200, 40)
    for wanted in (np.ones(200), day, day**2):
        fitted = basis @ np.linalg.lstsq(basis, wanted, rcond=None)[0]
        assert fitted == pytest.approx(wanted, rel=1e-8, abs=1e-6)
