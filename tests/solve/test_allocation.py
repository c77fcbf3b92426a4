"""Division of money against published curves, an optimiser and brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from quanyu.solve.allocation import allocate

KEYWORDS = np.array(
    [(74.090862, 0.039449), (156.439802, 0.150083), (104.799293, 0.079717), (188.111279, 0.432292)]
)
"""Clicks of four keywords are a * (1 - exp(-b * bid)); the (a, b) were published with the data of a bidding contest."""
WORTH = np.array([20.0, 12.0, 15.0, 6.0])


def keyword_curves() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    bid = np.linspace(0, 20, 40_001)
    clicks = KEYWORDS[:, :1] * (1 - np.exp(-KEYWORDS[:, 1:] * bid))
    return bid, clicks * bid, clicks * WORTH[:, None]


def bids(given: np.ndarray) -> np.ndarray:
    bid, cost, _ = keyword_curves()
    return np.array([np.interp(amount, row, bid) for amount, row in zip(given, cost, strict=True)])


def test_keywords_get_what_maximises_profit() -> None:
    _, cost, value = keyword_curves()
    found = allocate(cost, value, 1e9)
    assert bids(found) == pytest.approx([9.0804, 4.8551, 6.4937, 2.2348], abs=1e-3)
    assert found.sum() == pytest.approx(1_130.98, abs=0.2)


def test_keywords_under_a_budget() -> None:
    _, cost, value = keyword_curves()
    found = allocate(cost, value, 800.0)
    assert bids(found) == pytest.approx([7.2997, 3.9906, 5.2698, 1.8636], abs=1e-3)
    assert found.sum() == pytest.approx(800.0)


def test_a_budget_that_does_not_bind_is_left() -> None:
    _, cost, value = keyword_curves()
    assert 1_500 - allocate(cost, value, 1_500.0).sum() == pytest.approx(369.02, abs=0.2)


def test_concave_curves_as_an_optimiser_divides_them() -> None:
    rng = np.random.default_rng(3)
    for _ in range(10):
        top, half = rng.uniform(50, 500, 4), rng.uniform(20, 200, 4)
        amount = np.linspace(10, 150, 2_001) * np.ones((4, 1))
        found = allocate(amount, top[:, None] * amount / (half[:, None] + amount), 300.0, must_spend=True)

        def loss(x: np.ndarray, top: np.ndarray = top, half: np.ndarray = half) -> float:
            return -float((top * x / (half + x)).sum())

        best = minimize(
            loss, np.full(4, 75.0), method="SLSQP", bounds=[(10, 150)] * 4,
            constraints={"type": "eq", "fun": lambda x: x.sum() - 300}, options={"ftol": 1e-12},
        )  # fmt: skip
        assert found.sum() == pytest.approx(300)
        assert -loss(found) >= -best.fun - 1e-4


@settings(max_examples=60)
@given(st.data())
def test_concave_curves_on_few_points_as_trying_everything(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(1, 3)), data.draw(st.integers(2, 4))
    steps = st.lists(st.floats(0, 3), min_size=k - 1, max_size=k - 1)
    amount = np.arange(k, dtype=float) * np.ones((n, 1))
    value = np.array([np.cumsum([0.0, *sorted(data.draw(steps), reverse=True)]) for _ in range(n)])
    total = float(data.draw(st.integers(0, n * (k - 1))))
    found = allocate(amount, value, total)
    reached = sum(
        float(np.interp(a, row, gain)) - a for a, row, gain in zip(found, amount, value, strict=True)
    )
    best = max(
        sum(value[c, at] - amount[c, at] for c, at in enumerate(places))
        for places in itertools.product(range(k), repeat=n)
        if sum(amount[c, at] for c, at in enumerate(places)) <= total
    )
    assert reached >= best - 1e-9
    assert found.sum() <= total + 1e-9


def test_a_slow_start_is_crossed_or_not_begun() -> None:
    amount = np.array([[0.0, 1.0, 2.0, 3.0]])
    value = np.array([[0.0, 0.0, 0.0, 9.0]])
    assert allocate(amount, value, 3.0).tolist() == [3.0]
    assert allocate(amount, value, 2.0).tolist() == [0.0]


def test_the_least_is_kept_even_above_the_total() -> None:
    amount = np.array([[5.0, 6.0], [7.0, 8.0]])
    assert allocate(amount, amount * 9, 3.0).tolist() == [5.0, 7.0]
