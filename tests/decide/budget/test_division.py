"""Dividing money: what moves, what stays, and what is promised of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quanyu.decide.budget.division import AdChannel, Limits, divide, moves
from quanyu.solve.curve import Curve


def curve(ceiling: float, half: float, n: int = 50) -> Curve:
    return Curve(np.full(n, half), np.full(n, 1.0), np.linspace(0.9, 1.1, n) * ceiling)


def known(name: str, spend: float, ceiling: float, half: float) -> AdChannel:
    return AdChannel(name, spend, "known", "", 1.0, 3.0, curve(ceiling, half))


UNKNOWN = AdChannel("dark", 80.0, "cannot_tell", "too_little_spend", 20.0, 3.0, None)


def test_money_goes_where_more_of_it_brings_most() -> None:
    rich, poor = known("rich", 100, 1_000, 100), known("poor", 100, 120, 100)
    found = divide([rich, poor, UNKNOWN], Limits(total=280, step=0.2))
    assert found.amounts == pytest.approx((120, 80, 80))
    low, high = found.whole[1:]
    exact = 7 * ((1_000 * 120 / 220 - 500) + (120 * 80 / 180 - 60))
    assert low < exact < high
    assert found.p_gain == 1.0
    assert moves([rich, poor, UNKNOWN], found)


def test_nothing_is_given_that_brings_back_less_than_itself() -> None:
    found = divide([known("poor", 100, 50, 100)], Limits(total=500, step=0.2))
    assert found.amounts == pytest.approx((80.0,))


def test_unless_all_must_be_spent() -> None:
    found = divide([known("poor", 100, 50, 100)], Limits(total=110, step=0.2, must_spend=True))
    assert found.amounts == pytest.approx((110.0,))


def test_floors_caps_and_the_unknown_keep_what_they_have() -> None:
    channels = [known("a", 100, 1_000, 100), known("b", 100, 50, 100), UNKNOWN]
    limits = Limits(300, 0.2, floors=(("b", 95.0),), caps=(("a", 110.0),))
    assert divide(channels, limits).amounts == pytest.approx((110, 95, 80))


def test_a_smaller_total_takes_from_the_unknown_in_proportion() -> None:
    noisy = AdChannel("noisy", 100.0, "cannot_tell", "too_noisy", 1.0, 3.0, curve(300, 100))
    found = divide([noisy, known("b", 100, 1_000, 100)], Limits(total=180, step=0.2))
    assert found.amounts == pytest.approx((90.0, 90.0))
    assert not found.is_blind
    assert divide([UNKNOWN], Limits(total=72, step=0.2)).is_blind


def test_amounts_that_change_are_whole() -> None:
    found = divide([known("a", 101.37, 1_000, 100)], Limits(total=500, step=0.2))
    assert found.amounts == (121.0,)


def test_where_nothing_is_known_nothing_moves() -> None:
    found = divide([UNKNOWN], Limits(80, 0.2))
    assert found.amounts == pytest.approx((80,))
    assert not moves([UNKNOWN], found)


def test_limits_reach_for_floors_and_caps_step_by_step() -> None:
    one = known("a", 100, 1, 1)
    assert Limits(9, 0.2, caps=(("a", 10.0),)).of(one) == (80.0, 80.0)
    assert Limits(9, 0.2, floors=(("a", 90.0),)).of(one) == (90.0, 120.0)
    dark = AdChannel("a", 0.0, "known", "", 1.0, 1.0, None)
    assert Limits(9, 0.2, floors=(("a", 50.0),)).of(dark) == (50.0, 50.0)


def test_a_channel_under_test_keeps_what_it_has() -> None:
    held = replace(known("a", 100, 50, 100), is_held=True)
    limits = Limits(500, 0.2, floors=(("a", 300.0),))
    assert limits.of(held) == (100, 100)
    assert not held.is_known
    assert divide([held], limits).amounts == (100,)
