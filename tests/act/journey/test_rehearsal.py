"""A rehearsal on the past says what would have happened: exactly what happens where the same journey runs live on the same days."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from tests.act.campaign.conftest import Sink
from tests.act.journey.conftest import Shop
from tests.act.journey.test_journey import CART

from quanyu.act.journey.rehearsal import rehearsal as room
from quanyu.ledger.journey import road

FIRST = dt.date(2026, 11, 21)
MIDNIGHT = dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)
DAYS = 2
PLAN = CART | {
    "name": "cart",
    "again": "6 hours",
    "control_share": 0.25,
    "whom": "did add_to_cart at least 1 time in last 7 days",
    "steps": [
        {"wait": "90 minutes"},
        {"branch": [{"if": "frequency >= 3", "then": [{"send": {"channel": "sms", "content": {"text": "Hi"}}}]}]},
        {"wait_for": {"what": "did checkout", "within": "5 hours", "then": [{"exit": "back"}]}},
        {"wait_until": "10:00"},
        {"split": {"a": {"steps": [{"send": {"channel": "sms", "content": {"text": "Again"}}}]}, "b": {}}},
        {"wait": "1 day"},
    ],
}  # fmt: skip
Deed = tuple[dt.datetime, str, int, str]


@pytest.fixture
def url() -> str:
    """A rehearsal keeps its records in a file, whatever database the shop has."""
    return ""


def history() -> list[Deed]:
    draw = random.Random(5)
    deeds: list[Deed] = []
    for number in (7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 27):
        for _ in range(draw.randrange(2, 7)):
            at = MIDNIGHT + dt.timedelta(seconds=draw.randrange(DAYS * 86_400))
            what = draw.choices(["add_to_cart", "checkout", "order"], [6, 2, 1])[0]
            deeds.append((at, what, number, draw.choice("ab")))
    return sorted(deeds)


def do(shop: Shop, deed: Deed) -> None:
    at, what, number, cart = deed
    if what == "order":
        shop.order(number, at)
    else:
        shop.event(number, what, at, cart_id=cart)


def state(ledger: Any, journey_id: str) -> list[Any]:
    """Every enrolment with its moves, but for the numbers that count them."""
    names = ("person_id", "entity", "arm", "state", "node", "variant", "reason", "entered_at", "changed_at")
    told = []
    people = sorted({row["person_id"] for batch in road.stream(ledger) for row in batch})
    for person in people:
        entries, moves, refused = road.trace(ledger, journey_id, person)
        told.append(
            [
                [tuple(getattr(one, name) for name in names) for one in entries],
                [(row["no"], row["node"], row["outcome"], row["detail"], row["at"]) for row in moves],
                sorted((row["reason"], row["at"]) for row in refused),
            ]
        )
    return told


def test_a_rehearsal_agrees_with_the_journey_that_ran(
    shop: Shop, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    deeds = history()
    for number in range(3):
        shop.event(7, "add_to_cart", MIDNIGHT - dt.timedelta(hours=number), cart_id="before")
    shop.clock.at = MIDNIGHT
    shop.begin(**PLAN)
    for hour in range(1, DAYS * 24 + 1):
        now = MIDNIGHT + dt.timedelta(hours=hour)
        for deed in [one for one in deeds if now - dt.timedelta(hours=1) < one[0] <= now]:
            do(shop, deed)
        shop.clock.at = now
        shop.go()
    lived = state(shop.ws.ledger, "cart")
    assert sum(len(entries) for entries, _, _ in lived) > 12
    live = shop.course("cart")
    kept: dict[str, Any] = {}
    told = room._ways

    def also(stage: Any, journey: Any) -> Any:
        kept["state"] = state(stage.ws.ledger, "cart")
        return told(stage, journey)

    monkeypatch.setattr(room, "_ways", also)
    found = shop.do("rehearse_journey", journey="cart", first=FIRST, last=FIRST + dt.timedelta(days=DAYS - 1))
    assert kept["state"] == lived
    assert [(one.node_id, one.outcomes, one.made) for one in found.course.stops] == [
        (one.node_id, one.outcomes, one.made) for one in live.stops
    ]
    assert found.course.refused == live.refused
    n_sent = sum(n for stop in live.stops for status, _, n in stop.made if status == "delivered")
    assert sum(one.n for one in found.load) == n_sent > 3
    assert {one.hour.hour for one in found.load} <= set(range(9, 20))
    assert shop.course("cart") == live
