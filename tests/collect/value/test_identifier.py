"""Identifiers that look alike but are written in other characters or lost digits: one, or refused; never two by mistake."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from quanyu.collect.load.load import load
from quanyu.workspace import Workspace

Shop = Callable[..., Workspace]
USUAL = {"id_key": '"user:1"', "ordered_at": '"2024-06-01 10:00:00"', "status": '"paid"', "paid_amount": "1"}


def load_json(ws: Workspace, into: Path, rows: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """Load orders of JSON literals and return the reasons for which some were refused."""
    whole = [{"order_id": f'"o{i}"'} | USUAL | row for i, row in enumerate(rows)]
    lines = ["{" + ", ".join(f'"{name}": {cell}' for name, cell in row.items()) + "}\n" for row in whole]
    file = into / "orders.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    return load(ws, file)[0].reasons


def values(ws: Workspace, column: str) -> list[str]:
    found = ws.warehouse.query(f"SELECT DISTINCT {column} AS value FROM orders ORDER BY 1")
    return [row["value"] for row in found.to_pylist()]


FLOATS = (
    "1234567890123456789.0", "1.2345678901234568e18", "1e18", "9007199254740993.0", "1e22", '"1234567890123456789.0"',
    "123456789012345678901234567890.0",
)  # fmt: skip


@pytest.mark.parametrize("column", ["order_id", "id_key"])
@pytest.mark.parametrize("literal", FLOATS)
def test_numbers_beyond_what_floating_point_holds_are_refused(
    make_workspace: Shop, tmp_path: Path, literal: str, column: str
) -> None:
    ws = make_workspace()
    bare = literal.strip('"')
    cell = literal if column == "order_id" else f'"user:{bare}"'
    reasons = load_json(ws, tmp_path, [{column: cell}])
    assert sum(reasons.values()) == 1
    assert "digits are lost" in next(iter(reasons))
    assert values(ws, "order_id") == []


def test_whole_numbers_of_any_length_stay_exact(make_workspace: Shop, tmp_path: Path) -> None:
    ws = make_workspace()
    exact = [
        "1234567890123456789",
        "1234567890123456790",
        "123456789012345678901234567890",
        "9007199254740991.0",
        "1001.0",
    ]
    assert (
        load_json(ws, tmp_path, [{"order_id": text, "id_key": json.dumps(f"user:{text}")} for text in exact])
        == {}
    )
    assert values(ws, "order_id") == sorted(text.removesuffix(".0") for text in exact)
    assert values(ws, "id_key") == sorted("user:" + text.removesuffix(".0") for text in exact)


@pytest.mark.parametrize("gap", ["\ufffd", "锟斤拷", "ï¿½"])
def test_identifiers_with_lost_letters_name_nobody(make_workspace: Shop, tmp_path: Path, gap: str) -> None:
    """The order counts, two buyers are not taken for one; an order whose own number is lost is none."""
    ws = make_workspace()
    keys = ["user:张", "member:a", "cookie:b", "phone:1380000", "email:bo@x", "name:张", "address:路"]
    rows = [{"id_key": json.dumps(f"{key}{gap}0000.cn")} for key in keys]
    rows += [
        {"order_id": json.dumps(f"o{gap}1")},
        {"store_id": json.dumps(f"s{gap}")},
        {"region": json.dumps(f"江{gap}")},
    ]
    reasons = load_json(ws, tmp_path, [{"store_id": "null", "region": "null"} | row for row in rows])
    said = "holds signs that stand for lost letters (�): export it again in UTF-8"
    assert reasons == {f"order_id {said}": 1, f"store_id {said}": 1}
    (told,) = load(ws, tmp_path, again=True)
    assert told.message.startswith(f"{len(keys)} rows count without an identifier of which letters are lost")
    nobody = ws.warehouse.query("SELECT count(*) AS n FROM orders WHERE id_key IS NULL").to_pylist()
    assert nobody == [{"n": len(keys)}]
    assert [value for value in values(ws, "region") if value] == [f"江{gap}"]


def test_a_phone_and_a_mail_with_lost_letters_are_refused(make_workspace: Shop, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text(
        "id_key,phone,email,name\nuser:1,138000\ufffd0000,,\nuser:2,,b\ufffd@x.cn,\nuser:3,,,张\ufffd\n",
        encoding="utf-8",
    )
    ws = make_workspace()
    assert sum(load(ws, file)[0].reasons.values()) == 2
    assert ws.warehouse.query("SELECT id_key, name FROM members").to_pylist() == [
        {"id_key": "user:3", "name": "张\ufffd"}
    ]


ALIKE = (
    "{}12",
    "\ufeff{}12",
    "{}12\u200b",
    "{}1\u200d2",
    "{}1\u20602",
    "{}1\xad2",
    "{}１２",
    "\u3000{}12\u2003",
)


def alike(into: Path, form: str) -> Path:
    """Write orders whose numbers and buyers look alike, in a format."""
    orders = [text.format("ｏ" if "１" in text else "o") for text in ALIKE]
    columns = {
        "order_id": orders,
        "id_key": [text.format("user:") for text in ALIKE],
        **{name: [cell.strip('"')] * len(ALIKE) for name, cell in USUAL.items() if name != "id_key"},
    }
    file = into / f"orders.{form}"
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if form == "parquet":
        pq.write_table(pa.table(columns), file)
    elif form == "jsonl":
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif form == "csv":
        lines = [",".join(columns), *(",".join(row.values()) for row in rows)]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        book = Workbook()
        for row in (list(columns), *(list(row.values()) for row in rows)):
            book.active.append(row)
        book.save(file)
    return file


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx"])
def test_identifiers_that_look_alike_are_one_in_every_format(
    make_workspace: Shop, tmp_path: Path, form: str
) -> None:
    ws = make_workspace()
    (loaded,) = load(ws, alike(tmp_path, form))
    assert loaded.reasons == {}
    assert (values(ws, "order_id"), values(ws, "id_key")) == (["o12"], ["user:12"])


KEYS = (
    ("phone:13800000000", "ｐｈｏｎｅ：1\u200b3800000000", "\ufeffphone:１３８００００００００"),
    ("email:bo@example.com", "email:ｂｏ＠example．com", "email:bo\u200b@example.com"),
    ("name:王芳", "name:王\u200b芳", "name:王\u3000芳"),
    ("user:caf\xe9", "user:cafe\u0301", "user:ｃａｆ\xe9"),
    ("cookie:a(1)", "cookie:ａ（１）", "cookie:a\u2060(1)"),
)


@pytest.mark.parametrize("keys", KEYS)
def test_people_who_look_alike_are_one(make_workspace: Shop, tmp_path: Path, keys: tuple[str, ...]) -> None:
    ws = make_workspace()
    assert load_json(ws, tmp_path, [{"id_key": json.dumps(key)} for key in keys]) == {}
    assert len(values(ws, "id_key")) == 1
    assert len(values(ws, "order_id")) == len(keys)


def test_what_is_invisible_is_no_identifier_and_other_text_stays(
    make_workspace: Shop, tmp_path: Path
) -> None:
    ws = make_workspace()
    row = {"id_key": '"\\ufeff"', "store_id": '"\\u200b"', "region": '"ｘ\\u200b"'}
    assert load_json(ws, tmp_path, [row, row | {"order_id": '"\\u200b"'}]) == {"order_id is missing": 1}
    assert (values(ws, "id_key"), values(ws, "store_id"), values(ws, "region")) == (
        [None],
        [None],
        ["ｘ\u200b"],
    )


def test_an_order_with_a_nickname_cut_in_an_emoji_is_told_and_keeps_its_other_identifiers(
    make_workspace: Shop, tmp_path: Path
) -> None:
    head = (
        "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,"
        "联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝总数量"
    )
    line = "{},{},,10.00,0.00,10.00,10.00,交易成功,{},2024-06-01 10:00:00,2024-06-01 10:01:00,杯,1"
    lines = [
        head,
        line.format("1234567890123456701", "bo", "13800000000"),
        line.format("1234567890123456702", "nick", "13800000001"),
    ]
    file = tmp_path / "taobao.csv"
    file.write_bytes("\n".join(lines).encode().replace(b",nick,", b",nick\xf0\x9f\x98,"))
    ws = make_workspace()
    (loaded,) = load(ws, file)
    assert (loaded.layout, loaded.n_taken, loaded.n_refused) == ("taobao_orders", 2, 0)
    assert loaded.message.startswith("1 rows count without an identifier of which letters are lost")
    kinds = [key.partition(":")[0] for key in values(ws, "id_key")]
    assert kinds == ["phone", "taobao"]
