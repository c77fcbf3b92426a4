"""`quanyu promotion quote`: a basket and promotions as files, through the door that every ability has."""

from __future__ import annotations

import json

import pytest

import quanyu
from quanyu.decide.promotion.trace import WORDS
from quanyu.errors import PromotionError

RULES = {
    "promotions": [
        {"promotion": "gold", "off": "8折", "when": "city = 上海"},
        {"promotion": "300-50", "tiers": [{"amount": 300, "off": 50}]},
        {"promotion": "mug", "gift": {"item_id": "mug", "name": "Mug", "value": 39, "amount": 199}},
    ]
}
BASKET = {
    "lines": [{"line_id": "1", "item_id": "a", "price": "400.00"}],
    "person": {"traits": {"city": "上海"}},
    "freight": 8,
}


def test_a_quote_is_told_in_money_and_words(embedded) -> None:
    told = quanyu.do(embedded, "quote_basket", basket=BASKET, rules=RULES)
    assert [str(told.goods_amount), str(told.freight_amount), str(told.due_amount)] == [
        "270.00",
        "8.00",
        "278.00",
    ]
    assert {one.promotion: str(one.discount_amount) for one in told.promotions} == {
        "gold": "80.00",
        "300-50": "50.00",
        "mug": "0.00",
    }
    assert [gift.name for gift in told.gifts] == ["Mug"]


def test_what_is_not_known_meets_no_condition(embedded) -> None:
    told = quanyu.do(embedded, "quote_basket", basket={**BASKET, "person": {}}, rules=RULES)
    assert next(one.why for one in told.promotions if one.promotion == "gold") == WORDS["person"]


@pytest.mark.parametrize(
    ("rule", "person", "said"),
    [
        ("ctiy = 上海", {}, "city"),
        ("bought >= 2 times in last 30 days", {}, "segment"),
        ("city = 上海", {"traits": {"city": 3}}, "city is '3'"),
    ],
)
def test_conditions_that_cannot_be_asked_are_refused(embedded, rule, person, said) -> None:
    rules = {"promotion": "x", "off": "5%", "when": rule}
    with pytest.raises(PromotionError, match=said):
        quanyu.do(embedded, "quote_basket", basket={**BASKET, "person": person}, rules=rules)


def test_a_basket_is_quoted_on_the_command_line(command, embedded, tmp_path) -> None:
    basket, rules = tmp_path / "basket.json", tmp_path / "rules.yaml"
    basket.write_text(json.dumps({**BASKET, "person": {}}), encoding="utf-8")
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    root = ("--workspace", str(embedded.root))
    told = json.loads(command("promotion", "quote", str(basket), "--rules", str(rules), *root, "--json").out)
    assert told["due_amount"] == "358.00"
    shown = command("promotion", "quote", str(basket), "--rules", str(rules), *root).out
    assert "to pay 358.00" in shown
    assert "Gift: Mug x 1, given" in shown
