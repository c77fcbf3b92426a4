"""Laws of every quote over baskets and rules drawn at random, and equality with trying every set."""

from __future__ import annotations

import random
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings
from tests.decide.promotion.oracle import best_of_basket, best_of_level
from tests.decide.promotion.scenario import basket, line, rules

from quanyu.decide.promotion.basket import Basket
from quanyu.decide.promotion.document import Book, book_of
from quanyu.decide.promotion.engine import RuleSet, quote, refund

PRICE = st.integers(0, 40_000).map(lambda fen: f"{fen / 100:.2f}")
CATEGORY = st.sampled_from(["x", "y"])
LINES = st.lists(st.tuples(PRICE, st.integers(1, 4), CATEGORY), min_size=1, max_size=5)
AMOUNT = st.sampled_from([0, 50, 99, 200, 300])
OFF = st.sampled_from(["5%", "12%", "20%", "33%", 5, 9.99, 20, 50])
RATE = st.sampled_from(["10%", "50%", "100%"])
UPPER = st.fixed_dictionaries(
    {"level": st.sampled_from(["shop", "shop", "coupon", "platform"])},
    optional={
        "base": st.sampled_from(["sequential", "parallel", "list"]),
        "group": st.just("g"),
    },
)
GIVES = st.one_of(
    st.fixed_dictionaries({"off": OFF}),
    st.fixed_dictionaries({"price": st.sampled_from([19.9, 60, 150])}),
    st.builds(lambda n, off: {"nth": {"n": n, "off": off}}, st.integers(2, 3), RATE),
    st.builds(lambda n, get: {"buy": {"n": n, "get": get}}, st.integers(1, 2), st.integers(1, 2)),
    st.builds(lambda amount, off, more: {"tiers": [{"amount": amount, "off": off}], **more}, AMOUNT, OFF, UPPER),
    st.builds(lambda off, more: {"tiers": [{"off": off}], "cap": 15, **more}, st.sampled_from(["5%", "30%"]), UPPER),
    st.builds(lambda amount, off, more: {"every": {"amount": amount, "off": off}, **more},
              st.sampled_from([50, 100, 300]), st.sampled_from([3, 10.5, 30]), UPPER),
)  # fmt: skip
RULE = st.builds(
    lambda gives, items, priority: {**gives, "priority": priority, **({"items": f"category = {items}"} if items else {})},
    GIVES, st.sampled_from(["", "", "x", "y"]), st.integers(0, 2),
)  # fmt: skip
RULES = st.lists(RULE, min_size=1, max_size=5)


def cart(lines: list[tuple[str, int, str]], **more: Any) -> Basket:
    return basket(
        [line(f"i{n}", price, n_units, category=kind) for n, (price, n_units, kind) in enumerate(lines)],
        **more,
    )


def book(promotions: list[dict[str, Any]], **policy: Any) -> Book:
    named = [{"promotion": f"p{n}", **one} for n, one in enumerate(promotions)]
    return book_of({"promotions": named, "policy": policy})


@settings(max_examples=150)
@given(LINES, RULES)
def test_it_equals_every_set_tried_level_by_level(lines, promotions) -> None:
    told, to = book(promotions), cart(lines)
    assert quote(RuleSet(told), to).goods == best_of_level(told.promotions, to)


@settings(max_examples=150)
@given(LINES, RULES)
def test_it_equals_every_set_tried_for_the_whole_basket(lines, promotions) -> None:
    told, to = book(promotions, best="basket"), cart(lines)
    assert quote(RuleSet(told), to).goods == best_of_basket(told.promotions, to)


@given(LINES, RULES, RULE)
def test_one_more_promotion_never_raises_what_is_paid(lines, promotions, more) -> None:
    few, many = book(promotions, best="basket"), book([*promotions, more], best="basket")
    assert quote(RuleSet(many), cart(lines)).goods <= quote(RuleSet(few), cart(lines)).goods


@given(LINES, RULES, st.randoms(use_true_random=False), st.sampled_from(["level", "basket"]))
def test_neither_the_order_of_lines_nor_that_of_rules_matters(lines, promotions, draw, best) -> None:
    told, to = book(promotions, best=best), cart(lines)
    mixed = msgspec.structs.replace(to, lines=tuple(draw.sample(to.lines, len(to.lines))))
    other = msgspec.structs.replace(
        told, promotions=tuple(draw.sample(told.promotions, len(told.promotions)))
    )
    one, two = quote(RuleSet(told), to), quote(RuleSet(other), mixed)
    assert sorted(one.lines, key=lambda of: of.line_id) == sorted(two.lines, key=lambda of: of.line_id)
    assert one.trace == two.trace


@given(LINES, RULES)
def test_every_cent_is_some_lines_and_some_units_and_none_is_below_zero(lines, promotions) -> None:
    to = quote(rules(*promotions), cart(lines))
    assert to.goods == sum(one.pay for one in to.lines)
    for one in to.lines:
        assert one.pay == one.listed - sum(one.shares.values()) == sum(one.units)
        assert min(one.units) >= 0
    for name, off in to.off.items():
        assert off == sum(one.shares.get(name, 0) for one in to.lines)


@given(LINES, RULES)
def test_whoever_splits_a_line_pays_the_same(lines, promotions) -> None:
    to = cart(lines)
    split = [
        msgspec.structs.replace(one, line_id=f"{one.line_id}-{unit}", n_items=1)
        for one in to.lines
        for unit in range(one.n_items)
    ]
    whole, parts = (
        quote(rules(*promotions), to),
        quote(rules(*promotions), msgspec.structs.replace(to, lines=tuple(split))),
    )
    assert [unit for one in whole.lines for unit in one.units] == [one.pay for one in parts.lines]


@given(LINES, RULES, st.integers(0, 2**31), st.sampled_from(["paid", "clawback"]))
def test_refunds_in_parts_are_what_was_paid(lines, promotions, seed, policy) -> None:
    ruled, draw = rules(*promotions), random.Random(seed)
    to = cart(lines, tenders=[{"kind": "red_packet", "amount": 7.77}])
    units = [one.line_id for one in to.lines for _ in range(one.n_items)]
    draw.shuffle(units)
    before: dict[str, int] = {}
    goods = cash = red = 0
    for line_id in units:
        part = refund(ruled, to, {line_id: 1}, before=before, given=goods, policy=policy)
        assert part.goods >= 0
        before[line_id] = before.get(line_id, 0) + 1
        goods, cash, red = goods + part.goods, cash + part.cash, red + part.tenders[0][1]
    quoted = quote(ruled, to)
    assert (goods, cash, red) == (quoted.goods, quoted.due, quoted.tenders[0][1])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"promotion": "a b", "off": "5%"}, "names no promotion"),
        ({"promotion": "a", "off": "5%", "price": 3}, "gives price, off"),
        ({"promotion": "a", "off": "0%"}, "is no discount"),
        ({"promotion": "a", "off": 1.005}, "no amount of money"),
        ({"promotion": "a", "of": 1}, "unknown field `of`"),
        ({"promotion": "a", "nth": {"n": 2, "off": "50%"}, "level": "shop"}, "at the level shop"),
        ({"promotion": "a", "tiers": [{"amount": 200, "off": 30}, {"amount": 300, "off": 20}]}, "tiers rise"),
        ({"promotion": "a", "off": 1, "starts_at": "2026-11-11T00:00:00"}, "times name their zone"),
        ([{"promotion": "a", "off": 1}] * 2, "is there twice"),
    ],
)
def test_what_is_no_promotion_is_refused(wrong, said) -> None:
    with pytest.raises(Exception, match=said):
        book_of(wrong)
