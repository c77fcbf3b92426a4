"""A tiny shop whose portraits can be worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest
from tests.conftest import written_by

from quanyu.workspace import Workspace, pseudonym

AS_OF = dt.date(2026, 11, 20)


def at(day: str, clock: str = "12:00") -> dt.datetime:
    """A moment in Shanghai."""
    return dt.datetime.fromisoformat(f"{day}T{clock}:00+08:00")


def order(
    number: int, key: str, when: dt.datetime, status: str = "completed", **given: object
) -> dict[str, object]:
    gross = Decimal(str(given.pop("gross", 100)))
    discount, refund = Decimal(str(given.pop("discount", 0))), Decimal(str(given.pop("refund", 0)))
    paid = gross - discount if status == "completed" else Decimal(0)
    return {
        "order_id": f"o{number}", "source": "test", "id_key": key, "ordered_at": when, "status": status,
        "channel": "taobao", "gross_amount": gross, "discount_amount": discount, "paid_amount": paid,
        "refund_amount": refund, "net_amount": paid - refund, "n_items": 1, **given,
    }  # fmt: skip


def event(  # noqa: PLR0917 - a row
    number: int, key: str, when: dt.datetime, name: str, session: str | None, channel: str = "own"
) -> dict[str, object]:
    return {
        "event_id": f"e{number}", "source": "test", "id_key": key, "name": name, "occurred_at": when,
        "session_id": session, "channel": channel,
    }  # fmt: skip


ORDERS = [
    order(1, "taobao:ann", at("2026-11-01"), gross=100, discount=10, region="上海"),
    order(2, "jd:ann", at("2026-11-11", "00:30"), gross=300, channel="jd", region="上海"),
    order(3, "jd:ann", at("2026-11-12"), gross=50, channel="jd", refund=50, region="江苏"),
    order(4, "taobao:bo", at("2026-05-01"), gross=80),
    order(5, "taobao:bo", at("2026-05-02"), "closed", gross=500),
    order(6, "taobao:bo", at("2026-05-03"), "returned", gross=0, refund=30),
    order(7, "taobao:ann", at("2026-11-21", "00:01"), gross=9999),
    order(8, None, at("2026-11-02"), gross=7),
]

EVENTS = [
    event(1, "cookie:ann", at("2026-11-10", "23:50"), "page_view", "s1"),
    event(2, "cookie:ann", at("2026-11-11", "00:20"), "add_to_cart", "s1"),
    event(3, "cookie:ann", at("2026-11-12", "23:00"), "product_view", "s2", "wechat"),
    event(4, "cookie:ann", at("2026-11-13", "09:00"), "search", "s3"),
    event(5, "cookie:cy", at("2026-08-01", "10:00"), "product_view", None),
    event(6, "cookie:cy", at("2026-08-01", "18:00"), "page_view", None),
]

LINES = [
    ("o1", 1, "tea", 1, 100),
    ("o2", 1, "cup", 2, 100),
    ("o2", 2, "tea", 1, 100),
    ("o5", 1, "pot", 1, 500),
]


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    fill(written_by(workspace))
    return workspace


@pytest.fixture
def small_shop(make_workspace: Callable[..., Workspace]) -> Workspace:
    return fill(make_workspace())


def fill(ws: Workspace) -> Workspace:
    phone = f"phone:{pseudonym(ws.secret, 'phone', '+8613812345678')}"
    owners = {
        "taobao:ann": "ann",
        "jd:ann": "ann",
        "cookie:ann": "ann",
        phone: "ann",
        "taobao:bo": "bo",
        "cookie:cy": "cy",
    }
    born = {"ann": dt.date(1990, 11, 21), "bo": dt.date(1980, 11, 20), "cy": None, "di": None}
    people = [
        {"person_id": person, "born_on": day, "city": city, "name": name, "n_identifiers": 1, "phone": number}
        for (person, day), city, name, number in zip(
            born.items(), ("上海市", "拉萨", None, "Paris"), ("王小明", None, None, None),
            ("+8613812345678", None, None, None), strict=True,
        )
    ]  # fmt: skip
    tables = {
        "orders": ORDERS,
        "events": EVENTS,
        "people": people,
        "identities": [{"id_key": k, "kind": k.split(":")[0], "person_id": p} for k, p in owners.items()],
        "items": [
            {"item_id": "tea", "category": "茶", "brand": "A"},
            {"item_id": "cup", "category": "杯", "brand": "B"},
            {"item_id": "pot", "category": "壶", "brand": "A"},
        ],
        "order_lines": [
            {
                "order_id": o, "line_no": n, "source": "test", "item_id": i, "n_items": k,
                "unit_price_amount": Decimal(p),
            }
            for o, n, i, k, p in LINES
        ],
        "feedback": [
            {
                "feedback_id": "f1", "source": "test", "kind": "review", "id_key": "taobao:ann",
                "said_at": at("2026-11-15"), "score": 4.0, "text": "好喝",
            }
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        ws.warehouse.replace(name, pa.Table.from_pylist(rows), by="collect")
    return ws
