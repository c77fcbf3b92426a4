"""Occasions pass the laws of every method, and the donations give the published figures through it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from tests.method.laws import Case, check_laws

from quanyu.method import Fit, fit
from quanyu.understand.lifetime.occasion import Occasion, occasions
from quanyu.workspace import Workspace


def engine(ws: Workspace, tmp_path: Any) -> Any:
    def load(rows: pa.Table) -> tuple[ir.Table, Any]:
        file = tmp_path / f"{abs(hash(str(rows)))}.parquet"
        pq.write_table(rows, file)
        return ws.warehouse.scan([file]), ws.warehouse.read

    return load


def drawn(n: int) -> pa.Table:
    rng = np.random.default_rng(2)
    age = rng.integers(1, 9, n)
    bought = (rng.random((n, 8)) < rng.beta(1.2, 0.8, n)[:, None]) & (np.arange(8) < age[:, None])
    bought &= np.cumsum(rng.random((n, 8)) < rng.beta(0.7, 2.8, n)[:, None], axis=1) == 0
    return pa.table(
        {
            "key": np.arange(n),
            "n_repeats": bought.sum(axis=1),
            "last_occasion": (bought * np.arange(1, 9)).max(axis=1),
            "n_occasions": age,
        }
    )


def test_it_keeps_the_laws(make_workspace: Any, tmp_path: Any) -> None:
    check_laws(Case(Occasion(ahead=3, discount_rate=0.1), drawn(300), [engine(make_workspace(), tmp_path)]))


@pytest.mark.spark
def test_it_keeps_the_laws_on_duckdb_and_spark(make_workspace: Any, tmp_path: Any) -> None:
    engines = [engine(make_workspace(engine=name), tmp_path) for name in ("duckdb", "spark")]
    check_laws(Case(Occasion(ahead=3), drawn(200), engines))


@pytest.mark.datasets
def test_donors_are_forecast_as_published(make_workspace: Any, tmp_path: Any, datasets: Path) -> None:
    """Fader, Hardie and Shang 2010: the parameters, and 12,884.2 donations in the next five years."""
    cells = pa.csv.read_csv(datasets / "bgbb_donations" / "donations.csv")
    donors = cells.take(np.repeat(np.arange(len(cells)), cells["weights"].to_numpy()))
    names = {"frequency": "n_repeats", "recency": "last_occasion", "periods": "n_occasions"}
    rows, read = engine(make_workspace(), tmp_path)(
        donors.select(list(names)).rename_columns(list(names.values()))
    )
    spec = Occasion(ahead=5)
    found = fit(spec, rows, reduce=read)
    assert isinstance(found, Fit)
    published = {"alpha": 1.204, "beta": 0.75, "gamma": 0.657, "delta": 2.783}
    assert {name: round(value, 3) for name, value in found.parameters["parameters"].items()} == published
    scored = read(spec.score(found, rows))
    assert round(sum(scored["expected_orders"].to_pylist()), 1) == 12884.2


def test_occasions_are_counted_by_hand(workspace: Workspace, tmp_path: Any) -> None:
    """Ann: first on 1 August (111 days, 3 full periods of 30), then in the first, and twice in the third."""
    ann = ("2026-08-01", "2026-08-20", "2026-10-10", "2026-10-20", "2026-11-05")
    rows = [(1, "ann", day, True) for day in ann] + [
        (1, "ann", "2026-09-15", False),
        (2, "bob", "2026-11-10", True),
    ]
    names = ("person", "key", "day", "is_purchase")
    bought = [dict(zip(names, row, strict=True)) | {"day": dt.date.fromisoformat(row[2])} for row in rows]
    days, read = engine(workspace, tmp_path)(pa.Table.from_pylist(bought))
    found = read(occasions(days, dt.date(2026, 11, 20), 30)).sort_by("key").to_pylist()
    assert found == [
        {"key": "ann", "n_repeats": 2, "last_occasion": 3, "n_occasions": 3},
        {"key": "bob", "n_repeats": 0, "last_occasion": 0, "n_occasions": 0},
    ]
