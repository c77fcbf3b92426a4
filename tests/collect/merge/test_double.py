"""One sale told by two sources: one order number counts once, the same buyer, amount and minute is found."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from quanyu.collect.load.load import load
from quanyu.collect.quality.quality import check, read_findings
from quanyu.workspace import Workspace

HEAD = "source,order_id,id_key,ordered_at,status,paid_amount,n_items\n"
LINKS = "source,id_key,other_key,is_verified\ntaobao,taobao:anna,member:7,true\n"


def put(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [folder / f"{name}.csv" for name in files]


def order(source: str, number: str, key: str, at: str = "10:00:00", rest: str = "88.00,1") -> str:
    return f"{source},{number},{key},2026-11-18 {at},completed,{rest}\n"


NUMBER = "1234567890123456789"
PLATFORM = HEAD + order("taobao", NUMBER, "taobao:anna")
ERP = (
    "source,order_id,id_key,ordered_at,status,paid_amount,region\n"
    + f"erp,{NUMBER},,2026-11-18 10:03:00,completed,88.00,浙江\n"
)


@pytest.mark.parametrize("order_of_files", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("is_at_once", [True, False])
def test_an_order_number_in_two_files_counts_once(
    make_workspace, tmp_path: Path, order_of_files, is_at_once: bool
) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace()
    files = put(tmp_path, **{name: {"a": PLATFORM, "b": ERP}[name] for name in order_of_files})
    for some in [files] if is_at_once else [[file] for file in files]:
        load(ws, some)
    lines = "source,order_id,line_no,item_id,n_items,unit_price_amount\n"
    load(ws, put(tmp_path, lines=lines + f"taobao,{NUMBER},1,cup,1,88\nerp,{NUMBER},1,cup,1,88\n"))
    found = ws.warehouse.query(
        "SELECT count(*) AS n, sum(net_amount) AS net, max(region) AS region, max(id_key) AS key FROM orders"
    )
    assert found.to_pylist() == [{"n": 1, "net": Decimal("88.00"), "region": "浙江", "key": "taobao:anna"}]
    joined = ws.warehouse.query("SELECT count(*) AS n FROM order_lines JOIN orders USING (source, order_id)")
    assert joined.to_pylist() == [{"n": 1}]
    assert load(ws, put(tmp_path, more=PLATFORM + "\n"))[0].changes["orders"].same in (0, 1)
    assert ws.warehouse.count("orders") == 1


def test_short_numbers_of_two_shops_are_two_orders(make_workspace, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace()
    load(
        ws,
        put(
            tmp_path, a=HEAD + order("shop_a", "#1001", "user:1"), b=HEAD + order("shop_b", "#1001", "user:2")
        ),
    )
    assert ws.warehouse.count("orders") == 2


def found(ws: Workspace) -> dict[str, tuple[int, float | None]]:
    check(ws, dt.date(2026, 11, 20))
    return {one.check: (one.n_bad, one.value) for one in read_findings(ws) if one.check.startswith("double")}


def test_the_same_sale_under_two_numbers_is_found(workspace: Workspace, tmp_path: Path) -> None:
    text = HEAD + "".join((
        order("taobao", "T1", "taobao:anna"),
        order("erp", "E1", "member:7", "10:06:00"),         # linked buyer, same amount, minutes later
        order("youzan", "Y1", "taobao:anna", "10:01:00"),  # and once more
        order("taobao", "T2", "taobao:anna", "12:00:00", "10.00,1"),
        order("erp", "E2", "member:7", "14:00:00", "10.00,1"),  # hours later
        order("erp", "E3", "member:8", "10:00:00"),           # somebody else
        order("taobao", "T3", "taobao:anna", "10:02:00"),  # two real orders of one source
        order("taobao", "T4", "taobao:bob", "10:00:00", "5.00,1"),
        order("erp", "E4", "taobao:bob", "10:00:00", "5.00,2"),  # another basket
    ))  # fmt: skip
    load(workspace, put(tmp_path, orders=text, links=LINKS))
    assert found(workspace) == {"double_sales": (2, 2 / 9), "double_amount": (2, 176.0)}
    bad = read_findings(workspace, is_bad=True)
    assert {one.check: one.severity for one in bad if "double" in one.check} == dict.fromkeys(
        ("double_sales", "double_amount"), "warning"
    )
    examples = {one.check: one.examples for one in read_findings(workspace)}["double_sales"]
    assert examples == (
        {
            "source": "taobao",
            "order_id": "T3",
            "same_source": "erp",
            "same_order_id": "E1",
            "amount": "88.00",
        },
        {
            "source": "youzan",
            "order_id": "Y1",
            "same_source": "erp",
            "same_order_id": "E1",
            "amount": "88.00",
        },
    )


def test_one_source_is_never_doubled(make_workspace, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace()
    load(ws, put(tmp_path, orders=HEAD + order("taobao", "T1", "user:1") + order("taobao", "T2", "user:1")))
    assert found(ws) == {}
