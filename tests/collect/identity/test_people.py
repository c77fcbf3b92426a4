"""Golden records: the declared rules, ties and shuffles."""

from __future__ import annotations

import datetime as dt
import random

import pyarrow as pa
import pytest

from quanyu.collect.identity.identity import resolve
from quanyu.collect.identity.people import RULES, golden
from quanyu.tables import contract

TODAY = dt.date(2026, 11, 20)


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 1, day, tzinfo=dt.UTC)


def put(ws, table, rows):
    ws.warehouse.append(
        table, pa.Table.from_pylist(rows, schema=contract(table).schema.to_pyarrow()), by="collect"
    )


def link(a, b, is_verified=True):
    return {
        "id_key": a,
        "other_key": b,
        "source": "s",
        "is_verified": is_verified,
        "first_seen_at": at(1),
        "last_seen_at": at(1),
    }


DAY = {"user:1": 3}


def says(id_key, **values):
    return {"id_key": id_key, "source": id_key.split(":")[0], "seen_at": at(DAY.get(id_key, 9)), **values}


MEMBERS = [
    says("user:1", name="李雷", phone="+8613800000001", city="上海", joined_on=dt.date(2025, 5, 1)),
    says("taobao:1", name="李*", phone="+8613800000002", city="杭州", joined_on=dt.date(2024, 5, 1)),
    says("jd:1", name="李雷", email="b@x.cn", city="杭州", is_personalised=True, language="zh"),
    says("youzan:1", email="a@x.cn", is_personalised=False, language="en"),
]
LINKS = [link("user:1", "taobao:1"), link("user:1", "jd:1"), link("user:1", "youzan:1")]


@pytest.fixture
def shop(embedded):
    put(embedded, "links", [*LINKS, link("cookie:a", "device:b", is_verified=False)])
    put(embedded, "members", MEMBERS)
    resolve(embedded, TODAY)
    return embedded


def test_each_column_follows_its_rule(shop):
    found = golden(shop, TODAY)
    people = shop.warehouse.read(shop.warehouse.table("people").order_by("n_identifiers")).to_pylist()
    person = people[-1]
    assert person["name"] == "李雷"
    assert person["phone"] == "+8613800000001", "an own account is trusted before a platform's newer value"
    assert person["email"] == "a@x.cn", "equal trust and age: the smaller text"
    assert person["city"] == "杭州", "said by two sources"
    assert person["joined_on"] == dt.date(2024, 5, 1)
    assert person["is_personalised"] is False
    assert person["language"] == "en", "equal claims: the smaller text"
    assert person["n_identifiers"] == 4
    assert (found.n_people, found.n_named, found.n_reachable) == (2, 1, 1)


def test_a_visitor_is_a_person_without_values(shop):
    golden(shop, TODAY)
    visitor = shop.warehouse.read(
        shop.warehouse.table("people").filter(lambda t: t["n_identifiers"] == 2)
    ).to_pylist()
    assert [row[name] for row in visitor for name in RULES] == [None] * len(RULES)


def test_the_order_of_rows_does_not_matter(make_workspace):
    rows = []
    for seed in range(3):
        ws = make_workspace()
        shuffled = [*MEMBERS]
        random.Random(seed).shuffle(shuffled)
        put(ws, "links", LINKS)
        put(ws, "members", shuffled)
        resolve(ws, TODAY)
        golden(ws, TODAY)
        rows.append(ws.warehouse.read(ws.warehouse.table("people").order_by("person_id")).to_pylist())
    assert rows[0] == rows[1] == rows[2]


def test_what_was_said_later_does_not_count(make_workspace):
    ws = make_workspace()
    put(ws, "links", LINKS)
    late = {"source": "later", "name": "韩梅梅", "phone": "+8613900000000"}
    put(
        ws,
        "members",
        [*MEMBERS, {"id_key": "user:1", "seen_at": dt.datetime(2027, 1, 1, tzinfo=dt.UTC), **late}],
    )
    resolve(ws, TODAY)
    golden(ws, TODAY)
    assert ws.warehouse.read(ws.warehouse.table("people")).to_pylist()[0]["phone"] == "+8613800000001"
