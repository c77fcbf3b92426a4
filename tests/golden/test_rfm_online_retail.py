"""RFM on UCI Online Retail gives the published figures (datasets/online_retail, CC BY 4.0)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pytest

from quanyu.method import Fit, fit
from quanyu.understand.rfm.rfm import Rfm, buyers, rfm
from quanyu.workspace import Workspace

AS_OF = dt.date(2011, 12, 10)
pytestmark = pytest.mark.datasets


def orders_of(lines: ir.Table) -> ir.Table:
    """One order per invoice and customer, as the layout of this file brings them."""
    lines = lines.filter(lines.CustomerID.notnull())
    amount = lines.Quantity.cast("decimal(18, 2)") * lines.UnitPrice.cast("decimal(18, 3)")
    lines = lines.mutate(amount=amount, is_sold=(lines.Quantity > 0) & (lines.UnitPrice > 0))
    zero = ibis.literal(0).cast("decimal(18, 2)")
    bills = lines.group_by("InvoiceNo", "CustomerID").aggregate(
        at=lines.InvoiceDate.min(),
        sold=lines.amount.sum(where=lines.is_sold).fill_null(0).cast("decimal(18, 2)"),
        gone=lines.amount.sum(where=lines.Quantity < 0).fill_null(0).cast("decimal(18, 2)"),
    )
    is_return = bills.InvoiceNo.startswith("C")
    # The file has UK local time; in winter that is UTC, in summer an hour ahead.
    london = ibis.cases(
        (bills.at.between("2011-03-27 02:00:00", "2011-10-30 01:59:59"), bills.at - ibis.interval(hours=1)),
        else_=bills.at,
    )
    return bills.select(
        order_id="InvoiceNo",
        source=ibis.literal("uci"),
        id_key=ibis.literal("uci:").concat(bills.CustomerID.cast("string")),
        ordered_at=london.cast("timestamp('UTC')"),
        status=ibis.ifelse(is_return, "returned", "completed"),
        gross_amount=ibis.ifelse(is_return, zero, bills.sold),
        paid_amount=ibis.ifelse(is_return, zero, bills.sold),
        refund_amount=ibis.ifelse(is_return, -bills.gone, zero),
        net_amount=ibis.ifelse(is_return, bills.gone, bills.sold),
    )


@pytest.fixture
def shop(make_workspace: Callable[..., Workspace], datasets: Path) -> Workspace:
    ws = make_workspace(timezone="Europe/London", currency="GBP")
    house = ws.warehouse
    orders = orders_of(house.scan([datasets / "online_retail" / "online_retail.parquet"]))
    house.replace("orders", orders, by="collect")
    keys = house.table("orders").select("id_key").distinct()
    known = keys.mutate(kind=ibis.literal("uci"), person_id=ibis.literal("p").concat(keys.id_key.substr(4)))
    house.replace("identities", known, by="collect")
    return ws


def test_gross_basis_gives_the_published_figures(shop: Workspace) -> None:
    spec = Rfm(basis="gross")
    rows = buyers(shop, AS_OF, spec)
    card = fit(spec, rows, reduce=shop.warehouse.read)
    assert isinstance(card, Fit)
    assert card.diagnostics["n_buyers"] == 4338
    assert card.diagnostics["medians"] == {"r": 51, "f": 2, "m": 674.485}
    assert card.parameters["cuts"] == {
        "r": [13, 33, 72, 180], "f": [1, 2, 3, 6], "m": [250.15, 490.22, 942.26, 2059.45],
    }  # fmt: skip
    people = {row["person_id"]: row for row in shop.warehouse.read(rows).to_pylist()}
    figures = {
        key: (row["recency_days"], row["frequency"], float(row["monetary_amount"]))
        for key, row in people.items()
    }
    assert figures["p12347"] == (3, 7, 4310.00)
    assert figures["p14646"] == (2, 73, 280206.02)
    assert figures["p12346"] == (326, 1, 77183.60)
    assert round(sum(money for _, _, money in figures.values()), 2) == 8911407.90
    assert round(100 * sum(n > 1 for _, n, _ in figures.values()) / 4338, 2) == 65.58


def test_net_of_returns_a_cancelled_order_is_worth_nothing(shop: Workspace) -> None:
    rfm(shop, AS_OF)
    table = shop.warehouse.table("rfm")
    (row,) = shop.warehouse.read(table.filter(table.person_id == "p12346")).to_pylist()
    assert float(row["monetary_amount"]) == 0.0
    assert (row["m_score"], row["group"]) == (1, "lost")
