"""Each template on a past that was made for it: whom it is meant for goes through it as meant, others do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pytest
from tests.act.conftest import person
from tests.act.journey.conftest import Shop
from tests.conftest import Answer

from quanyu.act.journey.template import template_named, templates

D = dt.datetime(2026, 9, 10, 6, 10, tzinfo=dt.UTC)
"""Ten past two in Shanghai."""
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


@pytest.fixture
def url() -> str:
    """A rehearsal keeps its records in a file, whatever database the shop has."""
    return ""


def line(shop: Shop, number: int, at: dt.datetime, item: str) -> None:
    shop.order(number, at)
    order = shop.ws.warehouse.read(
        shop.ws.warehouse.table("orders").filter(lambda t: t.ordered_at == at, lambda t: t.id_key == f"member:{number}")
    )["order_id"][0].as_py()  # fmt: skip
    row = {"source": "site", "order_id": order, "line_no": 1, "item_id": item, "n_items": 1}
    shop.append("order_lines", row)


def said(shop: Shop, number: int, kind: str, score: float) -> None:
    row = {
        "source": "site",
        "feedback_id": f"f{number}",
        "kind": kind,
        "id_key": f"member:{number}",
        "said_at": D,
        "score": score,
    }
    shop.append("feedback", row)


def refunded(shop: Shop, number: int) -> None:
    shop.append("orders", {
        "order_id": f"r{number}", "source": "site", "id_key": f"member:{number}", "ordered_at": D, "paid_at": D, "status": "paid",
        "gross_amount": Decimal(100), "paid_amount": Decimal(100), "net_amount": Decimal(0), "refund_amount": Decimal(100),
        "currency": "CNY",
    })  # fmt: skip


def welcome(shop: Shop) -> None:
    for number in (7, 8):
        shop.event(number, "sign_up", D)
    shop.event(9, "product_view", D)
    shop.order(8, D + DAY)


def cart(shop: Shop) -> None:
    for number in (7, 8, 9):
        shop.event(number, "add_to_cart", D, cart_id="c1")
    shop.event(8, "checkout", D + 20 * MINUTE, cart_id="c1")
    shop.order(9, D + 180 * MINUTE)


def browse(shop: Shop) -> None:
    for number in (7, 8):
        for minute in range(3):
            shop.event(number, "product_view", D + minute * MINUTE)
    shop.event(8, "add_to_cart", D + 60 * MINUTE)
    shop.event(9, "product_view", D)


def second(shop: Shop) -> None:
    for number in (7, 8, 9):
        shop.order(number, D)
    shop.order(8, D + 3 * DAY)
    shop.order(9, D - 30 * DAY)


def again(shop: Shop) -> None:
    for number in (7, 8):
        line(shop, number, D, "tea")
    line(shop, 8, D + 21 * DAY, "tea")
    line(shop, 7, D + 21 * DAY, "cup")


def birthday(shop: Shop) -> None:
    days = [dt.date(2000, 9, 12), dt.date(2000, 3, 1)]
    rows = {"person_id": [person(7), person(8)], "as_of": [D.date()] * 2, "birthday_on": days}
    shop.ws.warehouse.replace("portraits", pa.table(rows), by="understand")


def lost(shop: Shop) -> None:
    shop.order(7, D - 91 * DAY)
    shop.order(8, D - 91 * DAY)
    shop.order(8, D + 3 * DAY)
    shop.order(9, D - 10 * DAY)


def reviewed(shop: Shop) -> None:
    shop.order(7, D)
    refunded(shop, 8)


def complained(shop: Shop) -> None:
    said(shop, 7, "complaint", 1)
    said(shop, 8, "review", 5)


def risen(shop: Shop) -> None:
    shop.event(7, "tier_change", D, change="up")
    shop.event(8, "tier_change", D, change="down")


@dataclass(frozen=True)
class Case:
    """What happens, how many days are rehearsed, and how many messages each person is to get."""

    past: Callable[[Shop], None]
    days: int
    n_messages: Mapping[int, int]


CASES = {
    "welcome": Case(welcome, 5, {7: 2, 8: 1, 9: 0}),
    "abandoned-cart": Case(cart, 3, {7: 2, 8: 0, 9: 1}),
    "abandoned-browse": Case(browse, 2, {7: 1, 8: 0, 9: 0}),
    "second-order": Case(second, 16, {7: 1, 8: 0, 9: 0}),
    "replenishment": Case(again, 33, {7: 1, 8: 0}),
    "birthday": Case(birthday, 4, {7: 1, 8: 0}),
    "win-back": Case(lost, 9, {7: 2, 8: 1, 9: 0}),
    "review-request": Case(reviewed, 12, {7: 1, 8: 0}),
    "complaint-recovery": Case(complained, 5, {7: 2, 8: 0}),
    "tier-change": Case(risen, 2, {7: 1, 8: 0}),
}


def test_each_has_a_case() -> None:
    assert sorted(CASES) == [one.name for one in templates()]
    assert all({*one.title} == {*one.about} == {"zh", "en"} for one in templates())


@pytest.mark.parametrize("name", CASES)
def test_whom_it_is_meant_for_goes_through_it_and_others_do_not(shop: Shop, name: str) -> None:
    case, template = CASES[name], template_named(name)
    case.past(shop)
    assert shop.do("add_journey", fields=template.fields("zh")).journey_id == name
    fields = template.fields("en") | {"control_share": 0}
    last = D.date() + (case.days - 1) * DAY
    found = shop.do("rehearse_journey", fields=fields, first=D.date(), last=last)
    got = {way.person_id: sum(line.detail == "queued" for line in way.lines) for way in found.ways}
    assert {number: got.get(person(number), 0) for number in case.n_messages} == case.n_messages
    assert sum(found.by_channel.values()) == sum(case.n_messages.values())


def test_a_template_becomes_a_file_that_can_be_added(
    command: Callable[..., Answer], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.ws.close()
    monkeypatch.chdir(shop.ws.root)
    assert all(name in command("journey", "templates").out for name in CASES)
    answer = command("journey", "new", "welcome")
    (shop.ws.root / "welcome.yaml").write_text(answer.out, encoding="utf-8")
    assert command("journey", "add", "welcome.yaml").code == 0
    wrong = command("journey", "new", "wellcome")
    assert wrong.code and "welcome" in wrong.err
