"""Journeys as people go through them: entering, waiting, answering, leaving, each once and on record."""

from __future__ import annotations

import pytest
from tests.act.campaign.conftest import Sink
from tests.act.journey.conftest import Shop, sent

from quanyu.act.journey import tick
from quanyu.errors import JourneyError

CART = {
    "name": "abandoned-cart",
    "when": "did add_to_cart",
    "per": "properties.cart_id",
    "again": "always",
    "goal": "bought",
    "control_share": 0,
    "steps": [
        {"wait": "1 hour"},
        {"send": {"channel": "sms", "content": {"text": "Your cart waits, {{ person.name }}"}}},
        {
            "wait_for": {
                "what": "did checkout",
                "within": "1 day",
                "then": [{"exit": "checked_out"}],
                "else": [{"wait": "1 day"}],
            }
        },
    ],
}


def test_who_leaves_a_cart_is_reminded_once(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART)
    shop.event(7, "add_to_cart", cart_id="c1")
    shop.event(8, "product_view")
    shop.go()
    assert sent(sink) == []
    shop.go(minutes=59)
    assert sent(sink) == []
    shop.go(minutes=1)
    shop.go()
    assert sent(sink) == ["+8613000000007"]
    assert shop.way("abandoned-cart", 7) == ["entered", "1 next", "2 next"]
    shop.event(7, "checkout", cart_id="c1")
    shop.go(minutes=5)
    assert shop.course("abandoned-cart").exited == {"checked_out": 1}
    assert shop.way("abandoned-cart", 7) == [
        "entered",
        "1 next",
        "2 next",
        "3 then",
        "3.then.1 next",
        "exited",
    ]


def test_whoever_buys_is_not_reminded(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART)
    shop.event(7, "add_to_cart", cart_id="c1")
    shop.go()
    shop.clock.forward(minutes=30)
    shop.order(7)
    shop.go(minutes=30)
    assert sent(sink) == []
    assert shop.course("abandoned-cart").exited == {"goal": 1}


def test_of_two_carts_the_one_that_was_left_is_reminded_of(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART | {"goal": "did checkout"})
    for cart in ("c1", "c2"):
        shop.event(7, "add_to_cart", cart_id=cart)
    shop.go()
    assert shop.course("abandoned-cart").n_active == 2
    shop.event(7, "checkout", cart_id="c1")
    shop.go(hours=1)
    assert sent(sink) == ["+8613000000007"]
    assert shop.course("abandoned-cart").exited == {"goal": 1}


def test_an_occasion_that_lets_nobody_enter_is_on_record(shop: Shop) -> None:
    shop.begin(**CART | {"again": "never", "whom": "frequency >= 3", "per": ""})
    shop.event(7, "add_to_cart")  # frequency 2 + 7 % 3 = 3
    shop.event(9, "add_to_cart")  # 2
    shop.event(1000, "add_to_cart")
    shop.go()
    shop.event(7, "add_to_cart")
    shop.go(minutes=1)
    assert shop.course("abandoned-cart").refused == {"no_match": 1, "unknown_person": 1, "under_way": 1}
    assert shop.way("abandoned-cart", 9) == ["not_entered no_match"]
    assert shop.way("abandoned-cart", 7) == ["entered", "not_entered under_way"]


@pytest.mark.parametrize(("again", "n"), [("never", 1), ("always", 3), ("2 days", 2)])
def test_who_was_there_may_enter_again_as_it_says(shop: Shop, again: str, n: int) -> None:
    shop.begin(name="j", when="did x", again=again, control_share=0, steps=[{"wait": "1 minute"}])
    for _ in range(3):
        shop.event(7, "x")
        shop.go()
        shop.go(days=1)
    assert shop.course("j").n_enrolled == n
    assert shop.course("j").n_done == n


def test_branches_are_asked_when_somebody_comes_by(shop: Shop) -> None:
    shop.begin(
        name="j", when="did x", control_share=0,
        steps=[
            {"branch": [{"if": "frequency >= 4", "then": [{"exit": "often"}]}, {"if": "frequency >= 3", "then": [{"exit": "some"}]}]},
            {"exit": "seldom"},
        ],
    )  # fmt: skip
    for number in (7, 8, 9, 10):
        shop.event(number, "x")
    shop.go()
    assert shop.course("j").exited == {"often": 1, "some": 2, "seldom": 1}


def test_a_pause_makes_nobody_late(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART)
    for number in (7, 8, 9):
        shop.event(number, "add_to_cart", cart_id="c")
    shop.go()
    shop.do("pause_journey", journey="abandoned-cart")
    shop.event(10, "add_to_cart", cart_id="c")
    shop.go(hours=5)
    shop.do("resume_journey", journey="abandoned-cart")
    shop.go(minutes=59)
    assert sent(sink) == []
    shop.go(minutes=1)
    assert len(sent(sink)) == 3
    assert shop.course("abandoned-cart").n_enrolled == 3


def test_an_edit_lets_nobody_enter_again_and_moves_nobody(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART)
    shop.event(7, "add_to_cart", cart_id="c")
    shop.go()
    shop.begin(**CART | {"steps": [{"send": {"channel": "sms", "content": {"text": "At once"}}}]})
    shop.go(minutes=10)
    assert sent(sink) == []
    shop.event(8, "add_to_cart", cart_id="c")
    shop.go()
    assert sent(sink) == ["+8613000000008"]
    shop.go(hours=1)
    assert sent(sink) == ["+8613000000008", "+8613000000007"]


def test_the_control_group_gets_nothing(shop: Shop, sink: Sink) -> None:
    shop.begin(
        **CART | {"control_share": 0.5, "steps": [{"send": {"channel": "sms", "content": {"text": "Hi"}}}]}
    )
    for number in range(7, 19):
        shop.event(number, "add_to_cart", cart_id="c")
    shop.go()
    course = shop.course("abandoned-cart")
    assert 0 < course.held_out["control"] < 12
    assert len(sent(sink)) == 12 - sum(course.held_out.values())


def test_what_waits_for_the_morning_is_not_sent_after_all(shop: Shop, sink: Sink) -> None:
    """At night a message waits for the open hours; whoever buys meanwhile gets none."""
    shop.begin(
        **CART | {"steps": [{"send": {"channel": "sms", "content": {"text": "Hi"}}}, {"wait": "3 days"}]}
    )
    shop.clock.forward(hours=11)  # 23:00 in Shanghai
    for number in (7, 8):
        shop.event(number, "add_to_cart", cart_id="c")
    shop.go()
    assert sent(sink) == []
    shop.order(7)
    shop.go(hours=1)
    shop.go(hours=10)
    assert sent(sink) == ["+8613000000008"]


def test_the_same_tick_again_is_nothing(shop: Shop) -> None:
    shop.begin(**CART)
    shop.event(7, "add_to_cart", cart_id="c1")
    assert tick(shop.ws).n_entered == 1
    assert tick(shop.ws) == type(tick(shop.ws))()


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": []},
        {"steps": [{"wiat": "1 day"}]},
        {"steps": [{"wait": "soon"}]},
        {"steps": [{"split": {"a": {"share": 0.7}, "b": {"share": 0.7}}}]},
        {"every": "0 9 * * 8 8"},
        {"enters": "vip"},
        {"name": "a b"},
        {"again": "sometimes"},
        {"nodes": {}, "stpes": []},
    ],
)
def test_what_cannot_be_gone_is_refused(shop: Shop, wrong: dict[str, object]) -> None:
    with pytest.raises(JourneyError):
        shop.do("add_journey", fields=CART | wrong)
