from __future__ import annotations

import numpy as np
import pytest

from quanyu.decide.budget.ad_return import compared
from quanyu.decide.budget.division import AdChannel
from quanyu.solve.curve import Curve

FAR = 1e6
"""Where a curve is straight: what comes back per unit spent is then the same at every spend."""


def channel(name: str, *back: float, spend: float = 10.0, status: str = "known") -> AdChannel:
    n = len(back)
    curve = Curve(np.full(n, FAR), np.ones(n), np.array(back) * FAR) if n else None
    return AdChannel(name, spend, status, "", 1.0, 1.0, curve, "curve")


def test_channels_are_compared_draw_by_draw_by_what_a_unit_brings_back() -> None:
    returns = compared([channel("a", 0.4, 0.6, 0.8, 1.0), channel("b", 0.5, 0.7, 0.9, 2.0, spend=90.0)])
    first, second = returns.channels
    assert (first.channel, second.channel) == ("b", "a")
    assert first.back == pytest.approx(1.025, rel=1e-3)
    assert first.p_pays == 0.25
    assert returns.p_first == 1.0
    assert first.low is not None
    assert first.high is not None
    assert 0.5 <= first.low < 0.6
    assert 1.8 < first.high <= 2.0


def test_what_cannot_be_told_comes_last_however_much_it_seems_to_return() -> None:
    returns = compared([
        channel("dark", status="cannot_tell"), channel("loud", 9.0, 9.0, status="cannot_tell"), channel("a", 0.5, 0.5),
        channel("off", 7.0, 7.0, spend=0.0),
    ])  # fmt: skip
    assert [told.channel for told in returns.channels] == ["a", "loud", "dark"]
    assert [told.channel for told in returns.known] == ["a"]
    assert returns.p_first is None
    assert returns.channels[-1].back is None
