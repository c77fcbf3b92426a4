"""Money that does not add up is found, and nothing that does; outliers are counted, not estimated."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.conftest import written_by

from quanyu import loop
from quanyu.collect.load.load import load
from quanyu.collect.quality.outlier import fences
from quanyu.collect.quality.quality import check, read_findings
from quanyu.tables import contract
from quanyu.workspace import Workspace

TODAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 18, 4, tzinfo=dt.UTC)


def put(ws: Workspace, table: str, rows: list[dict]) -> None:
    written_by(ws).warehouse.append(
        table, pa.Table.from_pylist(rows, schema=contract(table).schema.to_pyarrow()), by="collect"
    )


def order(number: int, paid: float, refund: float | None = None, **more) -> dict:
    net = Decimal(str(paid)) - Decimal(str(refund or 0))
    given = {
        "order_id": f"o{number}",
        "source": "s",
        "ordered_at": AT,
        "status": "completed",
        "paid_amount": Decimal(str(paid)),
    }
    return {
        **given,
        "refund_amount": None if refund is None else Decimal(str(refund)),
        "net_amount": net,
        **more,
    }


def line(number: int, line_no: int, net: float) -> dict:
    return {
        "order_id": f"o{number}",
        "line_no": line_no,
        "source": "s",
        "n_items": 1,
        "net_amount": Decimal(str(net)),
    }


def found(ws: Workspace, *checks: str) -> dict[str, tuple[int, list[str]]]:
    check(ws, TODAY)
    return {
        one.check: (one.n_bad, [example.get("order_id", "") for example in one.examples])
        for one in read_findings(ws)
        if one.check in checks
    }


def test_amounts_that_do_not_add_up(workspace: Workspace) -> None:
    put(workspace, "orders", [
        order(1, 100, 20), order(2, 100, net_amount=Decimal(90)), order(3, 100, 120), order(4, 0.01, 0.02),
        order(5, 10, status="closed"), order(6, 10, status="closed", net_amount=Decimal(0)),
        order(7, 0, 30, status="returned", net_amount=Decimal(-30)), order(8, 0, 30, status="returned", net_amount=Decimal(30)),
        order(9, 10, status="placed", net_amount=Decimal(0)), order(10, 33.33, 11.11, net_amount=Decimal("22.21")),
        order(11, 700, original_paid_amount=Decimal(100), original_net_amount=Decimal(90), currency="USD", fx_rate=7.0),
    ])  # fmt: skip
    assert found(workspace, "sums", "refunds", "currencies", "rates") == {
        "sums": (4, ["o11", "o2", "o5", "o8"]),
        "refunds": (1, ["o3"]),
        "currencies": (1, ["o11"]),
        "rates": (0, []),
    }


def test_orders_are_held_against_their_lines(workspace: Workspace) -> None:
    put(workspace, "orders", [
        order(1, 108, shipping_amount=8, gross_amount=110),   # lines at list price, a discount on the order
        order(2, 100, gross_amount=100),                      # a line is missing
        order(3, 100, gross_amount=100),                      # a line too many
        order(4, 119, gross_amount=119),                      # taxes on top of the lines
        order(5, 100, gross_amount=100),                      # a line of unknown worth
        order(6, 50, gross_amount=50),                        # no lines
        order(7, 90, gross_amount=100, status="placed"),      # no sale
    ])  # fmt: skip
    unknown = {**line(5, 2, 0), "net_amount": None}
    put(workspace, "order_lines", [
        line(1, 1, 70), line(1, 2, 40), line(2, 1, 70), line(3, 1, 100), line(3, 2, 40), line(4, 1, 100),
        line(5, 1, 10), unknown, line(7, 1, 5),
    ])  # fmt: skip
    assert found(workspace, "lines") == {"lines": (2, ["o2", "o3"])}


def test_a_feed_that_stopped_is_named(workspace: Workspace) -> None:
    price = {"item_id": "cup", "source": "s", "price_amount": 3, "kind": "list"}
    put(workspace, "prices", [
        {**price, "seller": "ours", "observed_at": AT},
        {**price, "seller": "theirs", "observed_at": AT - dt.timedelta(days=30)},
        {**price, "seller": "theirs", "observed_at": AT - dt.timedelta(days=31)},
    ])  # fmt: skip
    put(workspace, "fx_rates", [{"on": TODAY, "currency": "USD", "into": "CNY", "rate": 7.0}])
    check(workspace, TODAY)
    (prices, rates) = sorted(
        (one for one in read_findings(workspace) if one.check == "feeds"), key=lambda one: -one.n_bad
    )
    assert (prices.n_rows, prices.n_bad, rates.n_rows, rates.n_bad) == (2, 1, 1, 0)
    assert prices.examples[0]["seller"] == "theirs"


@pytest.mark.parametrize("shape", ["skewed", "around zero", "one value"])
def test_outliers_are_counted_as_numpy_counts_them(workspace: Workspace, shape: str) -> None:
    rng = np.random.default_rng(5)
    drawn = {
        "skewed": rng.lognormal(3, 2.5, 3000), "around zero": rng.standard_t(2, 3000) * 100, "one value": np.full(50, 7.0),
    }[shape].round(2)  # fmt: skip
    put(workspace, "deals", [
        {"lead_id": str(n), "source": "s", "won_at": AT, "monthly_revenue_amount": Decimal(str(value))}
        for n, value in enumerate(drawn)
    ])  # fmt: skip
    low, high = fences(*np.quantile(drawn, (0.25, 0.75)))
    check(workspace, TODAY)
    (one,) = [
        one
        for one in read_findings(workspace)
        if (one.column, one.check) == ("monthly_revenue_amount", "outliers")
    ]
    beyond = sorted(str(n) for n in np.flatnonzero((drawn < low) | (drawn > high)))
    assert one.n_bad == len(beyond)
    assert [example["lead_id"] for example in one.examples] == beyond[:5]


def test_a_credit_lowers_what_ads_cost(make_workspace, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace()
    files = {
        "spend": "spent_on,platform,campaign_id,clicks,cost_amount,attribution_window\n"
        "2026-11-17,ads,a,10,100,7d\n2026-11-17,ads,a,10,100,1d\n"
        "2026-11-17,ads,a,0,-30,\n2026-11-17,ads,,0,-5,\n2026-11-16,ads,a,9,50,\n2026-11-16,ads,a,,-10,\n",
        "orders": "order_id,ordered_at,status,paid_amount\n1,2026-11-18,paid,5\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        (loaded,) = load(ws, tmp_path / f"{name}.csv")
        assert loaded.n_refused == 0
    loop.run(ws, only="metrics")
    cost = "SELECT \"on\", numerator FROM metrics WHERE metric = 'cost' AND grain = 'day' AND dimension = 'all' ORDER BY 1"
    assert [row["numerator"] for row in ws.warehouse.query(cost).to_pylist()] == [40.0, 65.0]
    check(ws, TODAY)
    assert [one.n_bad for one in read_findings(ws) if one.check == "credits"] == [2]
