"""JSON in other forms than one object per line: every record is taken or refused, and no digit is lost."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SECRET

import quanyu.workspace
from quanyu.collect.load.load import Loaded, load
from quanyu.errors import UnreadableFileError
from quanyu.workspace import Workspace

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return one workspace for all: every test has orders of its own."""
    ws = quanyu.workspace.create(tmp_path_factory.mktemp("documents") / "shop", clock=lambda: NOW, key=SECRET)
    yield ws
    ws.close()


def order(number: object, **more: object) -> dict[str, object]:
    return {"order_id": number, "ordered_at": "2024-06-01", "status": "paid", "paid_amount": 1.5, **more}


def load_text(ws: Workspace, folder: Path, text: str, name: str = "orders.json") -> Loaded:
    (folder / name).write_text(text, encoding="utf-8")
    (loaded,) = load(ws, folder / name)
    return loaded


def orders(ws: Workspace, prefix: str) -> list[str]:
    sql = f"SELECT order_id FROM orders WHERE order_id LIKE '{prefix}%' ORDER BY 1"
    return [row["order_id"] for row in ws.warehouse.query(sql).to_pylist()]


def test_lists_and_objects_over_many_lines(shop: Workspace, tmp_path: Path) -> None:
    inner = [{"sku": "x"}]
    texts = {
        "list": json.dumps([order("a1"), order("a2", items=inner)]),
        "pretty": "\ufeff\n" + json.dumps([order("a3"), order("a4", items=inner)], indent=2, ensure_ascii=False),
        "wrapped": json.dumps({"meta": {"n": 2}, "orders": [order("a5"), order("a6")], "next": None}, indent=1),
        "compact": '{"data": [\n' + ",\n".join(json.dumps(order(f"a{i}")) for i in (7, 8)) + "\n]}",
        "objects": json.dumps(order("a9", items=inner), indent=1) + "\n" + json.dumps(order("a10"), indent=1),
        "record": json.dumps(order("a11", items=inner)),
    }  # fmt: skip
    done = [load_text(shop, tmp_path, text, f"{name}.json") for name, text in texts.items()]
    assert [(one.n_taken, one.n_refused) for one in done] == [(2, 0)] * 5 + [(1, 0)]
    assert orders(shop, "a") == sorted(f"a{i}" for i in range(1, 12))


def test_what_a_list_holds_besides_objects_is_refused(shop: Workspace, tmp_path: Path) -> None:
    text = json.dumps([order("b1"), 5, None, [1, 2], order("b2")]) + " rest"
    done = load_text(shop, tmp_path, text)
    assert (done.n_taken, done.reasons) == (2, {"the line is not a JSON object": 4})
    cut = load_text(shop, tmp_path, json.dumps([order("b3"), order("b4")], indent=2)[:-20])
    assert (cut.n_taken, cut.n_refused) == (1, 1)


def test_a_broken_first_line_costs_no_other(shop: Workspace, tmp_path: Path) -> None:
    lines = ['{"order_id": "c0", "ordered_at": "2024', json.dumps(order("c1")), json.dumps(order("c2"))]
    done = load_text(shop, tmp_path, "\n".join(lines))
    assert (done.n_taken, done.n_refused) == (2, 1)


def test_several_lists_are_not_guessed_at(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="several lists: now, then"):
        load_text(shop, tmp_path, json.dumps({"now": [order("d1")], "then": [order("d2")]}))


def test_no_digit_of_a_fraction_is_lost(shop: Workspace, tmp_path: Path) -> None:
    """Read as numbers of a computer, both would be 0.12345678901234568."""
    ids = ("0.12345678901234567891", "0.12345678901234567892")
    lines = [json.dumps(order(0)).replace('"order_id": 0', f'"order_id": {number}') for number in ids]
    assert load_text(shop, tmp_path, "\n".join(lines)).n_taken == 2
    assert orders(shop, "0.12") == list(ids)
