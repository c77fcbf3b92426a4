"""The scenarios of promotions by number, with their expected values in yuan: allocation, thresholds, choice, groups, full stacks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.decide.promotion.scenario import basket, line, lines, pay, quoted, rules, shares, why

from quanyu.act.compliance.price import Deal, Gift, Offer, check_offer
from quanyu.decide.promotion.engine import refund


def cut(amount: Any, off: Any, **more: Any) -> dict[str, Any]:
    return {"tiers": [{"amount": amount, "off": off}], **more}


COUPON = {"level": "coupon"}
TIERS = {"tiers": [{"amount": 200, "off": 20}, {"amount": 500, "off": 60}, {"amount": 1000, "off": 150}]}
STEPS = {"every": {"amount": 300, "off": 50}}
EIGHTY, FIFTY_OFF = {"off": "8折"}, cut(300, 50)
CLASH = [
    {"off": "20%", "level": "shop", "cap": 50, "group": "g"},
    cut(200, 40, group="g"),
]
CLOTHES = cut(200, 30, items="category = clothes", level="coupon")
TWO_KINDS = lambda price: [line("a", price, category="clothes"), line("b", 500, category="fridge")]  # noqa: E731
FREE_FROM_99 = {"freight": {"amount": 99}}
TEN = {"off": 10, "level": "coupon"}
FLASH = {"price": 60, "units_per_person": 2}
PAIRS = {"nth": {"n": 2, "off": "50%"}}
UNITS = {"tiers": [{"units": 3, "off": "8折"}, {"units": 5, "off": "7折"}], "level": "group"}
BUNDLE = {
    "bundle": {
        "price": 120,
        "parts": [{"items": "item_id = a"}, {"items": "item_id = b"}, {"items": "item_id = c"}],
    }
}

TOTALS: list[tuple[str, list[dict[str, Any]], list[Any], float, dict[str, Any]]] = [
    ("4", [FIFTY_OFF], [199, 120], 269, {}),
    ("5", [cut(99, 40)], [(10, 5), 25, (15, 3)], 80, {}),
    ("7", [{"off": "25%"}], [19.99], 14.99, {}),
    ("8", [{"off": "100%", "level": "shop"}, {"off": "15%", "level": "shop"}], [59], 0, {}),
    ("9", [{"off": 15, "level": "shop"}, {"off": 10, "level": "shop"}], [19.90], 0, {}),
    ("9 with min_pay", [{"off": 15, "level": "shop"}, {"off": 10, "level": "shop"}], [19.90], 0.01, {"min_pay": "0.01"}),
    ("11 below", [FIFTY_OFF], [299.99], 299.99, {}),
    ("11 at", [FIFTY_OFF], [300], 250, {}),
    ("12", [STEPS], [950], 800, {}),
    ("12 capped", [{"every": {"amount": 300, "off": 50, "steps": 2}}], [950], 850, {}),
    ("13 below", [TIERS], [999.99], 939.99, {}),
    ("13 at", [TIERS], [1000], 850, {}),
    ("14", [EIGHTY, FIFTY_OFF], [400], 270, {}),
    ("15 sequential", [EIGHTY, FIFTY_OFF], [350], 280, {}),
    ("15 parallel", [EIGHTY, {**FIFTY_OFF, "base": "parallel"}], [350], 280, {}),
    ("15 list", [EIGHTY, {**FIFTY_OFF, "base": "list"}], [350], 230, {}),
    ("16 sequential", [cut(300, 30, **COUPON), cut(300, 50, level="cross")], [320], 290, {}),
    ("16 parallel", [cut(300, 30, **COUPON), cut(300, 50, level="cross", base="parallel")], [320], 240, {}),
    ("21 percent first", [{"off": "10%", "level": "shop", "priority": 2}, {"off": 10, "level": "shop"}], [100], 80, {}),
    ("21 fixed first", [{"off": "10%", "level": "shop"}, {"off": 10, "level": "shop", "priority": 2}], [100], 81, {}),
    ("22 at 230", CLASH, [230], 184, {}),
    ("22 at 300", CLASH, [300], 250, {}),
    ("22 at 200", CLASH, [200], 160, {}),
    ("20", [{"price": 92}, {"price": 88}], [100], 88, {}),
    ("20 stacked", [{"price": 92, "is_stacked": True}, {"price": 88, "is_stacked": True}], [100], 80.96, {}),
    ("23", [{"off": "40%"}, {"off": "70%", "level": "coupon"}], [(100, 10)], 180, {}),
    ("24", [{"off": 15, "level": "shop", "excludes": ["p2", "p3"]}, {"off": 8, "level": "shop"}, {"off": 8, "level": "shop"}],
     [100], 84, {}),
    ("25", [FLASH], [(100, 3)], 220, {}),
    ("27", [{"buy": {"n": 2}}], [(30, 7)], 150, {}),
    ("28", [{"buy": {"n": 2}}], [(30, 2)], 60, {}),
    ("29", [PAIRS], [100, 80, 60], 200, {}),
    ("29 cheapest", [{"nth": {"n": 2, "off": "50%", "pick": "cheapest"}}], [100, 80, 60], 210, {}),
    ("30", [UNITS], [(50, 4)], 160, {}),
    ("31", [BUNDLE], [(60, 2), 50, 40], 180, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("promotions", "prices", "expected", "policy"),
    [row[1:] for row in TOTALS],
    ids=[row[0] for row in TOTALS],
)
@pytest.mark.parametrize("order", [1, -1])
def test_totals(promotions, prices, expected, policy, order) -> None:
    named = [{"promotion": f"p{n}", **one} for n, one in enumerate(promotions, 1)]
    assert pay(quoted(named[::order], basket(lines(*prices)[::order]), **policy)) == expected


SHARES: list[tuple[str, dict[str, Any], list[Any], list[float]]] = [
    ("1", TEN, [33.33, 33.33, 33.34], [3.33, 3.33, 3.34]),
    ("2", {"off": 2.99, "level": "shop"}, [10, 10, 10], [1.00, 1.00, 0.99]),
    ("3", {"off": 2.99, "level": "shop"}, [43, 14, 23], [1.61, 0.52, 0.86]),
    ("4", FIFTY_OFF, [199, 120], [31.19, 18.81]),
    ("5", cut(99, 40), [(10, 5), 25, (15, 3)], [16.67, 8.33, 15]),
    ("6", {"off": "20%", "level": "shop", "cap": 50}, [300, 100], [37.5, 12.5]),
    ("10", {"off": 30, "level": "shop"}, [100, 0, 50], [20, 0, 10]),
    ("31", BUNDLE, [(60, 2), 50, 40], [12, 10, 8]),
]


@pytest.mark.parametrize(
    ("promotion", "prices", "expected"), [row[1:] for row in SHARES], ids=[row[0] for row in SHARES]
)
def test_shares(promotion, prices, expected) -> None:
    assert shares(quoted([promotion], basket(*prices))) == expected


def test_5_and_27_units_carry_every_cent() -> None:
    assert quoted([cut(99, 40)], basket((10, 5), 25, (15, 3))).lines[0].units == [666, 666, 667, 667, 667]
    free = quoted([{"buy": {"n": 2}}], basket((30, 7))).lines[0]
    assert [3000 - unit for unit in free.units] == [858, *[857] * 6]


def test_8_what_takes_nothing_uses_no_quota() -> None:
    to = quoted([{"off": "100%", "level": "shop"}, {"off": "15%", "level": "shop"}], basket(59))
    assert (why(to, "p1"), why(to, "p2")) == ("applied", "nothing")
    assert "p2" not in to.off


def test_9_the_second_coupon_takes_what_is_left() -> None:
    two = [{"off": 15, "level": "shop"}, {"off": 10, "level": "shop"}]
    assert quoted(two, basket(19.90)).off == {"p1": 1500, "p2": 490}
    assert quoted(two, basket(19.90), min_pay="0.01").off == {"p1": 1500, "p2": 489}


def test_13_the_quote_says_how_much_more_reaches_a_threshold() -> None:
    assert quoted([cut(1000, 150)], basket(999.99)).trace[0].missing == 1


@pytest.mark.parametrize(("price", "expected"), [(180, [0, 0]), (220, [30, 0])])
def test_17_a_coupon_of_a_category_looks_at_its_lines_alone(price, expected) -> None:
    assert shares(quoted([CLOTHES], basket(TWO_KINDS(price)))) == expected


@pytest.mark.parametrize(("base", "expected"), [("sequential", 103), ("list", 95)])
def test_18_free_freight(base, expected) -> None:
    to = basket(lines(105), freight=8)
    assert pay(quoted([TEN, {**FREE_FROM_99, "base": base}], to)) == expected


def test_19_a_red_packet_changes_no_threshold() -> None:
    to = quoted([FIFTY_OFF], basket(lines(300), tenders=[{"kind": "red_packet", "amount": 100}]))
    assert (to.off, to.tenders, to.due) == ({"p1": 5000}, (("red_packet", 10000, 0),), 15000)


def test_22_of_equal_ones_priority_decides_then_the_name() -> None:
    assert quoted(CLASH, basket(200)).off == {"p1": 4000}
    assert quoted([CLASH[0], {**CLASH[1], "priority": 1}], basket(200)).off == {"p2": 4000}


def test_24_the_best_set_is_not_the_greedy_one() -> None:
    to = quoted(TOTALS[[row[0] for row in TOTALS].index("24")][1], basket(100))
    assert to.off == {"p2": 800, "p3": 800}
    assert (why(to, "p1"), to.trace[0].by) == ("excluded", "p2")


def test_25_a_flash_price_is_for_so_many_units_of_a_buyer() -> None:
    assert quoted([FLASH], basket((100, 3))).lines[0].units == [6000, 6000, 10000]
    assert pay(quoted([FLASH], basket((100, 3)), {"p1": {"units": 0}})) == 300
    assert pay(quoted([FLASH], basket((100, 3)), {"p1": {"units": 1}})) == 260


@pytest.mark.parametrize(("policy", "expected"), [("clamp", 85), ("reject", 88)])
def test_26_the_floor_of_a_price(policy, expected) -> None:
    to = quoted([{"price": 88}, TEN], basket([line("a", 100, floor=85)]), below_floor=policy)
    assert pay(to) == expected
    assert why(to, "p2") == {"clamp": "applied", "reject": "floor"}[policy]


GIFT = {"gift": {"item_id": "mug", "name": "Mug", "value": 39, "amount": 199}}


def test_32_a_gift_is_due_back_or_charged() -> None:
    ruled, to = rules(GIFT), basket(120, 90)
    assert refund(ruled, to, {"b": 1}, gifts_back=("p1",)).amount == 9000
    charged = refund(ruled, to, {"b": 1})
    assert (charged.amount, charged.gifts) == (5100, ("p1",))


def test_33_a_gift_out_of_stock_is_flagged() -> None:
    to = quoted([GIFT], basket(lines(120, 90), sold_out=["mug"]))
    assert [(gift.name, is_there) for _, gift, is_there in to.gifts] == [("Mug", False)]
    assert pay(to) == 210


def stack(base: str) -> list[dict[str, Any]]:
    return [
        {"price": 239, "items": "item_id = a1"},
        {"price": 171, "items": "item_id = b1"},
        cut(200, 20, items="shop = A"),
        cut(300, 30, items="shop = A", level="coupon", base=base),
        {**STEPS, "base": base},
        cut(500, 25, level="platform", base=base),
    ]


SHOPS = [line("a1", 299, shop="A"), line("a2", 129, 2, shop="A"), line("b1", 180, shop="B")]


@pytest.mark.parametrize(
    ("base", "cross", "platform", "paid"),
    [
        ("sequential", [34.78, 37.55, 27.67], [8.69, 9.39, 6.92], [171.48, 185.11, 136.41]),
        ("parallel", [35.78, 38.62, 25.60], [8.94, 9.66, 6.40], [170.23, 183.77, 139.00]),
    ],
    ids=["34", "35"],
)
def test_full_stacks(base, cross, platform, paid) -> None:
    to = quoted(stack(base), basket(SHOPS))
    assert shares(to, "p3") == [9.62, 10.38, 0]
    assert shares(to, "p4") == [14.43, 15.57, 0]
    assert (shares(to, "p5"), shares(to, "p6")) == (cross, platform)
    assert [one.pay / 100 for one in to.lines] == paid
    assert pay(to) == 493


@pytest.mark.parametrize(
    ("given", "expected"), [({}, 42.5), ({"overflow": "redistribute"}, 40), ({"share_unit": 1}, 42)]
)
def test_36_what_is_over_is_dropped_or_passed_on(given, expected) -> None:
    promotions = [
        cut(150, 100, items="shop = A"),
        {"off": 30, "level": "coupon", "items": "shop = A"},
        {"every": {"amount": 200, "off": 30}, "level": "platform", "base": "list", **given},
    ]
    assert pay(quoted(promotions, basket([line("a", 150, shop="A"), line("b", 50, shop="B")]))) == expected


def test_37_shops_settle_what_their_lines_were_paid() -> None:
    to = quoted([cut(300, 50, level="cross")], basket([line("a", 180, shop="A"), line("b", 150, shop="B")]))
    assert shares(to) == [27.27, 22.73]
    assert to.by_shop == {"A": 15273, "B": 12727}


def test_38_a_coupon_for_other_items_is_not_used() -> None:
    to = quoted(
        [{"off": 10, "level": "coupon", "items": "item_id = a", "code": "C"}],
        basket([line("b", 50)], codes=["C"]),
    )
    assert (to.off, why(to)) == ({}, "items")


@pytest.mark.parametrize(("policy", "expected"), [("reject", []), ("partial", [6, 6])])
def test_40_a_budget_is_never_passed(policy, expected) -> None:
    promotion = {"off": "10%", "level": "shop", "over_budget": policy}
    to = quoted([promotion], basket(80, 80), {"p1": {"budget": 1200}})
    assert (shares(to) if why(to) == "applied" else []) == expected
    assert (why(to) == "budget") == (policy == "reject")


@pytest.mark.parametrize(("policy", "expected"), [("paid", 5000), ("clawback", 0)])
def test_42_a_refund_in_part(policy, expected) -> None:
    ruled, to = rules(cut(199, 100)), basket((50, 4))
    assert refund(ruled, to, {"a": 2}, policy=policy).amount == expected
    rest = refund(ruled, to, {"a": 2}, before={"a": 2}, given=expected, policy=policy).amount
    assert rest + expected == 10000


def test_43_a_refund_knows_the_discount_of_the_order() -> None:
    assert refund(rules({"off": "10%", "level": "shop"}), basket(6, 4), {"a": 1}).amount == 540


def test_44_a_refund_of_some_units() -> None:
    ruled, to = rules(cut(99, 40)), basket((10, 5), 25, (15, 3))
    parts = [refund(ruled, to, {name: n}).amount for name, n in {"a": 3, "b": 1, "c": 3}.items()]
    assert parts == [1999, 1667, 3000]
    kept = refund(ruled, to, {"a": 2}, before={"a": 3, "b": 1, "c": 3}).amount
    assert (sum(parts), kept) == (6666, 1334)


def test_45_tax_is_in_what_is_paid() -> None:
    (one,) = quoted([{"off": "10%", "level": "shop"}], basket([line("a", 113, tax_rate=13)])).lines
    assert (one.pay, one.pay - one.tax, one.tax) == (10170, 9000, 1170)


DEALS = [129, 129, 119, 129, 99, 129, 129]
ON = dt.date(2026, 11, 11)


def deals(*prices: int) -> list[Deal]:
    days = range(len(prices), 0, -1)
    return [Deal(ON - dt.timedelta(days=n), Decimal(price)) for n, price in zip(days, prices, strict=True)]


LAW = [
    ("46", {"now": 79, "was": 129}, DEALS, {}, [(16, 99)]),
    ("46 allowed", {"now": 79, "was": 99}, DEALS, {}, []),
    ("47", {"now": 75, "was": 150}, [100] * 7, {8: 100, 2: 150}, [(17, 100)]),
    ("48", {"now": 79, "detail": 89}, [], {}, [(20, 89)]),
    (
        "49",
        {"now": 79, "gift": Gift(shown_value=Decimal(59), price=Decimal(39))},
        [],
        {},
        [(18, None), (18, 39)],
    ),
    ("50", {"now": "70.03", "was": 100, "discount": "0.30"}, [100], {}, []),
]


@pytest.mark.parametrize(
    ("shown", "paid", "listed", "expected"), [row[1:] for row in LAW], ids=[row[0] for row in LAW]
)
def test_prices_as_they_are_shown(shown, paid, listed, expected) -> None:
    offer = Offer(
        ON, **{name: one if isinstance(one, Gift) else Decimal(str(one)) for name, one in shown.items()}
    )
    marked = {ON - dt.timedelta(days=n): Decimal(price) for n, price in listed.items()}
    assert [(one.article, one.allowed) for one in check_offer(offer, deals(*paid), marked)] == expected


TWENTY, TEN_OFF = {"off": "20%", "level": "shop"}, {"off": "10%", "level": "shop"}
REPORTED: list[tuple[str, dict[str, Any], list[Any], float, dict[str, int], float]] = [
    (
        "woocommerce/woocommerce#64668",
        {"off": "25%", "level": "shop"},
        [(23.90, 10)],
        179.25,
        {"a": 10},
        179.25,
    ),
    ("PrestaShop/PrestaShop#18319", TWENTY, [150, 60], 168, {"a": 1}, 120),
    ("smartlabsAT/sonata-project-ecommerce#177", TEN_OFF, [(100, 3)], 270, {"a": 2}, 180),
    ("odoo/odoo#271032", {"off": "100%", "level": "shop"}, [(13.23, 2)], 0, {"a": 1}, 0),
    ("medusajs/medusa#14432", {"buy": {"n": 2}}, [(10, 5)], 40, {"a": 5}, 40),
]


@pytest.mark.parametrize(
    ("promotion", "prices", "paid", "back", "given"),
    [row[1:] for row in REPORTED],
    ids=[row[0] for row in REPORTED],
)
def test_what_others_report(promotion, prices, paid, back, given) -> None:
    assert pay(quoted([promotion], basket(*prices))) == paid
    assert refund(rules(promotion), basket(*prices), back).goods == round(100 * given)
