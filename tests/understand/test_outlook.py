"""The outlook of all customers is the sum of their forecasts, and is not given where it would be wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from quanyu.tables import contract
from quanyu.understand.customer_value import lifetimes
from quanyu.understand.outlook import outlook
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)


def traded(ws: Workspace) -> Workspace:
    """Four hundred buyers of two channels over 300 days, some of whom come again."""
    rng = np.random.default_rng(3)
    start, orders = dt.datetime(2026, 1, 24, 4, tzinfo=dt.UTC), []
    for person in range(400):
        first = int(rng.integers(0, 250))
        n = 1 + int(rng.poisson(rng.gamma(0.9, 1 / 60) * (300 - first)))
        days = {first, *(first + int(day) for day in rng.integers(1, 300 - first, n - 1))}
        orders += [(person, start + dt.timedelta(days=day)) for day in sorted(days)]

    def put(name: str, rows: dict[str, Any]) -> None:
        schema = pa.schema([contract(name).schema.to_pyarrow().field(column) for column in rows])
        ws.warehouse.replace(name, pa.table(rows, schema), by="collect")

    put("orders", {
        "order_id": [f"o{n}" for n in range(len(orders))], "source": ["test"] * len(orders),
        "id_key": [f"taobao:{person}" for person, _ in orders], "ordered_at": [at for _, at in orders],
        "status": ["completed"] * len(orders), "channel": [("taobao", "jd")[p % 2] for p, _ in orders],
        "net_amount": [50] * len(orders), "paid_amount": [50] * len(orders),
    })  # fmt: skip
    put("identities", {
        "id_key": [f"taobao:{p}" for p in range(400)], "kind": ["taobao"] * 400, "person_id": [f"p{p}" for p in range(400)],
    })  # fmt: skip
    return ws


def test_over_the_horizon_it_is_the_sum_of_all_forecasts(make_workspace: Any) -> None:
    ws = traded(make_workspace())
    lifetimes(ws, AS_OF)
    table = ws.warehouse.table("lifetimes")
    whole = ws.warehouse.read(table.expected_orders.sum()).column(0)[0].as_py()
    year = outlook(ws, ws.settings.lifetime.horizon_days)
    assert year is not None
    assert year.expected == pytest.approx(whole, rel=1e-6)
    assert year.n_buyers == ws.warehouse.count("lifetimes")
    month = outlook(ws, 30)
    assert month is not None
    assert 0 < month.expected < year.expected
    # Counts spread at least as much as a Poisson count of the same mean.
    assert month.high - month.expected >= 1.95 * month.expected**0.5


def test_it_is_not_given_where_the_table_does_not_say_the_groups(make_workspace: Any) -> None:
    ws = traded(make_workspace(lifetime={"by": "first_channel"}))
    lifetimes(ws, AS_OF)
    assert ws.warehouse.count("lifetimes") > 0
    assert outlook(ws, 30) is None


def test_without_customers_there_is_none(make_workspace: Any) -> None:
    assert outlook(make_workspace(), 30) is None
