"""The metrics of the UCI Online Retail file against the totals of its README."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu.collect.load.load import load
from quanyu.measure.metric.compute import metrics

AS_OF = dt.date(2011, 12, 10)
pytestmark = pytest.mark.datasets


@pytest.fixture(scope="module")
def retail(tmp_path_factory, datasets):
    from quanyu.workspace import create

    now = dt.datetime(2011, 12, 10, 9, tzinfo=dt.UTC)
    root = tmp_path_factory.mktemp("retail") / "shop"
    ws = create(root, clock=lambda: now, timezone="Europe/London", currency="GBP")
    load(ws, datasets / "online_retail" / "online_retail.parquet")
    metrics(ws, AS_OF)
    yield ws
    ws.close()


def months(
    ws, metric: str, column: str = "numerator", dimension: str = "all", slice: str = "all"
) -> list[float]:
    found = ws.warehouse.query(
        f"""select {column} as value from metrics where metric = '{metric}' and grain = 'month'
        and dimension = '{dimension}' and slice = '{slice}' order by "on" """
    )
    return found["value"].to_pylist()


def test_new_customers_by_month(retail) -> None:
    """README: new customers by month from 2010-12 of the usual clean slice."""
    assert months(retail, "n_new_buyers") == [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41]


def test_customers_active_in_the_first_two_months(retail) -> None:
    """README: cohort 2010-12 has 885 customers, 324 of them buy in the month after (and 417 are new)."""
    assert months(retail, "n_buyers")[:2] == [885, 324 + 417]
    assert months(retail, "return_purchase_rate")[0] == 324
    assert months(retail, "return_purchase_rate", "denominator")[0] == 885


def test_revenue_is_net_of_cancellations(retail) -> None:
    """README: all lines add up to 9,747,747.934; bad-debt entries (-11,062.06) and unpriced stock lines
    are no sale."""
    net, refund, paid = (sum(months(retail, name)) for name in ("net_revenue", "refund", "gmv"))
    assert net == pytest.approx(paid - refund, abs=0.01)
    assert net == pytest.approx(9_747_747.93 + 11_062.06, abs=5)


def test_buyers_with_a_customer_number_paid_the_clean_slice(retail) -> None:
    """README: revenue of the usual clean slice is 8,911,407.90."""
    assert sum(months(retail, "aov_per_buyer")) == pytest.approx(8_911_407.90, abs=5)
