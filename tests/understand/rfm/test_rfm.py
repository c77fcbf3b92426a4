"""RFM passes the laws of every method, and its cuts behave at ties."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.method.laws import Case, check_laws

from quanyu.ledger import find_fit
from quanyu.method import Cells, Fit, Inconclusive, fit
from quanyu.tables.view.rfm_groups import GROUPS
from quanyu.understand.rfm.rfm import AXES, Rfm, rfm
from quanyu.workspace import Workspace

SPECS = [Rfm(cut=cut) for cut in ("mean", "median", "quantile", "fixed")]


def people(n: int, seed: int = 1) -> pa.Table:
    """Buyers with many ties on every axis."""
    rng = np.random.default_rng(seed)
    cents = rng.integers(-500, 100_000, n) // 25 * 25
    return pa.table(
        {
            "key": np.arange(n),
            "recency_days": rng.integers(0, 60, n),
            "frequency": rng.geometric(0.4, n),
            "monetary_amount": pa.array([Decimal(int(c)) / 100 for c in cents], pa.decimal128(18, 2)),
        }
    )


def engine(ws: Workspace, tmp_path: Any) -> Any:
    def load(rows: pa.Table) -> tuple[ir.Table, Any]:
        file = tmp_path / f"{abs(hash(str(rows)))}.parquet"
        pq.write_table(rows, file)
        return ws.warehouse.scan([file]), ws.warehouse.read

    return load


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.cut)
def test_rfm_keeps_the_laws(spec: Rfm, make_workspace: Any, tmp_path: Any) -> None:
    check_laws(Case(spec, people(500), [engine(make_workspace(), tmp_path)]))


@pytest.mark.spark
def test_rfm_keeps_the_laws_on_duckdb_and_spark(make_workspace: Any, tmp_path: Any) -> None:
    engines = [engine(make_workspace(engine=name), tmp_path) for name in ("duckdb", "spark")]
    check_laws(Case(Rfm(cut="mean"), people(300), engines))


def test_a_value_at_the_cut_is_high_and_equal_values_share_a_score() -> None:
    rows = {
        "recency_days": np.array([5, 5, 9]),
        "frequency": np.array([1, 2, 2]),
        "monetary_amount": np.array([1.0, 7.5, 9.0]),
    }
    stats = {axis: Cells.of({name: rows[name]}, np.ones(3, int)) for axis, name in AXES.items()}
    solved = Rfm().solve(stats)
    assert not isinstance(solved, Inconclusive)
    scored = Rfm().score_arrays(Fit("Rfm", {"cut": "median"}, solved), rows)
    assert scored["group"].tolist() == ["new", "champions", "at_risk"]
    assert scored["r_score"][0] == scored["r_score"][1] > scored["r_score"][2]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60), st.floats(0.01, 1.0))
@settings(max_examples=100, deadline=None)
def test_discrete_quantiles_are_numpys(values: list[int], q: float) -> None:
    cells = Cells.of({"x": np.array(values)}, np.ones(len(values), int))
    assert cells.median() == np.median(values)
    assert cells.quantile(q) == np.quantile(
        values, round(q * len(values), 9) / len(values), method="inverted_cdf"
    )


def test_every_combination_has_one_group() -> None:
    assert len({group.is_high for group in GROUPS}) == len({group.group_id for group in GROUPS}) == 8


def test_the_fit_is_kept_and_named_in_every_row(small_shop: Workspace) -> None:
    done = rfm(small_shop, dt.date(2026, 11, 20))
    kept = find_fit(small_shop.ledger, done["fit_id"])
    assert kept is not None and kept.parameters["high"]["f"] == 2.0
    table = small_shop.warehouse.table("rfm")
    assert set(small_shop.warehouse.read(table.select("fit_id"))["fit_id"].to_pylist()) == {done["fit_id"]}
    again = rfm(small_shop, dt.date(2026, 11, 20))
    assert again["fit_id"] == done["fit_id"]


def test_an_empty_window_is_inconclusive(make_workspace: Any) -> None:
    ws = make_workspace()
    found = fit(Rfm(), ws.warehouse.table("rfm"), reduce=ws.warehouse.read)
    assert isinstance(found, Inconclusive) and "nobody" in str(found)
