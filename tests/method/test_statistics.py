"""Statistics add up, keep their digits near 1e9, and are judged by NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.method.laws import is_close

from quanyu.method import (
    AskCells,
    AskMoments,
    AskSum,
    Cells,
    Fit,
    Moments,
    Need,
    measure,
)

numbers = st.lists(st.floats(-1e6, 1e6), max_size=30)


@given(numbers, numbers)
@settings(max_examples=100, deadline=None)
def test_moments_of_parts_add_up(left: list[float], right: list[float]) -> None:
    offset = 1e9
    one, other, both = (
        Moments.of(["x", "y"], np.array([part, [2 * v for v in part]]).reshape(2, -1) + offset)
        for part in (left, right, left + right)
    )
    total = one + other
    assert total.n == both.n
    assert np.allclose(total.mean, both.mean, rtol=1e-12)
    assert np.allclose(total.comoment, both.comoment, rtol=1e-6, atol=1e-3)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=40), st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_cells_of_parts_add_up_in_any_order(rows: list[tuple[int, int]], cut: int) -> None:
    def cells(part: list[tuple[int, int]]) -> Cells:
        x, y = np.array(part, dtype=int).reshape(-1, 2).T
        return Cells.of({"x": x, "y": y}, np.ones(len(part), dtype=int))

    whole = cells(rows)
    assert is_close(cells(rows[cut:]) + cells(rows[:cut]), whole)
    assert whole.n == len(rows) and len(whole.weight) == len(set(rows))


def shop(ws: Any, tmp_path: Any, n: int = 5000) -> Any:
    rng = np.random.default_rng(3)
    rows = pa.table(
        {
            "x": 1e9 + rng.random(n),
            "y": rng.normal(size=n),
            "k": rng.integers(0, 7, n),
            "g": np.array(["a", "b"])[rng.integers(0, 2, n)],
        }
    )
    pq.write_table(rows, tmp_path / "rows.parquet")
    return rows, ws.warehouse.scan([tmp_path / "rows.parquet"])


def test_needs_are_answered_together_and_as_numpy_does(workspace: Any, tmp_path: Any) -> None:
    rows, t = shop(workspace, tmp_path)
    stats, scans = measure(Need.of(t, xy=AskMoments({"x": t.x, "y": t.y})), workspace.warehouse.read)
    asked = Need.of(
        t, {"g": t.g}, cells=AskCells({"k": t.k}), total=AskSum(t.k), spread=AskMoments({"x": t.x})
    )
    stats |= measure(asked, workspace.warehouse.read)[0]
    x, y, k, g = (rows[name].to_numpy(zero_copy_only=False) for name in ("x", "y", "k", "g"))
    assert scans == 2 and stats["xy"].n == 5000
    assert stats["xy"].variance("x") == pytest.approx(np.var(x, ddof=1), rel=1e-11)
    assert stats["xy"].covariance("x", "y") == pytest.approx(np.cov(x, y)[0, 1], rel=1e-9)
    assert stats["xy"].average("y") == pytest.approx(y.mean(), rel=1e-11)
    for group in ("a", "b"):
        assert stats["total"][(group,)] == k[g == group].sum()
        spread = stats["spread"][(group,)].variance("x")
        assert spread == pytest.approx(np.var(x[g == group], ddof=1), rel=1e-10)
        assert stats["cells"][(group,)].weight.tolist() == np.bincount(k[g == group]).tolist()


def test_a_fit_prints_and_comes_back_from_json() -> None:
    fit = Fit("Rfm", {"cut": "median"}, {"high": {"r": 51.0}}, versions={"orders": 3}, scans=1, seed=7)
    assert Fit.from_json(fit.to_json()) == fit
    assert "orders v3" in str(fit) and "<table>" in fit._repr_html_()
    assert fit.fit_id in str(fit)
