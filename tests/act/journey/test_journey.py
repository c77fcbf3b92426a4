"""Journeys as people go through them: entering, waiting, answering, leaving, each once and on record."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.act.campaign.conftest import Sink
from tests.act.conftest import person
from tests.act.journey.conftest import Shop, sent

from quanyu import ledger
from quanyu.act.journey import tick
from quanyu.errors import JourneyError
from quanyu.part.action import Caller, action_named, perform

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


def test_whoever_bought_before_the_shop_woke_up_is_not_reminded(shop: Shop, sink: Sink) -> None:
    """What lets somebody enter and what meets the goal are heard of at once; who only bought before is reminded."""
    shop.begin(**CART)
    began = shop.clock.at
    for number, minutes in ((7, 20), (8, 5)):
        shop.event(number, "add_to_cart", began + dt.timedelta(minutes=10), cart_id="c")
        shop.order(number, began + dt.timedelta(minutes=minutes))
    shop.go(hours=1)
    shop.go(hours=1)
    assert sent(sink) == ["+8613000000008"]
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


def test_journeys_together_write_to_nobody_more_often_than_the_caps_allow(shop: Shop, sink: Sink) -> None:
    """One message a day, three in a week, over all journeys, however soon after one another and before any turn."""
    step = {"send": {"channel": "sms", "content": {"text": "Hi"}}}
    for name in ("a", "b"):
        shop.begin(name=name, when="did x", again="always", control_share=0, steps=[step])
    told = []
    for _ in range(9):
        shop.event(7, "x")
        shop.go(minutes=5)
        told.append(len(sent(sink)))
        shop.clock.forward(days=1)
    assert told == [1, 2, 3, 3, 3, 3, 3, 4, 5]
    assert ("suppressed", "frequency_cap", 9) in shop.course("b").stops[0].made
    shop.begin(
        name="order", when="did x", control_share=0, steps=[{"send": {**step["send"], "is_service": True}}]
    )
    shop.event(7, "x")
    shop.go()
    assert len(sent(sink)) == 7


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


def test_whoever_becomes_known_enters_by_what_they_did_before(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART | {"steps": [{"send": {"channel": "sms", "content": {"text": "Hi"}}}]})
    shop.event(500, "add_to_cart", cart_id="c")
    shop.go()
    assert shop.course("abandoned-cart").refused == {"unknown_person": 1}
    shop.append("identities", {"id_key": "member:500", "kind": "member", "person_id": person(9)})
    shop.go(hours=1)
    assert sent(sink) == ["+8613000000009"]
    assert shop.course("abandoned-cart").refused == {}
    shop.go(hours=1)
    assert shop.course("abandoned-cart").n_enrolled == 1


def test_who_is_merged_takes_the_way_along(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART | {"again": "never", "per": ""})
    for number in (7, 8, 9):
        shop.event(number, "add_to_cart")
    shop.go()
    for number, into in ((7, 8), (9, 10)):
        shop.append("identity_log", {
            "log_id": f"l{number}", "decided_at": shop.clock.at, "action": "merge", "person_id": person(number),
            "other_id": person(into),
        })  # fmt: skip
    shop.go(hours=1)
    course = shop.course("abandoned-cart")
    assert course.exited == {"merged": 1}
    assert sorted(sent(sink)) == ["+8613000000008", "+8613000000010"]
    shop.event(10, "add_to_cart")
    shop.go()
    assert shop.course("abandoned-cart").n_enrolled == 3


def test_a_tick_during_a_turn_sends_nothing_and_loses_nothing(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART | {"steps": [{"send": {"channel": "sms", "content": {"text": "Hi"}}}]})
    shop.event(7, "add_to_cart", cart_id="c")
    with shop.ws.writing():
        shop.go()
    assert sent(sink) == []
    shop.go()
    assert sent(sink) == ["+8613000000007"]


def test_who_enters_a_segment_and_who_leaves_it(shop: Shop) -> None:
    ledger.save_segment(shop.ws.ledger, "vip", "frequency >= 3", "", who="li", at=shop.clock.at)
    for way in ("enters", "leaves"):
        shop.begin(name=way, **{way: "vip"}, control_share=0, steps=[{"wait": "1 day"}])
    for number, change in ((7, "entered"), (8, "left"), (9, "entered")):
        shop.append("segment_changes", {
            "segment_id": "vip" if number < 9 else "other", "person_id": person(number), "change": change,
            "changed_at": shop.clock.at, "as_of": shop.clock.at.date(),
        })  # fmt: skip
    shop.go()
    assert shop.way("enters", 7) == shop.way("leaves", 8) == ["entered"]
    assert shop.course("enters").n_enrolled == shop.course("leaves").n_enrolled == 1


def test_a_clock_that_struck_while_nobody_looked_counts_once(shop: Shop) -> None:
    shop.begin(
        name="j",
        every="0 13 * * *",
        whom="frequency >= 4",
        again="always",
        control_share=0,
        steps=[{"wait": "1 minute"}],
    )
    shop.go(minutes=59)
    assert shop.course("j").n_enrolled == 0
    shop.go(minutes=1)
    n = shop.course("j").n_enrolled
    assert n == 13
    shop.go(days=3)
    assert shop.course("j").n_enrolled == 2 * n


def test_ways_of_a_test_are_drawn_by_lot_and_kept(shop: Shop) -> None:
    shop.begin(name="j", when="did x", again="always", control_share=0,
               steps=[{"split": {"a": {"steps": [{"exit": "a"}]}, "b": {"steps": [{"exit": "b"}]}}}])  # fmt: skip
    for _ in range(2):
        for number in range(7, 19):
            shop.event(number, "x")
        shop.go(minutes=1)
    for number in range(7, 19):
        ends = [line for line in shop.way("j", number) if line.startswith("1 ")]
        assert len(set(ends)) <= 1
    assert {"a", "b"} == set(shop.course("j").exited)


def test_who_buys_before_the_first_tick_gets_nothing(shop: Shop, sink: Sink) -> None:
    """What begins a journey and what ends it may come with the same load."""
    shop.begin(**CART | {"steps": [{"send": {"channel": "sms", "content": {"text": "Hi"}}}]})
    shop.event(7, "add_to_cart", cart_id="c")
    shop.clock.forward(minutes=2)
    shop.order(7)
    shop.go(minutes=1)
    assert sent(sink) == []
    assert shop.course("abandoned-cart").exited == {"goal": 1}


def test_who_meets_the_condition_that_ends_it_leaves(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART | {"goal": "", "ends_when": "unsubscribed or did block where (properties.why = spam)"})
    for number in (7, 8):
        shop.event(number, "add_to_cart", cart_id="c")
    shop.go()
    shop.event(8, "block", why="spam")
    shop.go(hours=1)
    assert sent(sink) == ["+8613000000007"]
    assert shop.course("abandoned-cart").exited == {"ends_when": 1}


def test_who_is_erased_goes_nowhere_any_more(shop: Shop, sink: Sink) -> None:
    shop.begin(**CART)
    for number in (7, 8):
        shop.event(number, "add_to_cart", cart_id="c")
    shop.go()
    perform(shop.ws, action_named("erase_person"), {"person": person(7)}, Caller("li"))
    shop.go(hours=1)
    assert sent(sink) == ["+8613000000008"]
    assert shop.course("abandoned-cart").exited == {"erased": 1}
    assert shop.way("abandoned-cart", 7) == []


def test_what_somebody_did_at_a_step_counts_though_they_were_merged_since(shop: Shop) -> None:
    """The click and the merge may come with one turn: since when somebody is at a step is not when they were merged."""
    shop.begin(name="j", when="did x", control_share=0,
               steps=[{"wait_for": {"what": "did y", "within": "1 day", "then": [{"exit": "answered"}]}}])  # fmt: skip
    shop.event(7, "x")
    shop.go()
    shop.clock.forward(minutes=1)
    shop.event(8, "y")
    shop.clock.forward(minutes=1)
    shop.append("identity_log", {
        "log_id": "l", "decided_at": shop.clock.at, "action": "merge", "person_id": person(7), "other_id": person(8),
    })  # fmt: skip
    shop.go()
    assert shop.course("j").exited == {"answered": 1}
