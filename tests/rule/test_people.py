"""Whom a rule finds: whole tables, one record, and the slow way of tests/rule/brute.py agree on everybody."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.rule.brute import Crowd, everybody
from tests.rule.crowd import Draw, by_name, save

from quanyu.errors import RuleError
from quanyu.rule import (
    Asking,
    document,
    explain,
    explain_person,
    from_document,
    members,
    parse,
    population,
    printed,
    typed,
)
from quanyu.rule.past import History
from quanyu.rule.record import Record, ready
from quanyu.rule.tree import Rank, walked
from quanyu.workspace import Workspace

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
CLOCK = dt.datetime(2026, 11, 2, 5, tzinfo=dt.UTC)
"""The midnight after New York's clocks went back."""
WINDOWS = ("", " in last 1 days", " in last 30 days", " in last 1 months", " in last 36 hours", " between 31 and 1 days ago",
           " more than 7 days ago", " since 2026-10-25", " before 2026-11-01", " on 2026-11-01", " from 2026-10-20 until 2026-11-19",
           " today", " yesterday", " in last 2 weeks", " in next 2 days")  # fmt: skip
ROWS = ("did product_view", 'did "page view"', "visited", "visited wechat", "bought", "bought taobao", "bought_item", "ordered",
        "got_refund", "said review", "met search", "received mail", "opened", "clicked sms", "unsubscribed", "bounced mail",
        "did add_to_cart where (properties.price > 5)", "did add_to_cart where (not properties.city within 100 km of 上海)",
        "did add_to_cart where (properties.cart_id = c1 or item.category in shoes, 鞋)",
        "bought where (region = 浙江 and net_amount between 20 and 200)", "bought_item where (item.category = 鞋 and n_items >= 2)",
        "bought where (not channel = taobao)", "bought where (channel is unknown)", "opened where (send.campaign_id = spring)",
        "bought where (ordered_at in last 30 days)")  # fmt: skip
TRAIT_RULES = ("n_bought >= 2", "n_bought between 1 and 2", "spent_amount > 0.25", "city in 上海, New York", 'city = "a; b"',
               "city contains a", "city starts with Tri", "city is unknown", "city not in 上海", "is_new = true", "not is_new = true",
               "share <= 25%", "joined_on in last 30 days", "joined_on in next 2 days", "joined_on = 2026-11-19",
               "seen_at in last 30 days",
               "anniversary of born_on in next 40 days", "anniversary of born_on today", "n_bought in top 30%", "share in bottom 50%",
               "spent_amount in top 10%", "in random 30%", "in random 30% of spring", "in segment vip", "in segment vip for 7 days",
               'not in list "black list"', 'city = say "hi"', "seen_at >= 2026-11-01T00:00", "city ends with o",
               "n_bought is known", "city within 100 km of 上海", "not city within 90 km of 苏州", "city within 0 km of NYC",
               "not (city within 20 km of (40.7, -74) and n_bought >= 1)")  # fmt: skip


def rule(chance: random.Random, depth: int = 2) -> str:
    """A rule as somebody may write it."""
    if depth and chance.random() < 0.45:
        word = chance.choice((" and ", " or "))
        return word.join(f"({rule(chance, depth - 1)})" for _ in range(2))
    if chance.random() < 0.15:
        return f"not ({rule(chance, depth)})"
    rows, window = chance.choice(ROWS), chance.choice(WINDOWS)
    return chance.choice((
        chance.choice(TRAIT_RULES),
        f"{rows} {chance.choice(('>=', '<', '=', '!=', 'at most'))} {chance.randrange(3)} times{window}",
        f"{rows}{window}",
        f"never {rows}{window}",
        f"{rows} on >= {chance.choice((1, 2))} days{window}",
        f"bought with {chance.choice(('total', 'average', 'largest', 'smallest', 'distinct'))} "
        f"net_amount {chance.choice(('>=', '<'))} "
        f"{chance.choice((0, 20.25, 100))}{window}",
        f"did product_view with distinct item_id >= 2{window}",
        f"{chance.choice(('first', 'last'))} {rows}{chance.choice(WINDOWS[1:])}",
        f"{chance.choice(('first', 'last'))} bought with channel = taobao{window}",
        sequence(chance),
    ))  # fmt: skip


def sequence(chance: random.Random) -> str:
    steps = [chance.choice(ROWS[:5]) for _ in range(chance.choice((2, 3)))]
    then = chance.choice((" then ", " then not "))
    per = chance.choice(("", " per channel"))
    window = chance.choice(WINDOWS)
    within = chance.choice(("1 days", "30 hours", "8 days", "5 minutes"))
    return f"{' then '.join(steps[:-1])}{then}{steps[-1]} within {within}{window}{per}"


def record(crowd: Crowd, name: str, ranks: set[tuple[str, bool]]) -> Record:
    shop = crowd.people[name]
    tables = {table: rows for table, rows in shop.items() if isinstance(rows, list)}
    return Record(
        shop["traits"],
        name,
        History(tables),
        shop["members"],
        {rank: crowd.rank(*rank, name) for rank in ranks},
    )


def asked(ws: Workspace, draw: Draw, rules: list[str]) -> None:
    """Everybody's answer to every rule: from the tables, from the record alone, and the slow way."""
    trees = {f"r{n}": parse(text) for n, text in enumerate(rules)}
    asking = Asking(draw.at, draw.zone, ws.secret, ws.warehouse.table, ws.warehouse.turn.keep, country="CN")
    found = ws.warehouse.read(by_name(population(trees, asking)).order_by("person_id")).to_pylist()
    ws.warehouse.turn.end()
    crowd = Crowd(draw.people, draw.at, draw.zone, ws.secret)
    assert [row["person_id"] for row in found] == list(draw.people)
    kinds = dict(ws.warehouse.table("portraits").schema().items())
    for name, tree in trees.items():
        ranks = {(node.column.name, node.is_top) for node in walked(tree) if isinstance(node, Rank)}
        answer = ready(typed(tree, kinds), asking)
        for row in found:
            person = row["person_id"]
            slow = crowd.holds(tree, person)
            alone = answer(record(crowd, person, ranks)) is True
            assert (row[name], alone) == (slow, slow), (printed(tree), person, draw.people[person])


@pytest.mark.parametrize(
    ("at", "zone", "seed"),
    [(NOON, "Asia/Shanghai", 1), (CLOCK, "America/New_York", 2), (CLOCK, "Asia/Kolkata", 3)],
)
def test_tables_records_and_the_slow_way_agree(
    embedded: Workspace, at: dt.datetime, zone: str, seed: int
) -> None:
    chance, draw = random.Random(seed), Draw(seed, 40, at, ZoneInfo(zone))
    save(embedded, draw)
    asked(embedded, draw, [*TRAIT_RULES, *(rule(chance) for _ in range(90))])


EVERY_KIND = (
    "not city within 90 km of 苏州 or did product_view where (properties.city within 100 km of 上海)",
    "city contains a; n_bought in top 50%; in random 60%; anniversary of born_on in next 300 days; joined_on in last 40 days",
    "did add_to_cart where (properties.price > 5 or item.category = 鞋) or did product_view on >= 1 days in last 30 days",
    "bought with average net_amount >= 20 or bought with distinct channel >= 2",
    "not in list \"black list\" or in segment vip for 7 days",
    "last bought with channel = taobao or first bought with channel = wechat or last bought in last 30 days",
    "bought_item or opened mail or got_refund or said review",
    "did product_view where (item.item_id in i1, i2) or bought_item where (order.order_id contains 1 and n_items >= 1)",
    "did product_view then did add_to_cart within 30 days or bought then not bought within 8 days per channel",
)  # fmt: skip
"""Every kind of condition once, for the engine on which a query is dear."""


def test_every_kind_of_condition_on_each_engine(workspace: Workspace) -> None:
    draw = Draw(4, 40, CLOCK, ZoneInfo("America/New_York"))
    save(workspace, draw)
    asked(workspace, draw, [*EVERY_KIND])


def test_text_and_json_read_back_as_the_same_tree() -> None:
    chance = random.Random(5)
    for text in (*TRAIT_RULES, *EVERY_KIND, *(rule(chance, 3) for _ in range(300))):
        tree = parse(text)
        assert parse(printed(tree)) == tree
        assert from_document(json.loads(json.dumps(document(tree)))) == tree


def test_rules_stand_on_each_other_and_not_on_themselves(embedded: Workspace) -> None:
    draw = Draw(6, 40, NOON, ZoneInfo("Asia/Shanghai"))
    save(embedded, draw)
    asking = Asking(
        draw.at, draw.zone, embedded.secret, embedded.warehouse.table, embedded.warehouse.turn.keep
    )
    chain = {"s0": parse("n_bought >= 1"), "s1": parse("in segment s0")}
    for n in range(2, 50):
        chain[f"s{n}"] = parse(f"in segment s{n - 1} and not (in segment s{n - 2} and n_bought = {n % 4})")
    rows = embedded.warehouse.read(by_name(population(chain, asking))).to_pylist()
    assert {row["person_id"] for row in rows if row["s49"]} == {
        name for name, shop in draw.people.items() if (shop["traits"]["n_bought"] or 0) >= 4
    }
    assert any(row["s1"] for row in rows) and not any(row["s5"] for row in rows)
    with pytest.raises(RuleError, match="wait for each other"):
        population({"a": parse("in segment b"), "b": parse("not in segment a")}, asking)


def test_why_and_explain_tell_what_was_met(embedded: Workspace) -> None:
    draw = Draw(7, 40, NOON, ZoneInfo("Asia/Shanghai"))
    save(embedded, draw)
    asking = Asking(draw.at, draw.zone, embedded.secret, embedded.warehouse.table)
    tree = parse("bought in last 90 days; n_bought >= 1 or city = 上海")
    crowd = Crowd(draw.people, draw.at, draw.zone, embedded.secret)
    whys = {
        row["person_id"]: row["why"] for row in embedded.warehouse.read(members(tree, asking)).to_pylist()
    }
    assert set(whys) == set(everybody(crowd, tree))
    person = next(iter(whys))
    n = crowd.figure(parse("bought in last 90 days").operands[0].operands[0], person)
    assert f"bought in last 90 days={n:.1f}" in whys[person]
    told = explain_person(tree, asking, embedded.warehouse, person)
    assert [answer.condition for answer in told] == ["bought in last 90 days", "n_bought >= 1 or city = 上海"]
    assert told[0].values == {"bought in last 90 days": float(n)} and all(answer.is_met for answer in told)
    kinds = dict(embedded.warehouse.table("portraits").schema().items())
    assert explain(tree, record(crowd, person, set()), kinds, asking) == told


def shop_of(rows: dict[str, list[dict[str, Any]]], draw: Draw) -> None:
    """Give the first person of a crowd these rows and no others, and everybody else none."""
    for shop in draw.people.values():
        for held in shop.values():
            if isinstance(held, list):
                held.clear()
    next(iter(draw.people.values())).update(rows)


def finds(ws: Workspace, draw: Draw, rule: str) -> bool:
    """Whether a rule finds the first person, on whom all evaluators agree."""
    asked(ws, draw, [rule])
    return Crowd(draw.people, draw.at, draw.zone, ws.secret).holds(parse(rule), next(iter(draw.people)))


def test_one_of_two_carts_was_left(embedded: Workspace) -> None:
    draw = Draw(8, 3, NOON, ZoneInfo("Asia/Shanghai"))
    event = draw.event(0) | {"properties.price": "5", "channel": None}

    def at(hours: int, name: str, cart: str) -> dict[str, Any]:
        moment = NOON - dt.timedelta(hours=hours)
        return event | {
            "name": name,
            "occurred_at": moment,
            "properties.cart_id": cart,
            "event_id": f"{name} {cart}",
        }

    left, bought = at(40, "add_to_cart", "c1"), at(40, "add_to_cart", "c2")
    shop_of({"events": [left, bought, at(38, "page view", "c2")]}, draw)
    save(embedded, draw)
    rule = 'did add_to_cart then not did "page view" within {} hours per properties.cart_id'
    assert finds(embedded, draw, rule.format(24)) and not finds(
        embedded, draw, rule.format(1) + "; never visited"
    )
    shop_of({"events": [bought, at(38, "page view", "c2")]}, draw)
    save(embedded, draw)
    assert not finds(embedded, draw, rule.format(24)) and finds(embedded, draw, rule.format(1))


def test_what_the_last_row_does_not_say_is_unknown(workspace: Workspace) -> None:
    draw = Draw(9, 3, NOON, ZoneInfo("Asia/Shanghai"))
    order = draw.order(0) | {"status": "paid", "paid_amount": Decimal("5.00"), "region": "浙江"}
    early, late = (NOON - dt.timedelta(days=days) for days in (9, 2))
    first, second = (
        order | {"ordered_at": early, "channel": "taobao"},
        order | {"ordered_at": late, "channel": None, "order_id": "z"},
    )
    shop_of({"orders": [first, second]}, draw)
    save(workspace, draw)
    rules = [
        "last bought with channel = taobao",
        "not last bought with channel = taobao",
        "first bought with channel = taobao",
    ]
    asked(workspace, draw, rules)
    assert [Crowd(draw.people, NOON, draw.zone, "").holds(parse(rule), "p000") for rule in rules] == [
        False,
        False,
        True,
    ]
