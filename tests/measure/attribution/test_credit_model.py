"""Attribution as a method keeps the laws of every method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.method.laws import Case, check_laws

from quanyu.measure.attribution.credit_model import Attribution
from quanyu.method import Fit, Inconclusive, fit
from quanyu.workspace import Workspace

CHANNELS = ("搜索", "mail", "sms", "social")
SPECS = (
    Attribution("markov"), Attribution("markov", order=3), Attribution("shapley"), Attribution("position", ends=(0.5, 0.3)),
    Attribution("last"), Attribution("first"), Attribution("linear"),
)  # fmt: skip


def drawn(n: int, seed: int = 1) -> pa.Table:
    draw = np.random.default_rng(seed)
    paths = [[CHANNELS[one] for one in draw.integers(0, 4, draw.integers(1, 6))] for _ in range(n)]
    return pa.table(
        {
            "key": np.arange(n),
            "path": [" > ".join(path) for path in paths],
            "channel": [path[-1] for path in paths],
            "is_conversion": draw.random(n) < 0.3,
        }
    )


def engine(ws: Workspace, tmp_path: Any) -> Any:
    def load(rows: pa.Table) -> tuple[Any, Any]:
        file = tmp_path / f"{abs(hash(str(rows)))}.parquet"
        pq.write_table(rows, file)
        return ws.warehouse.scan([file]), ws.warehouse.read

    return load


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_it_keeps_the_laws(spec: Attribution, make_workspace: Any, tmp_path: Any) -> None:
    check_laws(Case(spec, drawn(300), [engine(make_workspace(), tmp_path)]))


@pytest.mark.spark
def test_it_keeps_the_laws_on_duckdb_and_spark(make_workspace: Any, tmp_path: Any) -> None:
    engines = [engine(make_workspace(engine=name), tmp_path) for name in ("duckdb", "spark")]
    check_laws(Case(SPECS[0], drawn(150), engines))


def test_credits_add_up_and_a_contact_has_a_worth(make_workspace: Any, tmp_path: Any) -> None:
    rows = drawn(200)
    table, read = engine(make_workspace(), tmp_path)(rows)
    for spec in SPECS:
        found = fit(spec, table, reduce=read)
        assert isinstance(found, Fit)
        total = sum(rows["is_conversion"].to_pylist())
        assert abs(sum(found.parameters["conversions"].values()) - total) < 1e-9
        assert found.scans == 1
        worth = read(spec.score(found, table))["credit"].to_numpy()
        assert np.all(worth > 0)


def test_paths_without_an_order_are_inconclusive(make_workspace: Any, tmp_path: Any) -> None:
    rows = drawn(20).set_column(3, "is_conversion", pa.array([False] * 20))
    table, read = engine(make_workspace(), tmp_path)(rows)
    found = fit(Attribution(), table, reduce=read)
    assert isinstance(found, Inconclusive) and "no path" in str(found)
