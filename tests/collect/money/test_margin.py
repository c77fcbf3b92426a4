from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from quanyu.collect.money.margin import margins
from quanyu.tables import contract
from quanyu.tables.margin import orders_with_margin
from quanyu.workspace import Workspace


def put(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
    promise = contract(name)
    ws.warehouse.replace(
        name, pa.Table.from_pylist(rows, pa.schema(promise.schema.to_pyarrow())), by="collect"
    )


def order(number: int, net: float, **more: Any) -> dict[str, Any]:
    plain = {
        "order_id": str(number), "source": "s", "ordered_at": 0, "status": "completed", "paid_amount": Decimal(net),
        "net_amount": Decimal(net),
    }  # fmt: skip
    return plain | more


def line(number: int, item: str, n: int, **more: Any) -> dict[str, Any]:
    return {"order_id": str(number), "line_no": 1, "source": "s", "item_id": item, "n_items": n} | more


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    put(workspace, "items", [
        {"item_id": "a", "cost_amount": Decimal(30)}, {"item_id": "b", "cost_amount": Decimal(50)}, {"item_id": "c"},
    ])  # fmt: skip
    put(workspace, "orders", [
        order(1, 100),                                        # two a: 100 - 60
        order(2, 100, margin_amount=Decimal(80)),             # says it itself
        order(3, 50, paid_amount=Decimal(100)),               # half came back without a count: 50 - 50 * 0.5
        order(4, 50, paid_amount=Decimal(100)),               # one of two a came back: 50 - 30
        order(5, 100),                                        # an item without a cost: estimated
        order(6, 100),                                        # no lines: estimated
        order(7, 0, status="closed"),                         # no sale
    ])  # fmt: skip
    put(workspace, "order_lines", [
        line(1, "a", 2), line(2, "a", 1), line(3, "b", 1), line(4, "a", 2, n_returned=1), line(5, "c", 1),
    ])  # fmt: skip
    return workspace


def test_the_margin_is_net_less_the_cost_of_what_was_kept(shop: Workspace) -> None:
    assert margins(shop, shop.today()) == {"n_orders": 5, "n_estimated": 2}
    rows = shop.warehouse.read(shop.warehouse.table("margins")).to_pylist()
    found = {row["order_id"]: (float(row["margin_amount"]), row["is_estimated"]) for row in rows}
    guess = round(100 * (40 + 80 + 25 + 20) / 300, 2)
    assert found == {
        "1": (40.0, False), "3": (25.0, False), "4": (20.0, False), "5": (guess, True), "6": (guess, True),
    }  # fmt: skip


def test_orders_carry_the_margin_that_is_known(shop: Workspace) -> None:
    margins(shop, shop.today())
    orders = orders_with_margin(shop.warehouse.table)
    assert orders.columns == shop.warehouse.table("orders").columns
    rows = shop.warehouse.read(orders.select("order_id", "margin_amount").order_by("order_id")).to_pylist()
    assert [row["margin_amount"] for row in rows][:4] == [Decimal(n) for n in (40, 80, 25, 20)]
    assert rows[6]["margin_amount"] is None


def test_nothing_is_estimated_from_too_little(workspace: Workspace) -> None:
    put(workspace, "items", [{"item_id": "a", "cost_amount": Decimal(30)}])
    put(workspace, "orders", [order(1, 100), order(2, 300)])
    put(workspace, "order_lines", [line(1, "a", 1)])
    assert margins(workspace, workspace.today()) == {"n_orders": 1, "n_estimated": 0}
