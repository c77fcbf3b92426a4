"""The search for the largest likelihood: it comes to rest where nothing is left to gain, at an edge too."""

from __future__ import annotations

import numpy as np
import pytest

from quanyu.solve.history import Values
from quanyu.solve.likelihood import ABOVE, maximise
from quanyu.solve.spending import Spending, estimate_spending, gamma_gamma
from quanyu.solve.spending.gamma_gamma import MOST_CELLS

TOP = np.array([20.0, 0.0, 0.0])
INFORMATION = 1e4 * np.array([[1.0, 0.3, 0.9], [0.3, 1.0, 0.2], [0.9, 0.2, 1.0]])


def peak(place: Values) -> tuple[float, Values]:
    """A likelihood whose top lies beyond what is tried; the parameters pull at one another."""
    pull = INFORMATION @ (TOP - place)
    return -float((TOP - place) @ pull) / 2, pull


def test_at_the_edge_the_others_find_their_own_top() -> None:
    found = maximise(peak, [np.zeros(3)])
    assert not found.is_inside
    assert found.place[[0, 2]] == pytest.approx(ABOVE, abs=1e-9)
    assert peak(found.place)[1][1] == pytest.approx(0, abs=1e-5)


def test_rough_cells_lead_to_the_same_top() -> None:
    def exact(place: Values) -> tuple[float, Values]:
        away = place - 0.5
        return -float(np.cosh(away).sum()), -np.sinh(away)

    def rough(place: Values) -> tuple[float, Values]:
        return 1.1 * exact(place + 0.02)[0], 1.1 * exact(place + 0.02)[1]

    found = maximise(exact, [np.zeros(2), np.ones(2)], rough)
    assert found.place == pytest.approx(0.5, abs=1e-8)
    assert found.covariance == pytest.approx(np.eye(2), abs=1e-6)


def test_many_averages_are_sought_among_few_and_found_among_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    x = rng.integers(1, 9, 6_000).astype(np.float64)
    mean = rng.gamma(6.0 * x, 15.0 / rng.gamma(3.7, size=len(x))) / x
    cells = Spending(x, mean, np.ones(len(x)))
    assert len(cells.coarse.x) < MOST_CELLS < len(x)
    assert cells.coarse.weight.sum() == len(x)
    sought_among_few = estimate_spending(cells)
    monkeypatch.setattr(gamma_gamma, "MOST_CELLS", len(x))
    assert sought_among_few.place == pytest.approx(estimate_spending(cells).place, abs=1e-8)
