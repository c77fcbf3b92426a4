"""Prices that are set beside others, by the rules on marked prices; the cases are those the rules describe."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from quanyu.act.compliance import Offer
from quanyu.act.compliance.deal import deals_of
from quanyu.act.compliance.price import Deal, Gift, check_offer, reference_price
from quanyu.tables import contract
from quanyu.workspace import Workspace

DAY = dt.date(2026, 11, 20)


def D(value: object) -> Decimal:
    return Decimal(str(value))


def days_before(*prices: object) -> list[Deal]:
    """Return one deal a day, the last on the day before."""
    start = DAY - dt.timedelta(days=len(prices))
    return [Deal(start + dt.timedelta(days=at), D(price)) for at, price in enumerate(prices)]


def refused(offer: Offer, deals: list[Deal], listed: Any = None) -> list[tuple[int, Decimal | None]]:
    return [(one.article, one.allowed) for one in check_offer(offer, deals, listed)]


WEEK = days_before(129, 129, 119, 129, 99, 129, 129)


def test_a_crossed_out_price_is_at_most_the_lowest_deal_of_seven_days() -> None:
    assert reference_price(WEEK, DAY) == 99
    assert refused(Offer(DAY, D(89), D(129)), WEEK) == [(16, D(99))]
    assert refused(Offer(DAY, D(89), D("99.01")), WEEK) == [(16, D(99))]
    assert refused(Offer(DAY, D(89), D(99)), WEEK) == []


def test_the_day_itself_and_the_eighth_day_before_do_not_count() -> None:
    deals = [
        Deal(DAY, D(50)),
        Deal(DAY - dt.timedelta(days=7), D(120)),
        Deal(DAY - dt.timedelta(days=8), D(60)),
    ]
    assert reference_price(deals, DAY) == 120


def test_without_a_deal_in_seven_days_the_last_deal_counts() -> None:
    deals = [Deal(DAY - dt.timedelta(days=30), D(80)), Deal(DAY - dt.timedelta(days=9), D(110))]
    assert reference_price(deals, DAY) == 110
    assert refused(Offer(DAY, D(89), D(129)), deals) == [(16, D(110))]


def test_what_was_never_sold_has_no_former_price() -> None:
    assert refused(Offer(DAY, D(89), D(129)), []) == [(16, None)]


def test_a_price_raised_two_days_before_is_no_base() -> None:
    listed = {DAY - dt.timedelta(days=60): D(100), DAY - dt.timedelta(days=2): D(150)}
    deals = days_before(100, 100, 100, 100, 100, 150, 150)
    half = Offer(DAY, D(75), D(150), discount=D("0.5"))
    assert refused(half, deals, listed) == [(17, D(100))]
    assert refused(half, [], listed) == [(17, D(100))]
    assert refused(Offer(DAY, D(50), D(100), discount=D("0.5")), deals, listed) == []


def test_a_price_raised_long_before_is_a_base() -> None:
    listed = {DAY - dt.timedelta(days=60): D(100), DAY - dt.timedelta(days=20): D(150)}
    assert refused(Offer(DAY, D(75), D(150)), days_before(*[150] * 7), listed) == []


def test_the_page_of_the_item_asks_no_more_than_the_front() -> None:
    assert refused(Offer(DAY, D(79), detail=D(89)), []) == [(20, D(89))]
    assert refused(Offer(DAY, D(79), detail=D(79)), []) == []


@pytest.mark.parametrize(
    "gift",
    [
        Gift(),
        Gift("杯子"),
        Gift("", 1),
        Gift("杯子", 1, shown_value=D(59), price=D(39)),
        Gift("杯子", 1, shown_value=D(59)),
    ],
)
def test_a_gift_has_its_name_number_and_true_value(gift: Gift) -> None:
    assert refused(Offer(DAY, D(79), gift=gift), [])[0][0] == 18


def test_a_gift_that_says_all_is_fine() -> None:
    assert refused(Offer(DAY, D(79), gift=Gift("杯子", 1, shown_value=D(39), price=D(39))), []) == []


def test_a_discount_may_be_rounded_and_no_more() -> None:
    deals = days_before(*["99.99"] * 7)
    offer = Offer(DAY, D("70.02"), D("99.99"), discount=D("0.30"))
    assert f"{1 - offer.now / D('99.99'):.4f}" == "0.2997"
    assert refused(offer, deals) == []
    assert refused(Offer(DAY, D("71"), D("99.99"), discount=D("0.30")), deals) == [(21, D(71))]


def test_the_lowest_price_is_the_lowest() -> None:
    deals = [*WEEK, Deal(DAY - dt.timedelta(days=90), D(79))]
    assert refused(Offer(DAY, D(89), claim="lowest_in_days", days=30), deals) == []
    assert refused(Offer(DAY, D(109), claim="lowest_in_days", days=30), deals) == [(16, D(99))]
    assert refused(Offer(DAY, D(89), claim="lowest_ever"), deals) == [(16, D(79))]
    assert refused(Offer(DAY, D(79), claim="lowest_ever"), deals) == []
    assert refused(Offer(DAY, D(79), claim="lowest_ever"), []) == [(16, None)]


def put(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
    promise = contract(name)
    ws.warehouse.replace(
        name, pa.Table.from_pylist(rows, schema=pa.schema(promise.schema.to_pyarrow())), by=promise.owner
    )


def test_deals_are_what_was_paid_by_day_of_the_shop(embedded: Workspace) -> None:
    def order(number: int, at: str, status: str = "paid") -> dict[str, Any]:
        return {
            "order_id": str(number),
            "source": "t",
            "ordered_at": dt.datetime.fromisoformat(at),
            "status": status,
        }

    def line(number: int, n: int, price: object, discount: object = None, item: str = "A") -> dict[str, Any]:
        return {"order_id": str(number), "source": "t", "line_no": 1, "item_id": item, "n_items": n,
                "unit_price_amount": D(price), "discount_amount": None if discount is None else D(discount)}  # fmt: skip

    put(embedded, "orders", [order(1, "2026-11-18T17:00:00+00:00"), order(2, "2026-11-18T15:00:00+00:00"),
                       order(3, "2026-11-18T03:00:00+00:00", "closed"), order(4, "2026-11-18T04:00:00+00:00")])  # fmt: skip
    put(
        embedded,
        "order_lines",
        [line(1, 2, 100, 30), line(2, 1, 120), line(3, 1, 10), line(4, 1, 5, item="B")],
    )
    assert deals_of(embedded, "A", DAY) == [
        Deal(dt.date(2026, 11, 18), D("120.00")),
        Deal(dt.date(2026, 11, 19), D("85.00")),
    ]
    assert deals_of(embedded, "A", dt.date(2026, 11, 19)) == [Deal(dt.date(2026, 11, 18), D("120.00"))]
