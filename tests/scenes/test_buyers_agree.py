"""One meaning of a buyer: metrics, RFM, customer value, portraits and purchases count the same people."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from quanyu import loop
from quanyu.collect.load.load import load
from quanyu.measure.touch.purchase import sold
from quanyu.tables import contract
from quanyu.workspace import Workspace

STEPS = ("visits", "identity", "people", "margins", "facts", "portraits", "rfm", "lifetimes", "metrics")


def counts(ws: Workspace) -> dict[str, int]:
    """Return how many buyers each room counts, over all time."""
    for step in STEPS:
        loop.run(ws, only=step)
    asked = {
        "new by month": "SELECT sum(numerator) AS n FROM metrics WHERE metric = 'n_new_buyers' AND grain = 'month' AND slice = 'all'",
        "rfm": "SELECT count(*) AS n FROM rfm",
        "value": "SELECT count(*) AS n FROM lifetimes",
        "facts": "SELECT count(*) AS n FROM facts WHERE n_orders > 0",
        "portraits": "SELECT count(*) AS n FROM portraits WHERE n_orders > 0",
        "recency": "SELECT count(recency_days) AS n FROM portraits",
    }
    found = {name: int(ws.warehouse.query(sql)["n"][0].as_py()) for name, sql in asked.items()}
    bought = sold(ws, loop.as_of(ws))
    return found | {
        "credited": int(ws.warehouse.read(bought.aggregate(n=bought.person.nunique()))["n"][0].as_py())
    }


def order(number: int, person: int, day: int, **given: object) -> dict[str, object]:
    at = dt.datetime(2025, 11, 20, 4, tzinfo=dt.UTC) + dt.timedelta(days=day)
    paid = Decimal(20 + number % 80)
    plain = {
        "order_id": str(number), "source": "s", "id_key": f"user:{person}", "ordered_at": at, "paid_at": at, "status": "completed",
        "gross_amount": paid, "paid_amount": paid, "refund_amount": Decimal(0), "net_amount": paid,
    }  # fmt: skip
    return plain | given


NO_SALE = (
    {"status": "closed", "net_amount": Decimal(0)},
    {"status": "placed", "paid_amount": Decimal(0), "net_amount": Decimal(0)},
    {"status": "returned", "paid_amount": Decimal(0), "refund_amount": Decimal(5), "net_amount": Decimal(-5)},
    {"status": "adjusted", "net_amount": Decimal(0)},
    {"gross_amount": Decimal(0), "paid_amount": Decimal(0), "net_amount": Decimal(0)},
    {
        "currency": "USD", "gross_amount": None, "paid_amount": None, "refund_amount": None, "net_amount": None,
        "original_paid_amount": Decimal(9), "original_net_amount": Decimal(9),
    },
    {"gross_amount": None, "paid_amount": None, "refund_amount": None, "net_amount": None},
)  # fmt: skip
"""Closed, unpaid, returned, bookkeeping, worth nothing, waiting for a rate, of unknown worth."""
SALE = (
    {"refund_amount": Decimal(99), "net_amount": Decimal(0)},
    {"paid_amount": Decimal(0), "net_amount": Decimal(0)},
    {"status": "paid"},
    {"status": "shipped", "refund_amount": Decimal(3)},
)  # fmt: skip
"""Refunded in full and still completed, given away, not sent yet, refunded in part."""


@pytest.fixture
def strange(make_workspace) -> tuple[Workspace, int]:  # type: ignore[no-untyped-def]
    """A shop of 150 regulars, and for every kind of order five people who have only that."""
    draw, rows = random.Random(3), []
    for person in range(150):
        for day in sorted(draw.sample(range(360), draw.randint(1, 6))):
            rows.append(order(len(rows), person, day))
    for kind, given in enumerate((*NO_SALE, *SALE)):
        rows += [order(10_000 + 10 * kind + n, 1_000 + 10 * kind + n, 200 + n, **given) for n in range(5)]
    ws = make_workspace()
    ws.warehouse.append(
        "orders", pa.Table.from_pylist(rows, schema=contract("orders").schema.to_pyarrow()), by="collect"
    )
    return ws, 150 + 5 * len(SALE)


def test_strange_orders_are_sales_everywhere_or_nowhere(strange: tuple[Workspace, int]) -> None:
    ws, n_buyers = strange
    assert set(counts(ws).values()) == {n_buyers}
    metrics = ws.warehouse.table("metrics").filter(
        ibis._.metric == "n_orders", ibis._.grain == "month", ibis._.slice == "all"
    )
    n_orders = ws.warehouse.read(metrics.aggregate(n=metrics.numerator.sum()))["n"][0].as_py()
    people = "SELECT (SELECT sum(frequency) FROM rfm) AS rfm, (SELECT sum(n_orders) FROM facts) AS facts"
    assert ws.warehouse.query(people).to_pylist() == [{"rfm": n_orders, "facts": n_orders}]


def test_the_counts_agree_on_a_simulated_shop(make_workspace, exports) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace()
    load(ws, exports)
    found = counts(ws)
    # Too few for customer value, which then says so and values nobody.
    assert set(found.values()) - {found["value"]} == {found["rfm"]}
    assert found["value"] in (0, found["rfm"]) and found["rfm"] > 20


@pytest.mark.datasets
def test_the_counts_agree_on_online_retail(make_workspace, datasets) -> None:  # type: ignore[no-untyped-def]
    now = dt.datetime(2011, 12, 10, 9, tzinfo=dt.UTC)
    ws = make_workspace(now=now, timezone="Europe/London", currency="GBP")
    load(ws, datasets / "online_retail" / "online_retail.parquet")
    assert set(counts(ws).values()) == {4338}
