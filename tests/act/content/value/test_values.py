"""Values of variables: the same on both engines, null where somebody has none, a shop of three people."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from quanyu.act.channel import Content
from quanyu.act.content import values_of
from quanyu.act.content.compose import compose
from quanyu.errors import ContentError
from quanyu.workspace import Workspace

Put = Callable[[Workspace, str, list[dict[str, Any]]], None]
SEPTEMBER = dt.datetime(2026, 9, 1, 2, tzinfo=dt.UTC)


def fill(ws: Workspace, put: Put) -> None:
    names = {"a": "李雷", "b": "", "c": "韩梅梅"}
    put(
        ws,
        "people",
        [{"person_id": one, "name": name, "city": "上海", "n_identifiers": 1} for one, name in names.items()],
    )
    put(ws, "identities", [{"id_key": f"m:{one}", "kind": "m", "person_id": one} for one in names])
    put(ws, "items", [
        {"item_id": f"i{n}", "name": f"茶{n}", "category": "tea" if n < 8 else "cup", "list_price_amount": 10 + n,
         "stock": 0 if n == 1 else None if n == 2 else 5,
         "attributes": json.dumps({"url": f"https://shop.cn/i{n}", "image": f"https://img.cn/{n}.jpg"})}
        for n in range(10)
    ])  # fmt: skip
    orders = [("o1", "a", 0), ("o2", "a", 70), ("o3", "c", 60)]
    put(ws, "orders", [
        {"order_id": order, "source": "s", "id_key": f"m:{one}", "ordered_at": SEPTEMBER + dt.timedelta(days=day),
         "status": "completed", "paid_amount": 30, "gross_amount": 30, "net_amount": 30, "currency": "CNY", "n_items": 2,
         "order_name": "#7" if order == "o2" else None}
        for order, one, day in orders
    ])  # fmt: skip
    lines = [
        ("o1", 1, "i0", 5),
        ("o2", 2, "i3", 1),
        ("o2", 1, "i4", 1),
        ("o3", 1, "i5", 9),
        ("o3", 2, "i1", 8),
        ("o3", 3, "i2", 2),
    ]
    put(ws, "order_lines", [
        {"order_id": order, "line_no": line, "source": "s", "item_id": item, "n_items": n} for order, line, item, n in lines
    ])  # fmt: skip
    put(ws, "facts", [{"person_id": "a", "as_of": ws.today(), "preferred_category": "tea"}])
    put(ws, "rfm", [
        {"person_id": "a", "as_of": ws.today(), "recency_days": 10, "frequency": 2, "monetary_amount": 60, "r_score": 5,
         "f_score": 2, "m_score": 3, "group": "loyal", "fit_id": "f"}
    ])  # fmt: skip


def test_values_of_everybody_by_set(workspace: Workspace, put: Put) -> None:
    fill(workspace, put)
    people = workspace.warehouse.table("people").select("person_id")
    names = [
        "person.name", "person.city", "rfm.group", "rfm.monetary_amount", "order.id", "order.item", "order.amount",
        "items.last_bought", "items.favourite", "items.recommended", "coupon.code", "shop.name", "today",
    ]  # fmt: skip
    rows = workspace.warehouse.read(values_of(workspace, people, names).order_by("person_id")).to_pylist()
    a, b, c = rows
    assert list(a) == ["person_id", *names]
    assert (a["person.name"], b["person.name"], b["rfm.group"], a["rfm.monetary_amount"]) == (
        "李雷",
        None,
        None,
        60.0,
    )
    assert (a["order.id"], a["order.item"], a["order.amount"], c["order.id"]) == ("#7", "茶4", 30.0, "o3")
    assert [item["name"] for item in a["items.last_bought"]] == ["茶4", "茶3"]
    assert [item["name"] for item in a["items.favourite"]] == ["茶0", "茶3", "茶4"]
    assert [item["name"] for item in a["items.recommended"]] == ["茶5", "茶2"]
    assert [item["name"] for item in b["items.recommended"]] == ["茶5", "茶0", "茶2", "茶3"]
    assert a["items.recommended"][0] == {
        "name": "茶5", "price": 15.0, "image": "https://img.cn/5.jpg", "url": "https://shop.cn/i5",
    }  # fmt: skip
    assert b["items.last_bought"] is None and a["coupon.code"] is None
    assert a["today"] == workspace.today()


def test_a_name_that_is_no_variable_is_told_with_the_nearest(embedded: Workspace) -> None:
    people = embedded.warehouse.table("people").select("person_id")
    with pytest.raises(ContentError, match=r"Did you mean 'person\.name'"):
        values_of(embedded, people, ["person.nmae"])


def test_what_is_written_down_as_json_says_the_same(embedded: Workspace, put: Put) -> None:
    fill(embedded, put)
    people = embedded.warehouse.table("people").select("person_id")
    names = ["order.ordered_at", "order.amount", "items.recommended"]
    source = Content(text=(
        "{{ order.ordered_at | day }} {{ order.amount | money }}"
        "{% if order.amount > 20 %} {{ items.recommended[0].price | money }}{% endif %}"
    ))  # fmt: skip
    rows = values_of(embedded, people, names).order_by("person_id")
    row = embedded.warehouse.read(rows).to_pylist()[0]
    kept = json.loads(json.dumps(row, default=str))
    assert compose(source, kept).text == compose(source, row).text == "2026年11月10日 ¥30.00 ¥15.00"
