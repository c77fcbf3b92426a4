"""Identifiers that look alike but are written in other characters or lost digits: one, or refused; never two by mistake."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from quanyu.collect.load import load
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
def test_identifiers_with_lost_letters_are_refused(make_workspace: Shop, tmp_path: Path, gap: str) -> None:
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
    assert reasons == {f"id_key {said}": len(keys), f"order_id {said}": 1, f"store_id {said}": 1}
    assert values(ws, "region") == [f"江{gap}"]


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
