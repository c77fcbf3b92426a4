"""Files of one folder are brought together as if one by one, the newest counts, and what changed is read again."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import SECRET

import quanyu.workspace
from quanyu.collect.load.load import load
from quanyu.workspace import Workspace

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Shipping,Total,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Refunded Amount,Id"
)
AT = "2024-06-01 10:00:00 +0800"
HEAD = f"#1001,a@x.de,{{state}},{AT},{{sent}},CNY,10.00,100.00,0.00,{AT},1,Cup,30.00,CUP,{{refund}},{{id}}"
MORE = "#1001,a@x.de,,,,,,,,2024-06-01 10:00:00 +0800,2,Plate,30.00,PLATE,,"


@pytest.fixture
def shop(make_workspace) -> Workspace:
    return make_workspace()


def rows(ws: Workspace, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ws.warehouse.query(sql).to_pylist()]


def shopify(
    file: Path,
    state: str = "paid",
    refund: str = "0.00",
    key: str = "5500001",
    lines: tuple[int, ...] = (0, 1),
) -> Path:
    sent = "unfulfilled" if state == "pending" else "fulfilled"
    texts = [HEAD.format(state=state, sent=sent, refund=refund, id=key), MORE]
    file.write_text("\n".join([SHOPIFY, *(texts[i] for i in lines)]) + "\n", encoding="utf-8")
    return file


def test_many_files_are_one_commit_of_each_table(shop: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    for n in range(12):
        (folder / f"{n}.csv").write_text(
            f"order_id,ordered_at,status,paid_amount\n{n},2024-06-01,paid,{n}\n,2024-06-01,paid,1\n",
            encoding="utf-8",
        )
    (folder / "broken.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    done = load(shop, folder)
    assert [one.status for one in done].count("loaded") == 12
    assert rows(shop, "SELECT count(*), CAST(sum(paid_amount) AS VARCHAR) FROM orders") == [(12, "66.00")]
    assert rows(shop, "SELECT count(*), count(DISTINCT file) FROM rejects") == [(12, 12)]
    assert (shop.warehouse.version("orders"), shop.warehouse.version("rejects")) == (0, 0)
    assert {one.changes["orders"].added for one in done if one.status == "loaded"} == {1}
    assert {one.status for one in load(shop, folder)} == {"already loaded", "failed"}


@pytest.mark.parametrize("is_older_first", [True, False])
def test_a_state_never_goes_back_without_a_word(
    shop: Workspace, tmp_path: Path, is_older_first: bool
) -> None:
    old = shopify(tmp_path / "orders_export.csv", "pending")
    new = shopify(tmp_path / "orders_export (1).csv", "partially_refunded", "20.00")
    for file in (old, new):
        os.utime(file, (1, 1))
    told = [load(shop, file)[0].message for file in ((old, new) if is_older_first else (new, old))]
    assert ["later state" in message for message in told] == [False, not is_older_first]
    net = "SELECT status, CAST(net_amount AS VARCHAR) FROM orders"
    assert rows(shop, net) == [("shipped", "80.00")]
    load(shop, old, again=True)
    assert rows(shop, net) == [("placed", "0.00")]


def test_in_a_folder_the_newest_counts_whatever_its_name(shop: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    shopify(folder / "orders_export.csv", "pending")
    shopify(folder / "orders_export (1).csv", "partially_refunded", "20.00")
    load(shop, folder)
    assert rows(shop, "SELECT CAST(net_amount AS VARCHAR) FROM orders") == [("80.00",)]


def test_the_order_of_rows_does_not_matter(shop: Workspace, tmp_path: Path) -> None:
    load(shop, shopify(tmp_path / "sorted.csv", lines=(1, 0)))
    told = (
        "SELECT status, CAST(paid_amount AS VARCHAR), CAST(gross_amount AS VARCHAR), order_name FROM orders"
    )
    assert rows(shop, told) == [("shipped", "100.00", "90.00", "#1001")]
    assert rows(shop, "SELECT count(*) FROM order_lines") == [(2,)]


def test_two_stores_with_one_number_are_two_orders(shop: Workspace, tmp_path: Path) -> None:
    load(shop, [shopify(tmp_path / "a.csv"), shopify(tmp_path / "b.csv", key="5500002", lines=(0,))])
    assert rows(shop, "SELECT order_id FROM orders ORDER BY 1") == [("5500001",), ("5500002",)]
    assert rows(shop, "SELECT order_id, count(*) FROM order_lines GROUP BY 1 ORDER BY 1") == [
        ("5500001", 2),
        ("5500002", 1),
    ]


@pytest.mark.parametrize("keys", [("5500001", ""), ("", "5500001")])
@pytest.mark.parametrize("is_at_once", [True, False])
def test_an_order_told_with_and_without_its_id_is_one(
    shop: Workspace, tmp_path: Path, keys: tuple[str, str], is_at_once: bool
) -> None:
    files = [
        shopify(tmp_path / f"{i}.csv", key=key, refund=f"{i}.00", state="partially_refunded")
        for i, key in enumerate(keys)
    ]
    for each in [files] if is_at_once else files:
        load(shop, each)
    assert rows(shop, "SELECT CAST(refund_amount AS VARCHAR) FROM orders") == [("1.00",)]
    assert rows(shop, "SELECT count(*) FROM order_lines") == [(2,)]


def test_another_buyer_with_another_sum_has_an_order_of_their_own(shop: Workspace, tmp_path: Path) -> None:
    first, second = shopify(tmp_path / "a.csv"), shopify(tmp_path / "b.csv", lines=(0,))
    second.write_text(
        second.read_text("utf-8").replace("a@x.de", "z@y.de").replace("100.00", "55.00"), "utf-8"
    )
    for _ in range(2):
        load(shop, [first, second], again=True)
        paid = "SELECT count(*), CAST(sum(paid_amount) AS VARCHAR) FROM orders"
        assert rows(shop, paid) == [(2, "155.00")]
        assert rows(shop, "SELECT count(*) FROM order_lines") == [(3,)]


@pytest.mark.parametrize("is_at_once", [True, False])
def test_a_line_that_a_newer_export_lacks_is_gone(shop: Workspace, tmp_path: Path, is_at_once: bool) -> None:
    old = shopify(tmp_path / "a.csv")
    new = shopify(tmp_path / "b.csv", "partially_refunded", "60.00", lines=(0,))
    for each in [[new, old]] if is_at_once else [old, new]:
        load(shop, each)
    assert rows(shop, "SELECT item_id FROM order_lines") == [("CUP",)]


TILL = """match = ["Bon", "Wann", "Summe"]
[orders]
order_id = "Bon"
ordered_at = "Wann"
status = {{ value = "completed" }}
paid_amount = "{column}"
[events]
event_id = "Bon"
name = {{ value = "purchase" }}
occurred_at = "Wann"
value_amount = "{column}"
"""


def test_a_corrected_layout_reads_the_file_again(shop: Workspace, tmp_path: Path) -> None:
    own = shop.root / "layouts"
    own.mkdir()
    file = tmp_path / "till.csv"
    file.write_text("Bon,Wann,Summe,Rabatt\n7,2024-06-01,19.90,1\n", encoding="utf-8")
    for column, status, paid in (
        ("Rabatt", "loaded", "1.00"),
        ("Summe", "loaded", "19.90"),
        ("Summe", "already loaded", "19.90"),
    ):
        (own / "till.toml").write_text(TILL.format(column=column), encoding="utf-8")
        assert load(shop, file)[0].status == status
        told = "SELECT CAST(paid_amount AS VARCHAR) FROM orders UNION ALL SELECT CAST(value_amount AS VARCHAR) FROM events"
        assert rows(shop, told) == [(paid,), (paid,)]


RECEIPT = """
zh = "收据"
en = "Receipt"
platform = "receipt"
match = ["Kasse", "Beleg", "Summe"]
[people]
ids = [{{ from = "{who}", id = "user" }}, {{ from = "Karte", id = "member" }}]
[orders]
order_id = "{key}"
ordered_at = "Wann"
status = {{ value = "paid" }}
paid_amount = "Summe"
"""


def test_rows_that_a_former_layout_made_of_a_file_leave(shop: Workspace, tmp_path: Path) -> None:
    """Unless another file has changed them since; what other files and layouts told stays as it is."""
    own = shop.root / "layouts"
    own.mkdir()
    (own / "receipt.toml").write_text(RECEIPT.format(key="Kasse", who="Wann"), encoding="utf-8")
    head = "Kasse,Beleg,Summe,Wann,Karte,Kunde\n"
    for name, lines in {
        "a": "k1,b1,10,2024-06-01,c1,u1\nk2,b2,20,2024-06-01,c2,u2\nk3,b3,30,2024-06-01,c3,u3\n",
        "b": "k3,b4,40,2024-06-02,c4,u4\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(head + lines, encoding="utf-8")
        load(shop, tmp_path / f"{name}.csv")
    (tmp_path / "plain.csv").write_text("order_id,ordered_at,status,paid_amount\nk1,2024-06-01,paid,1\n")
    load(shop, tmp_path / "plain.csv")
    (own / "receipt.toml").write_text(RECEIPT.format(key="Beleg", who="Kunde"), encoding="utf-8")
    (first,) = load(shop, tmp_path / "a.csv")
    assert "rows that the former layout made of it are taken out" in str(first.message)
    assert "1 rows that the former layout made of it stay" in str(first.message)
    told = "SELECT source, order_id, CAST(paid_amount AS INTEGER) FROM orders ORDER BY 1, 2"
    assert rows(shop, told) == [
        ("plain", "k1", 1), ("receipt", "b1", 10), ("receipt", "b2", 20), ("receipt", "b3", 30), ("receipt", "k3", 40),
    ]  # fmt: skip
    (other,) = load(shop, tmp_path / "a.csv", layout="receipt")
    assert other.status == "already loaded"
    load(shop, tmp_path / "b.csv")
    assert rows(shop, told)[1:] == [("receipt", f"b{i}", 10 * i) for i in range(1, 5)]
    keys = rows(
        shop, "SELECT DISTINCT id_key FROM links UNION SELECT DISTINCT other_key FROM links ORDER BY 1"
    )
    assert keys == [(f"member:c{i}",) for i in range(1, 5)] + [(f"user:u{i}",) for i in range(1, 5)]


def test_a_file_that_is_loaded_with_another_layout_says_so(shop: Workspace, tmp_path: Path) -> None:
    own = shop.root / "layouts"
    own.mkdir()
    for name, key in (("one", "Kasse"), ("two", "Beleg")):
        (own / f"{name}.toml").write_text(RECEIPT.format(key=key, who="Kunde"), encoding="utf-8")
    (tmp_path / "a.csv").write_text("Kasse,Beleg,Summe,Wann,Karte,Kunde\nk1,b1,10,2024-06-01,c1,u1\n")
    assert str(load(shop, tmp_path / "a.csv", layout="one")[0].message) == ""
    (loaded,) = load(shop, tmp_path / "a.csv", layout="two")
    assert str(loaded.message) == "it was loaded as one before, and what that brought stays"


def test_what_is_refused_for_the_clock_is_due_again(tmp_path: Path) -> None:
    moment = [NOW.replace(year=2025)]
    ws = quanyu.workspace.create(tmp_path / "shop", clock=lambda: moment[0])
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_id,ordered_at,status\n1,2026-06-01,paid\n,2026-06-01,paid\n2,2099-01-01,paid\n", "utf-8"
    )
    (first,) = load(ws, file)
    assert (first.n_taken, first.n_refused) == (0, 3)
    assert "in the future" in first.message
    assert load(ws, file)[0].status == "already loaded"
    moment[0] = NOW
    (second,) = load(ws, file)
    assert (second.status, second.n_taken, second.n_refused) == ("loaded", 1, 2)
    assert rows(ws, "SELECT count(*) FROM rejects") == [(2,)]
    assert load(ws, file)[0].status == "already loaded"
    ws.close()


ROW = st.tuples(
    st.sampled_from("123"), st.sampled_from(["placed", "paid", "completed", "closed"]), st.sampled_from(["", "5", "9"]),
    st.sampled_from(["", "0", "2"]), st.sampled_from(["", "user:a", "user:b"]), st.integers(1, 3),
)  # fmt: skip


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(ROW, min_size=1, max_size=4), min_size=2, max_size=4))
def test_a_folder_at_once_is_its_files_one_by_one(tables: list[list[tuple[object, ...]]]) -> None:
    root = Path(tempfile.mkdtemp())
    try:
        files = []
        for i, table in enumerate(tables):
            files.append(root / f"{i}.csv")
            lines = [
                f"{o},2024-06-0{day},{s},{paid},{refund},{key}" for o, s, paid, refund, key, day in table
            ]
            head = "order_id,ordered_at,status,paid_amount,refund_amount,id_key"
            files[-1].write_text("\n".join([head, *lines, f"{i},2024-07-01,paid,1,,"]) + "\n", "utf-8")
            os.utime(files[-1], (i, i))
        together, one_by_one = (
            quanyu.workspace.create(root / name, clock=lambda: NOW, key=SECRET)
            for name in ("together", "one")
        )
        load(together, files)
        for file in files:
            load(one_by_one, file)
        found = [rows(ws, "SELECT * FROM orders ORDER BY order_id") for ws in (together, one_by_one)]
        assert found[0] == found[1]
        for ws in (together, one_by_one):
            ws.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)
