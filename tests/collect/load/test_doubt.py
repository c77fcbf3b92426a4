"""What the rows of a file leave open together is told or refused, never settled in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanyu.collect.load.load import Loaded, load
from quanyu.collect.text.encoding import encoding_of
from quanyu.workspace import Workspace

HEADER = "order_id,ordered_at,status,paid_amount,currency\n"


@pytest.fixture
def shop(make_workspace) -> Workspace:  # type: ignore[no-untyped-def]
    return make_workspace()


def load_text(ws: Workspace, folder: Path, text: str) -> Loaded:
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    (loaded,) = load(ws, folder / "orders.csv")
    return loaded


def test_rows_of_one_key_that_differ_are_told(shop: Workspace, tmp_path: Path) -> None:
    same = "1,2024-06-01,paid,1,\n2,2024-06-01,paid,2,\n2,2024-06-01,paid,2,\n"
    assert str(load_text(shop, tmp_path, HEADER + same).message) == ""
    told = load_text(shop, tmp_path, HEADER + same + "1,2024-06-01,paid,5,\n")
    assert str(told.message) == (
        "1 rows of orders say something else than another row of this file with the same source + order_id: one of each counts"
    )


def test_money_without_a_currency_beside_money_with_a_foreign_one_is_told(
    shop: Workspace, tmp_path: Path
) -> None:
    loaded = load_text(shop, tmp_path, HEADER + "1,2024-06-01,paid,1,USD\n2,2024-06-01,paid,2,\n")
    assert "1 rows of orders name no currency although others name a foreign one: they count as CNY" in str(
        loaded.message
    )
    assert "name no currency" not in str(
        load_text(shop, tmp_path, HEADER + "3,2024-06-01,paid,1,CNY\n4,2024-06-01,paid,2,\n").message
    )


def test_two_columns_of_one_name_that_differ_are_refused(shop: Workspace, tmp_path: Path) -> None:
    header = "order_id,ordered_at,status,paid_amount,Paid_Amount ,note,note\n"
    lines = "1,2024-06-01,paid,1,1,a,b\n2,2024-06-01,paid,,2,,\n3,2024-06-01,paid,3,4,,\n"
    loaded = load_text(shop, tmp_path, header + lines)
    assert loaded.reasons == {"two columns are named …, and they say different things": 1}
    told = shop.warehouse.query(
        "SELECT CAST(paid_amount AS INTEGER) AS paid FROM orders ORDER BY order_id"
    ).to_pylist()
    assert [row["paid"] for row in told] == [1, 2]


def test_an_id_in_the_brackets_of_a_formula_is_the_id(shop: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"{guarded},2024-06-01,paid,1,\n" for guarded in ('"=(""0042"")"', '"=""0043"""', "=0044"))
    load_text(shop, tmp_path, HEADER + rows)
    told = shop.warehouse.query("SELECT order_id FROM orders ORDER BY 1").to_pylist()
    assert [row["order_id"] for row in told] == ["0042", "0043", "0044"]


@pytest.mark.parametrize(
    ("text", "encoding", "is_certain"),
    [
        ("東京都渋谷区\n2,ﾄｳｷｮｳ", "cp932", True), ("山田", "cp932", True), ("서울특별시 강남구", "cp949", True),
        ("ﾄｳｷｮｳ", "cp932", False), ("홍길동", "cp949", False),
    ],
)  # fmt: skip
def test_japanese_and_korean(tmp_path: Path, text: str, encoding: str, is_certain: bool) -> None:
    """A reading in which letters are lost is never certain."""
    file = tmp_path / "orders.csv"
    file.write_bytes(f"order_id,region\n1,{text}\n".encode(encoding))
    found = encoding_of(file, "orders.csv", frozenset({"order_id", "region"}), is_utf8=False)
    assert found.is_certain is is_certain
    assert found.name == encoding or not is_certain


@pytest.mark.parametrize("n", range(4))
def test_what_the_edge_of_a_block_cuts_in_two_is_no_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    """A long file in GB18030 is as certain as a short one, and so is one with long texts."""
    monkeypatch.setattr("quanyu.collect.text.encoding.BLOCK", 128)
    file = tmp_path / "orders.csv"
    row = f"1,手工冻干面膜{'x' * n}国产洗面奶\n"
    file.write_bytes(f"order_id,title\n{row * 40}2,x{'的好评' * 200}\n".encode("gb18030"))
    found = encoding_of(file, "orders.csv", frozenset({"order_id", "title"}), is_utf8=False)
    assert (found.name, found.is_certain) == ("gb18030", True)
    monkeypatch.undo()
    assert encoding_of(file, "orders.csv", frozenset(), is_utf8=False).is_certain
