"""An order whose lines go on in another file is one order, however the parts of the export come in."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from quanyu.collect.load.load import load
from quanyu.workspace import Workspace

Rows = list[tuple[object, ...]]
AT = "2024-06-01 10:00:00 +0800"
SHOPIFY = [
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Shipping,Total,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Refunded Amount,Id",
    f"#1000,z@x.de,paid,{AT},fulfilled,CNY,0.00,20.00,0.00,{AT},1,Fork,20.00,FORK,0.00,5500000",
    f"#1001,a@x.de,paid,{AT},fulfilled,CNY,10.00,130.00,0.00,{AT},1,Cup,30.00,CUP,20.00,5500001",
    f"#1001,a@x.de,,,,,,,,{AT},2,Plate,30.00,PLATE,,",
    f"#1001,a@x.de,,,,,,,,{AT},1,Cup,30.00,CUP,,",
    f"#1002,b@x.de,paid,{AT},fulfilled,CNY,0.00,20.00,0.00,{AT},1,Fork,20.00,FORK,0.00,5500002",
]
WOO = [
    "Order Number,Order Status,Order Date,Order Total Amount,Order Shipping Amount,Cart Discount Amount,"
    "Order Refund Amount,Order Currency,Item Name,SKU,Quantity,Item Cost",
    "1000,Completed,2024-06-01 09:00,20.00,0.00,0.00,0.00,CNY,Fork,FORK,1,20.00",
    "1001,Completed,2024-06-01 10:00,130.00,10.00,0.00,20.00,CNY,Cup,CUP,1,30.00",
    "1001,,,,,,,,Plate,PLATE,2,30.00",
    "1001,,,,,,,,Cup,CUP,1,30.00",
    "1002,Completed,2024-06-01 11:00,20.00,0.00,0.00,0.00,CNY,Fork,FORK,1,20.00",
]
OWN = """
match = ["单号", "状态", "实付", "品名", "单价"]
[maps.status]
"完成" = "completed"
[orders]
per = "key"
order_id = "单号"
ordered_at = "时间"
status = { from = "状态", map = "status" }
paid_amount = "实付"
refund_amount = { from = "退款", default = "0" }
shipping_amount = "运费"
currency = "币种"
gross_amount = { times = ["单价", "数量"], total = true }
n_items = { from = "数量", total = true }
[order_lines]
order_id = "单号"
line_no = "行号"
item_id = "品名"
n_items = "数量"
unit_price_amount = "单价"
"""
ERP = [
    "单号,行号,状态,时间,实付,退款,运费,币种,品名,数量,单价",
    "1000,1,完成,2024-06-01 09:00,20.00,,,CNY,FORK,1,20.00",
    "1001,1,完成,2024-06-01 10:00,130.00,20.00,10,CNY,CUP,1,30.00",
    "1001,2,,,,,,,PLATE,2,30.00",
    "1001,3,,,,,,,CUP,1,30.00",
    "1002,1,完成,2024-06-01 11:00,20.00,,,CNY,FORK,1,20.00",
]
EXPORTS = {"shopify": SHOPIFY, "woocommerce": WOO, "erp": ERP}
TOLD: Rows = [
    (4, "CNY", 120, 0, 130, 20, 110, [(1, "CUP", 30), (2, "PLATE", 60), (3, "CUP", 30)]),
    (1, "CNY", 20, 0, 20, 0, 20, [(1, "FORK", 20)]),
    (1, "CNY", 20, 0, 20, 0, 20, [(1, "FORK", 20)]),
]
SQL = """
SELECT o.n_items, o.currency, coalesce(o.original_gross_amount, o.gross_amount)::INT AS gross, o.discount_amount::INT AS off,
       coalesce(o.original_paid_amount, o.paid_amount)::INT AS paid,
       coalesce(o.original_refund_amount, o.refund_amount)::INT AS back,
       coalesce(o.original_net_amount, o.net_amount)::INT AS net,
       l.lines
FROM orders o JOIN (
    SELECT source, order_id, list((line_no, item_id, coalesce(original_net_amount, net_amount)::INT) ORDER BY line_no) AS lines
    FROM order_lines GROUP BY ALL
) l USING (source, order_id) ORDER BY o.n_items DESC, order_id
"""


def told(ws: Workspace) -> Rows:
    return [
        (*list(row.values())[:-1], [tuple(line.values()) for line in row["lines"]])
        for row in ws.warehouse.query(SQL).to_pylist()
    ]


def cut(folder: Path, lines: list[str], *places: int) -> list[Path]:
    """Write the export in parts that begin at these lines, each with the header."""
    files = []
    for number, (start, end) in enumerate(itertools.pairwise((1, *places, len(lines)))):
        files.append(folder / f"part {number}.csv")
        files[-1].write_text("\n".join([lines[0], *lines[start:end]]) + "\n", encoding="utf-8")
    return files


@pytest.fixture
def shop(make_workspace) -> Workspace:
    ws = make_workspace()
    layouts = ws.root / "layouts"
    layouts.mkdir(exist_ok=True)
    (layouts / "erp.toml").write_text(OWN, encoding="utf-8")
    return ws


@pytest.mark.parametrize(
    ("export", "order"),
    [("shopify", "together"), ("woocommerce", "forward"), ("erp", "backward")],
)
def test_parts_of_an_export_are_one_export(shop: Workspace, tmp_path: Path, export: str, order: str) -> None:
    parts = cut(tmp_path, EXPORTS[export], 3, 4)
    calls = [parts] if order == "together" else [[part] for part in parts[:: 1 if order == "forward" else -1]]
    done = [loaded for files in calls for loaded in load(shop, files)]
    assert told(shop) == TOLD
    assert [(loaded.n_rows, loaded.n_refused) for loaded in done if loaded.n_refused] == []
    assert sum(loaded.n_rows for loaded in done) == len(EXPORTS[export]) - 1
    waits = [loaded.file for loaded in done if "continue orders" in loaded.message]
    assert waits == (["part 2.csv", "part 1.csv"] if order == "backward" else [])
    load(shop, parts[1:] if order == "forward" else parts, again=True)
    assert told(shop) == TOLD


def test_what_waits_counts_nowhere_and_is_said(shop: Workspace, tmp_path: Path) -> None:
    first, second = cut(tmp_path, SHOPIFY, 3)
    (loaded,) = load(shop, second)
    assert (loaded.n_rows, loaded.n_taken, loaded.n_refused) == (3, 3, 0)
    assert "2 rows continue orders whose first line is not loaded yet" in loaded.message
    assert told(shop) == TOLD[-1:]
    (again,) = load(shop, second)
    assert (again.status, "2 rows continue orders" in again.message) == ("already loaded", True)
    (other,) = load(shop, first)
    assert not other.message
    assert told(shop) == TOLD


def test_an_order_that_is_told_whole_is_told_once(shop: Workspace, tmp_path: Path) -> None:
    whole = tmp_path / "whole.csv"
    whole.write_text("\n".join(SHOPIFY) + "\n", encoding="utf-8")
    load(shop, cut(tmp_path, SHOPIFY, 3))
    load(shop, whole)
    assert told(shop) == TOLD
    load(shop, cut(tmp_path, SHOPIFY, 3)[::-1], again=True)
    assert told(shop) == TOLD


def test_another_export_of_the_same_parts_adds_nothing(shop: Workspace, tmp_path: Path) -> None:
    load(shop, cut(tmp_path, SHOPIFY, 3))
    later = [line.replace("#1002,b@x.de", "#1002,c@x.de") for line in SHOPIFY]
    later[2] = later[2].replace(",20.00,5500001", ",50.00,5500001")
    for part in cut(tmp_path, later, 3):
        load(shop, part)
    assert [row[:6] for row in told(shop)] == [(4, "CNY", 120, 0, 130, 50), TOLD[1][:6], TOLD[2][:6]]
    edited = [line for line in later if "PLATE" not in line]
    load(shop, cut(tmp_path, edited))
    assert told(shop)[0][2:] == (60, 0, 130, 50, 80, [(1, "CUP", 30), (2, "CUP", 30)])


def test_a_continuation_is_in_the_currency_of_its_order(shop: Workspace, tmp_path: Path) -> None:
    parts = cut(tmp_path, [line.replace("CNY", "USD") for line in SHOPIFY], 3)
    rates = tmp_path / "fx_rates.csv"
    rates.write_text("on,currency,into,rate\n2024-06-01,USD,CNY,7\n", encoding="utf-8")
    for file in (parts[1], parts[0], rates):
        load(shop, file)
    assert told(shop)[0][:3] == (4, "USD", 120)
    kept = "SELECT gross_amount::INT AS gross, (SELECT sum(net_amount)::INT FROM order_lines) AS net FROM orders WHERE n_items = 4"
    assert shop.warehouse.query(kept).to_pylist() == [{"gross": 840, "net": 1120}]


def test_an_order_without_a_status_is_refused_all_the_same(shop: Workspace, tmp_path: Path) -> None:
    lines = [SHOPIFY[0], SHOPIFY[1].replace(",paid,", ",,").replace(",fulfilled,", ",,"), SHOPIFY[5]]
    (loaded,) = load(shop, cut(tmp_path, lines))
    assert loaded.reasons == {"status is missing": 1}
