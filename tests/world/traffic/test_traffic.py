"""Traffic is the same for the same seed, holds every planted trouble, and its clients' bodies are read as what was done."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache

import pytest

from quanyu.collect.collector.message import Message, Posted, Unusable
from quanyu.collect.collector.wire import Asked, messages, wires
from quanyu.collect.collector.wire.body import MalformedError
from quanyu.world import Shop, simulate
from quanyu.world.people import make_people
from quanyu.world.traffic import SOURCES, Live, Post, Traffic, live

SINCE = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
SHOP = Shop(people=1500, days=30)
ROUGH = Traffic(SINCE, 3, 5, repeated=0.2, late=0.2, skewed=0.2, broken=0.2, garbled=0.1, stranger=0.1)


@cache
def traffic() -> Live:
    return live(make_people(SHOP, 0), simulate(SHOP).setting.catalogue, ROUGH)


def taken(post: Post) -> list[Message | Unusable]:
    """Return what the collector makes of a request."""
    path, headers, body = post.filled("key")
    bare, _, query = path.partition("?")
    route = next(route for route in wires()[post.wire].routes if route.path == bare)
    asked = Asked(
        "POST", bare, dict(pair.split("=") for pair in query.split("&") if pair),
        {name.encode(): value.encode() for name, value in headers.items()}, body,
    )  # fmt: skip
    key, kept = route.unpack(asked)
    assert key == "key"
    return messages(Posted(post.source, post.wire, post.at, kept))


def test_the_same_seed_makes_the_same_bytes_and_another_others() -> None:
    once, again = (live(make_people(SHOP, 0), simulate(SHOP).setting.catalogue, ROUGH) for _ in range(2))
    assert once.posts == again.posts and once.purchases == again.purchases
    other = live(make_people(SHOP, 0), simulate(SHOP).setting.catalogue, Traffic(SINCE, 3, 6))
    assert other.posts != once.posts


@pytest.mark.parametrize("source", list(SOURCES))
def test_each_kind_of_client_says_what_was_done(source: str) -> None:
    """Names, people and times of every deed are read back from the bodies; broken messages are none, each for a reason."""
    deeds = {deed.number: deed for deed in traffic().deeds}
    reasons = Counter[str]()
    for post in traffic().posts:
        if post.source != source or not post.is_known:
            continue
        if not post.is_readable:
            continue
        said = taken(post)
        good = [one for one in said if isinstance(one, Message) and one.properties.get("no", 0) >= 0]
        numbers = [one.properties.get("no") for one in good if "no" in one.properties]
        assert set(numbers) <= set(post.numbers) and len(good) == len(post.numbers)
        for one, number in zip(good, post.numbers, strict=True):
            deed = deeds[number]
            assert one.name in (deed.name, "track_signup", "$identify")
            assert one.ids["user" if deed.user else "cookie"] == (deed.user or deed.cookie)
            assert -900e6 <= one.occurred_at - deed.at <= 61e6
        reasons.update(one.reason for one in said if isinstance(one, Unusable))
    assert len(reasons) >= 2


def test_every_trouble_is_there_and_is_counted() -> None:
    told = traffic()
    shares = Counter(told.trouble.values())
    assert shares["late"] > 100 and shares["skewed"] > 100
    again = Counter(number for post in told.posts for number in post.numbers)
    assert max(again.values()) == 2 and sum(n > 1 for n in again.values()) > 100
    late = [
        post for post in told.posts if post.numbers and post.at > SINCE.timestamp() * 1e6 + 3.6 * 86_400e6
    ]
    assert late, "some come days after"
    assert (
        sum(not post.is_known for post in told.posts) > 10 < sum(not post.is_readable for post in told.posts)
    )
    assert told.truth.num_rows == len(told.deeds) == len({deed.number for deed in told.deeds})
    assert all(n > 5 for n in told.n_refused.values())


def test_what_is_cut_off_is_one_message_that_is_none() -> None:
    """No format unpacks it; of PostHog, whose key stands within, it is kept and read as none."""
    garbled = [post for post in traffic().posts if not post.is_readable]
    for post in garbled:
        if post.wire == "posthog":
            (one,) = taken(post)
            assert isinstance(one, Unusable)
        else:
            with pytest.raises(MalformedError):
                taken(post)
