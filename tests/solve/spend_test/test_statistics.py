"""Schedules are fair, readings keep their promises over many cheap tests, and knowing is worth what it gains."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter
from scipy.stats import binom

from quanyu.solve.array import Floats
from quanyu.solve.curve import Curve
from quanyu.solve.response import carry_over, saturate
from quanyu.solve.spend_test import Design, read
from quanyu.solve.spend_test.belief import Evidence, believed, convinced, is_compatible
from quanyu.solve.spend_test.design import LEVELS, WEEKS, noise, power, standard_error
from quanyu.solve.spend_test.information_value import Use, expected
from quanyu.solve.spend_test.reading import Reading
from quanyu.solve.spend_test.schedule import high_days, schedules

BASE, OTHERS = 40.0, 80.0
ERROR = 0.001
"""Each claim about a rate may fail by chance once in a thousand runs of another seed."""


def within(n_hits: int, n: int, low: float, high: float) -> bool:
    """Say whether a count is compatible with some true rate between two bounds."""
    return bool(binom.cdf(n_hits, n, low) > ERROR and binom.sf(n_hits - 1, n, high) > ERROR)


def readings(
    design: Design, n: int, brings: Callable[[Floats], Floats], carry: float, restless: float = 0.0
) -> Iterator[Reading]:
    """Draw tests on a shop whose days differ: a trend, weekends, a festival, and a common wave of demand.

    The sales channel has waves of its own, of which seven tenths last to the next day, of that `restless` size.
    """
    for seed in range(n):
        random = np.random.default_rng(seed)
        is_high = schedules(design.weeks, 1, random)[0]
        spent = np.where(is_high, design.high, design.low)
        carried = carry_over(spent, carry, design.usual)
        day = np.arange(design.days)
        demand = (1 + 0.1 * (day % 7 > 4)) * (1 + 0.003 * day) * np.where(np.abs(day - 20) < 2, 1.8, 1.0)
        demand = demand * np.exp(random.normal(0, 0.05, design.days))
        own = np.exp(lasting(random.normal(0, restless, design.days + 50), 0.7)[50:])
        orders = random.poisson(BASE * demand * own + brings(carried)).astype(float)
        yield read(orders, random.poisson(OTHERS * demand).astype(float), is_high, design.start, random)


def lasting(news: Floats, share: float) -> Floats:
    """Sums of news of which a share lasts to the next day."""
    return np.asarray(lfilter([1.0], [1.0, -share], news))


@given(st.sampled_from(WEEKS), st.integers(0, 2**32))
def test_every_weekday_is_high_in_half_of_the_weeks(weeks: int, seed: int) -> None:
    is_high = schedules(weeks, 5, np.random.default_rng(seed)).reshape(5, weeks, 7)
    assert (is_high.sum(axis=1) == weeks // 2).all()
    halves = is_high[:, :, :3], is_high[:, :, 3:]
    assert all((half == half[:, :, :1]).all() for half in halves)


def test_every_schedule_is_as_likely_as_any_other() -> None:
    drawn = schedules(4, 3_600, np.random.default_rng(1))
    _, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(counts) == 36
    assert (abs(counts - 100) < 45).all()
    assert abs(drawn.mean(axis=0) - 0.5).max() < 0.04


def test_a_schedule_is_a_function_of_its_lots() -> None:
    lots = np.random.default_rng(2).random((2, 6))
    assert (high_days(lots) == high_days(lots * 3)).all()
    assert (high_days(lots) != high_days(1 - lots)).all()


@pytest.mark.parametrize("carry", [0.1, 0.6])
def test_intervals_hold_the_truth_in_92_to_98_of_100(carry: float) -> None:
    design, n = Design("off_and_double", 8, 100.0), 250
    half, ceiling = 120.0, 14.0

    def brings(carried: Floats) -> Floats:
        return np.asarray(ceiling * saturate(np.maximum(carried, 1e-9), half, 1.2))

    truth = float(brings(np.array([design.high]))[0] - brings(np.array([design.low]))[0])
    found = list(readings(design, n, brings, carry))
    inside = sum(one.low <= truth <= one.high for one in found)
    assert within(inside, n, 0.92, 0.98), inside / n
    assert np.mean([one.orders for one in found]) == pytest.approx(truth, rel=0.2)


def test_intervals_hold_where_days_depend_on_one_another() -> None:
    """Nine of ten or more; with the error that takes days for independent, eight of ten."""
    design, n = Design("off_and_double", 12, 100.0), 200
    found = list(readings(design, n, lambda carried: 0.05 * carried, 0.6, restless=0.1))
    inside = sum(one.low <= 10.0 <= one.high for one in found)
    assert within(inside, n, 0.9, 1.0), inside / n


def test_where_nothing_is_brought_five_of_a_hundred_show_something() -> None:
    n = 300
    found = list(readings(Design("off", 6, 100.0), n, np.zeros_like, 0.3))
    alarms = sum(one.p_value <= 0.05 for one in found)
    assert within(alarms, n, 0.03, 0.07), alarms / n
    assert sum(not one.low <= 0 <= one.high for one in found) <= alarms + 8


@pytest.mark.parametrize(("kind", "weeks"), [("off_and_double", 6)])
def test_power_is_what_was_stated(kind: str, weeks: int) -> None:
    design, n = Design(kind, weeks, 100.0), 200
    per_unit = 5.5 / (design.high - design.low)
    random = np.random.default_rng(5)
    seen = 0
    for _ in range(n):
        is_high = schedules(weeks, 1, random)[0]
        carried = carry_over(
            np.where(is_high, design.high, design.low), float(random.choice([0, 0.3, 0.6])), 100.0
        )
        orders = random.poisson(36 + per_unit * carried).astype(float)
        seen += read(orders, np.zeros(design.days), is_high, design.start, random).low > 0
    stated = power(design, 5.5, 6.25)
    assert 0.3 < stated < 0.95
    assert seen / n == pytest.approx(stated, abs=0.15)


def test_longer_and_wider_tests_tell_more() -> None:
    by_weeks = [power(Design("off", weeks, 100.0), 5.0, 7.0) for weeks in WEEKS]
    assert by_weeks == sorted(by_weeks)
    assert power(Design("off", 6, 100.0), 0.0, 7.0) == power(Design("off", 6, 100.0), 5.0, 0.0) == 0.0


def test_noise_is_what_weekday_trend_and_control_leave() -> None:
    random = np.random.default_rng(3)
    demand = 1 + 0.5 * random.random(2_000)
    orders = random.poisson(50 * demand).astype(float)
    assert noise(orders, 1_000 * demand) == pytest.approx(np.sqrt(50 * demand.mean()), rel=0.06)
    assert noise(orders, np.zeros(2_000)) > noise(orders, 1_000 * demand)


def normal_belief(mean: float, spread: float) -> Curve:
    """A belief whose return is a normal number: a straight line, far from saturation."""
    random = np.random.default_rng(4)
    n = 40_000
    return Curve(np.full(n, 1e9), np.ones(n), 1e9 * (mean + spread * random.standard_normal(n)))


def test_belief_and_evidence_are_weighed_by_precision() -> None:
    before = normal_belief(0.010, 0.003)
    evidence = Evidence(0.0, 1_000.0, 6.0, 2.0)
    after = convinced(before, evidence, 4_000, np.random.default_rng(5)).at(np.array([1_000.0]))[0]
    weights = np.array([1 / 3.0**2, 1 / 2.0**2])
    assert after.mean() == pytest.approx(weights @ [10.0, 6.0] / weights.sum(), rel=0.02)
    assert after.std() == pytest.approx(weights.sum() ** -0.5, rel=0.06)


def test_what_contradicts_each_other_is_not_compatible() -> None:
    curve = normal_belief(0.010, 0.001)
    assert is_compatible(curve, Evidence(0.0, 1_000.0, 8.5, 1.0))
    assert not is_compatible(curve, Evidence(0.0, 1_000.0, 2.0, 1.0))


def test_the_value_of_knowing_is_that_of_simulated_decisions() -> None:
    """Draw truths and tests, decide as promised, and add up what the decisions gain."""
    design, noise_, worth = Design("off", 6, 1_000.0), 6.0, 160.0
    curve = normal_belief(1.0 / worth, 0.5 / worth)
    use = Use(days=365, confidence=0.9)
    stated = expected(curve, worth, design, noise_, use)
    random = np.random.default_rng(6)
    back = curve.ceiling[:20_000] / 1e9 * worth
    error = standard_error(design, noise_) * worth / design.usual
    seen = back + error * random.standard_normal(len(back))
    spread = (1 / 0.5**2 + 1 / error**2) ** -0.5
    mean = (1.0 / 0.5**2 + seen / error**2) * spread**2
    up, down = mean - 1 >= 1.2816 * spread, 1 - mean >= 1.2816 * spread
    gained = 500 * (back - 1) * (up.astype(float) - down)
    assert stated.value == pytest.approx((365 - design.days) * gained.mean(), rel=0.05)
    assert abs(stated.cost) < 0.02 * design.usual * design.days
    assert stated.cost_high == pytest.approx(0.5 * 0.98 * design.usual * design.days, rel=0.05)


def test_who_knows_gains_nothing_by_knowing_more() -> None:
    random = np.random.default_rng(7)
    sure = normal_belief(0.2 / 160, 0.01 / 160)
    design = Design("off", 6, 1_000.0)
    unsure = believed(1_000.0, 160.0, random)
    values = [expected(one, 160.0, design, 6.0, Use()).value for one in (sure, unsure)]
    assert values[0] < 0.02 * values[1]
    dear = expected(unsure, 160.0, Design("off_and_double", 6, 1_000.0), 6.0, Use())
    assert dear.cost > expected(unsure, 160.0, Design("half_and_more", 6, 1_000.0), 6.0, Use()).cost > 0
    assert set(LEVELS) == {"off", "up", "half_and_more", "off_and_double"}
