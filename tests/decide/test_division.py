from __future__ import annotations

import numpy as np
import pytest

from quanyu.decide.division import AdChannel, Limits, divide, moves, trial
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
    assert sum(found.amounts) <= 280 + 1e-9
    low, high = found.whole[1:]
    exact = 7 * ((1_000 * 120 / 220 - 500) + (120 * 80 / 180 - 60))
    assert low < exact < high
    assert found.p_gain == 1.0
    assert moves([rich, poor, UNKNOWN], found)


def test_nothing_is_given_that_brings_back_less_than_itself() -> None:
    found = divide([known("poor", 100, 50, 100)], Limits(total=500, step=0.2))
    assert found.amounts == pytest.approx((80.0,))


def test_floors_caps_and_the_unknown_keep_what_they_have() -> None:
    channels = [known("a", 100, 1_000, 100), known("b", 100, 50, 100), UNKNOWN]
    limits = Limits(300, 0.2, floors=(("b", 95.0),), caps=(("a", 110.0),))
    assert divide(channels, limits).amounts == pytest.approx((110, 95, 80))


def test_where_nothing_is_known_nothing_moves() -> None:
    found = divide([UNKNOWN], Limits(80, 0.2))
    assert found.amounts == pytest.approx((80,))
    assert not moves([UNKNOWN], found)


def test_the_trial_that_would_tell_is_longer_the_noisier_the_days() -> None:
    quiet, loud = (AdChannel("x", 80, "cannot_tell", "", 20, noise, None) for noise in (2.0, 8.0))
    assert trial(quiet)[0] == "pause"
    assert (trial(loud)[1] or 99) >= (trial(quiet)[1] or 0)
    assert trial(known("a", 1, 1, 1)) == ("none", 0)
