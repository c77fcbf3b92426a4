"""Ticks that are killed anywhere, two side by side: everybody enters once, gets each message once, and is accounted for."""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from tests.act.campaign.conftest import Sink, received
from tests.act.journey.conftest import LI, Shop

from quanyu.act.journey import tick
from quanyu.ledger import given_trait
from quanyu.part.action import action_named, perform

KILLED = """
import datetime as dt, os, signal, sys
import quanyu.workspace
from quanyu import ledger
from quanyu.act.journey import tick
from quanyu.act.journey.step import send
from quanyu.ledger.journey import made, road

root, point, nth, at = sys.argv[1:5]

class Dies:
    left = int(nth)
    def __call__(self, owner, name, after):
        act = getattr(owner, name)
        def last(*arguments, **options):
            Dies.left -= 1
            if Dies.left == 0 and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            got = act(*arguments, **options)
            if Dies.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return got
        setattr(owner, name, last)

POINTS = {
    "before anybody enters": (road, "enrol", False),
    "after everybody has entered": (road, "enrol", True),
    "before the position is kept": (road, "set_position", False),
    "after the position is kept": (road, "set_position", True),
    "before messages are written": (send, "write_messages", False),
    "after messages are written": (send, "write_messages", True),
    "before something is made": (made, "make", False),
    "after something is made": (made, "make", True),
    "after a trait is given": (made, "give", True),
    "before a program is told": (ledger, "post", False),
    "after a program is told": (ledger, "post", True),
    "before it is taken back": (made, "take_back", False),
    "after it is taken back": (made, "take_back", True),
    "before somebody moves": (road, "move", False),
    "after somebody has moved": (road, "move", True),
    "before sends are queued": (ledger, "queue_sends", False),
    "after sends are queued": (ledger, "queue_sends", True),
}
if point != "never":
    Dies()(*POINTS[point])
ws = quanyu.workspace.open(root, clock=lambda: dt.datetime.fromisoformat(at))
tick(ws)
"""
POINTS = (
    "before anybody enters", "after everybody has entered", "before the position is kept", "after the position is kept",
    "before messages are written", "after messages are written", "before somebody moves", "after somebody has moved",
    "before sends are queued", "after sends are queued",
)  # fmt: skip
JOURNEY = {
    "name": "j",
    "when": "did x",
    "control_share": 0.2,
    "again": "always",
    "steps": [
        {"send": {"channel": "sms", "content": {"text": "one"}}},
        {"send": {"channel": "sms", "content": {"text": "two"}, "is_service": True}},  # no cap counts it
    ],
}
PEOPLE = range(7, 20)


MAKING = {
    "name": "m",
    "when": "did x",
    "control_share": 0.2,
    "steps": [
        {"task": "Call"},
        {"coupon": {"pool": "A", "on_exit": "cancel"}},
        {"points": 5},
        {"trait": {"name": "vip", "value": True}},
        {"webhook": "passed"},
        {"exit": "enough"},
    ],
}
MADE = (
    "before something is made", "after something is made", "after a trait is given", "before a program is told",
    "after a program is told", "before it is taken back", "after it is taken back",
)  # fmt: skip


def begun(shop: Shop) -> None:
    shop.begin(**JOURNEY)
    for number in PEOPLE:
        shop.event(number, "x")


def ended(shop: Shop, sink: Sink) -> None:
    """Let the journey end, and hold what everybody got against who went through."""
    shop.go()
    course = shop.course("j")
    assert course.n_enrolled == len(PEOPLE)
    assert course.n_done == len(PEOPLE) - sum(course.held_out.values()) > 0
    queues = Counter(key.rpartition(":")[0] for key in received(sink))
    assert queues == {"j-v1-1": course.n_done, "j-v1-2": course.n_done}
    assert len(set(received(sink))) == 2 * course.n_done
    assert [stop.outcomes for stop in course.stops] == [{"next": course.n_done}] * 2
    written = (
        shop.ws.warehouse.read(shop.ws.warehouse.table("messages").select("send_id")).column(0).to_pylist()
    )
    assert len(written) == len(set(written)) == 2 * course.n_done


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_tick_killed_anywhere_is_followed_by_one_that_ends_the_work(shop, sink, point, start_apart):
    begun(shop)
    nth = "2" if point.endswith("moves") or point.endswith("moved") else "1"
    died = start_apart(KILLED, str(shop.ws.root), point, nth, shop.clock.at.isoformat())
    assert died.end() == -signal.SIGKILL
    ended(shop, sink)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "point", ("after everybody has entered", "after messages are written", "after sends are queued")
)
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_it_is_the_same_on_postgresql(shop, sink, point, start_apart):
    begun(shop)
    assert (
        start_apart(KILLED, str(shop.ws.root), point, "1", shop.clock.at.isoformat()).end() == -signal.SIGKILL
    )
    ended(shop, sink)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("url", "points"),
    [("sqlite", MADE), ("postgresql", MADE[1:4:2])],
    indirect=["url"],
    ids=["sqlite", "postgresql"],
)
def test_what_a_step_makes_is_made_once_whenever_it_is_killed(shop, sink, points, start_apart):
    """One shop dies at every point in turn; each tick goes on where the last one that ended has left it."""
    perform(
        shop.ws, action_named("add_webhook"), {"url": "https://example.com", "events": ("journey.step",)}, LI
    )
    shop.begin(**MAKING)
    for number in PEOPLE:
        shop.event(number, "x")
    for point in points:
        died = start_apart(KILLED, str(shop.ws.root), point, "1", shop.clock.at.isoformat())
        assert died.end() == -signal.SIGKILL, point
    shop.go()
    shop.go()
    course = shop.course("m")
    n = course.exited["enough"]
    assert n == len(PEOPLE) - sum(course.held_out.values()) > 0
    assert [stop.made for stop in course.stops] == [
        [("open", "", n)], [("cancelled", "enough", n)], [("granted", "", n)], (), [("waiting", "", n)], (),
    ]  # fmt: skip
    assert sum(len(part) for part in given_trait.stream(shop.ws.ledger)) == 1 + n


def test_two_ticks_side_by_side_share_the_work(shop, sink, start_apart):
    begun(shop)
    both = [start_apart(KILLED, str(shop.ws.root), "never", "1", shop.clock.at.isoformat()) for _ in range(2)]
    tick(shop.ws)
    for other in both:
        other.end()
    ended(shop, sink)
