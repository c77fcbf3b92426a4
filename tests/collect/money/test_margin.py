from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.conftest import MakeWorkspace, on_duckdb, written_by

from quanyu.collect.money.margin import _told, _with_estimates, margins
from quanyu.method.change import differing
from quanyu.tables import contract
from quanyu.tables.margin import orders_with_margin
from quanyu.workspace import Workspace


def put(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, pa.schema(contract(name).schema.to_pyarrow()))
    ws.warehouse.replace(name, table, by="collect")


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
    written = written_by(workspace)
    put(written, "items", [
        {"item_id": "a", "cost_amount": Decimal(30)}, {"item_id": "b", "cost_amount": Decimal(50)}, {"item_id": "c"},
    ])  # fmt: skip
    put(written, "orders", [
        order(1, 100),                                        # two a: 100 - 60
        order(2, 100, margin_amount=Decimal(80)),             # says it itself
        order(3, 50, paid_amount=Decimal(100)),               # half came back without a count: 50 - 50 * 0.5
        order(4, 50, paid_amount=Decimal(100)),               # one of two a came back: 50 - 30
        order(5, 100),                                        # an item without a cost: estimated
        order(6, 100),                                        # no lines: estimated
        order(7, 0, status="closed"),                         # no sale
    ])  # fmt: skip
    put(written, "order_lines", [
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


def test_nothing_is_estimated_from_too_little(embedded: Workspace) -> None:
    put(embedded, "items", [{"item_id": "a", "cost_amount": Decimal(30)}])
    put(embedded, "orders", [order(1, 100), order(2, 300)])
    put(embedded, "order_lines", [line(1, "a", 1)])
    assert margins(embedded, embedded.today()) == {"n_orders": 1, "n_estimated": 0}


def bring(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, pa.schema(contract(name).schema.to_pyarrow()))
    ws.warehouse.merge(name, table, by="collect")


def margins_hold(ws: Workspace) -> list[dict[str, Any]]:
    """Do the step; the table is what all orders at once give, and what it told of rows that differ is what files tell."""
    since = ws.warehouse.version("margins")
    margins(ws, ws.today())
    kept = ws.warehouse.read(ws.warehouse.table("margins").order_by("source", "order_id"))
    other = on_duckdb(ws).warehouse
    whole = _with_estimates(_told(other)).select(kept.column_names).order_by("source", "order_id")
    assert kept.to_pylist() == other.read(whole).to_pylist()
    if since >= 0:
        told = moved(ws, since)
        ws.warehouse.turn.end()
        assert moved(ws, since) == told
    ws.warehouse.turn.end()
    return list(kept.to_pylist())


def moved(ws: Workspace, since: int) -> list[list[int]]:
    sides = differing(ws, "margins", since)
    assert sides
    return [sorted(ws.warehouse.read(side.select("row"))["row"].to_pylist()) for side in sides]


TURNS = {"duckdb": (12, 5, 9), "spark": (3, 1, 2)}
"""How many turns there are, in which of them an order goes, and in which a cost changes."""


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def test_margins_turn_by_turn_are_all_at_once(make_workspace: MakeWorkspace, engine: str) -> None:
    """Orders come, are refunded, closed or say their margin themselves; lines come, come back and go, of orders that stay the
    same too; costs change."""
    workspace, draw = make_workspace(engine), random.Random(3)
    written, (turns, one_goes, a_cost_changes) = written_by(workspace), TURNS[engine]
    items = [
        {"item_id": item, "cost_amount": Decimal(cost)} for item, cost in zip("abc", (3, 5, 7), strict=True)
    ]
    put(written, "items", items)
    put(written, "orders", [order(n, draw.randint(10, 99)) for n in range(40)])
    put(written, "order_lines", [line(n, draw.choice("abc"), draw.randint(1, 3)) for n in range(40)])
    margins_hold(workspace)
    for turn in range(turns):
        some = draw.sample(range(40 + turn), 3)
        bring(written, "orders", [
            order(some[0], draw.randint(0, 9), paid_amount=Decimal(99)), order(some[1], 50, status="closed"),
            order(some[2], 50, margin_amount=Decimal(draw.randint(1, 9))), order(40 + turn, 70),
        ])  # fmt: skip
        more = line(some[0], draw.choice("ab"), 2, line_no=2, n_returned=draw.choice([None, 1]))
        bring(written, "order_lines", [more, line(40 + turn, "c", 1)])
        if turn == one_goes:
            gone = str(some[0])
            for name in ("orders", "order_lines"):
                written.warehouse.delete(name, lambda rows, gone=gone: rows.order_id == gone, by="collect")
        if turn == a_cost_changes:
            put(written, "items", [*items[1:], {"item_id": "a", "cost_amount": Decimal(4)}])
        margins_hold(workspace)
    bring(written, "order_lines", [line(39 + turns, "c", 2, line_no=2)])
    margins_hold(workspace)


def test_a_margin_that_nothing_tells_makes_others_stand_in(embedded: Workspace) -> None:
    """An order without lines comes; then they come; then a margin of another changes what stands in."""
    put(embedded, "items", [{"item_id": "a", "cost_amount": Decimal(30)}])
    put(embedded, "orders", [order(n, 100) for n in range(3)])
    put(embedded, "order_lines", [line(n, "a", 1) for n in range(3)])
    margins_hold(embedded)
    bring(embedded, "orders", [order(3, 50)])
    assert [row["is_estimated"] for row in margins_hold(embedded)] == [False, False, False, True]
    bring(embedded, "orders", [order(0, 60)])
    assert margins_hold(embedded)[3]["margin_amount"] != Decimal(35)
    bring(embedded, "order_lines", [line(3, "a", 1)])
    assert not any(row["is_estimated"] for row in margins_hold(embedded))
