"""The traffic of some days: what arrives when, with what is wrong in it, and the truth beside. The same seed makes the same bytes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from quanyu.world.market import Catalogue
from quanyu.world.people import People
from quanyu.world.shop import DAY
from quanyu.world.traffic.deed import SECOND, Deed, Purchase, Rates, draw_deeds
from quanyu.world.traffic.post import PATHS, WIRES, Batch, Item, Post, body, broken

SOURCES: Mapping[str, str] = {
    "site": "browser", "shop": "segment", "app": "rudder", "mini": "sensors", "club": "posthog",
}  # fmt: skip
"""Where people meet the shop, and what kind of client each of these places has."""
HOUR = 3_600 * SECOND


@dataclass(frozen=True)
class Traffic:
    """What is planted: how many people do what (`rates`), and the shares of visits whose clients give trouble.

    `repeated`: sent again within half a minute, or days later; `late`: kept by a client without a network for up to 36 hours;
    `skewed`: by a clock that is wrong by minutes up to weeks; `broken`: with a message that is none; `garbled`: with a body beside it
    that is no JSON; `stranger`: once more with a key that opens nothing.
    """

    since: dt.datetime
    days: int = 7
    seed: int = 7
    rates: Rates = field(default_factory=Rates)
    repeated: float = 0.05
    late: float = 0.04
    skewed: float = 0.06
    broken: float = 0.02
    garbled: float = 0.005
    stranger: float = 0.005

    @property
    def until(self) -> dt.datetime:
        """The end of the days in which people do something."""
        return self.since + dt.timedelta(days=self.days)


@dataclass(frozen=True, eq=False)
class Live:
    """Traffic: `posts` in the order in which they arrive, `purchases` that people make by themselves, and everything that was done."""

    posts: Sequence[Post]
    purchases: Sequence[Purchase]
    deeds: Sequence[Deed]
    trouble: Mapping[int, str]

    @cached_property
    def truth(self) -> pa.Table:
        """What was truly done, a row for each deed that arrives: number, source, person, name, at, trouble ("", late, skewed)."""
        source = {
            number: post.source
            for post in self.posts
            if post.is_known and post.is_readable
            for number in post.numbers
        }
        rows = [
            {"number": deed.number, "source": source[deed.number], "person": deed.person, "name": deed.name, "at": deed.at,
             "trouble": self.trouble.get(deed.number, "")}
            for deed in self.deeds if deed.number in source
        ]  # fmt: skip
        return pa.Table.from_pylist(rows)

    @property
    def n_refused(self) -> dict[str, int]:
        """How many messages of each source are none, counted as often as they are posted."""
        counted = dict.fromkeys(SOURCES, 0)
        for post in self.posts:
            if post.is_known:
                counted[post.source] += post.n_broken if post.is_readable else 1
        return counted


def live(people: People, catalogue: Catalogue, traffic: Traffic) -> Live:
    """Return the traffic of some people of a shop."""
    random = np.random.default_rng(np.random.SeedSequence([traffic.seed, people.first, 4_711]))
    first = int(traffic.since.timestamp())
    visits, bought = draw_deeds(people, catalogue, traffic.rates, (first, traffic.days), random)
    drawn = random.random((len(visits), 8))
    trouble: dict[int, str] = {}
    posts = [
        post
        for number, (deeds, chance) in enumerate(zip(visits, drawn.tolist(), strict=True))
        for post in _posts(traffic, deeds, chance, number, trouble)
    ]
    posts.sort(key=lambda post: (post.at, post.numbers))
    return Live(posts, bought, [deed for visit in visits for deed in visit], trouble)


def _posts(
    traffic: Traffic, deeds: list[Deed], chance: list[float], number: int, trouble: dict[int, str]
) -> Iterator[Post]:
    """Yield what a client posts of a visit: clocks that are wrong move all its times, what waits comes later, repeats come again."""
    source, wire = list(SOURCES.items())[deeds[0].person % len(SOURCES)]
    is_late, is_skewed = chance[0] < traffic.late, chance[1] < traffic.skewed
    ended = deeds[-1].at + 2 * SECOND
    sent = ended + int(HOUR + chance[2] * 35 * HOUR) if is_late else ended
    batch = Batch(deeds, sent, _error(chance[3]) if is_skewed else 0)
    if is_late or is_skewed:
        trouble |= dict.fromkeys((deed.number for deed in deeds), "skewed" if is_skewed else "late")
    wrong = broken(wire, batch, number) if chance[4] < traffic.broken else []
    post = _post(source, wire, batch, wrong)
    yield post
    if chance[5] < traffic.repeated:
        # Half of what is sent again was not answered in time; the rest lay in a client's queue for days.
        again = sent + (20 * SECOND if chance[6] < 0.5 else int((1 + chance[6]) * DAY) * SECOND)
        yield _post(source, wire, replace(batch, sent_at=again), wrong)
    if chance[7] < traffic.garbled:
        yield replace(
            post, at=post.at + SECOND, body=_garbled(post), numbers=(), n_broken=1, is_readable=False
        )
    elif chance[7] > 1 - traffic.stranger:
        yield replace(post, at=post.at + SECOND, numbers=(), n_broken=0, is_known=False)


def _post(source: str, wire: str, batch: Batch, wrong: Sequence[Item]) -> Post:
    items, envelope = WIRES[wire](batch)
    numbers = tuple(deed.number for deed in batch.deeds)
    return Post(
        at=batch.sent_at + SECOND // 2, source=source, wire=wire, path=PATHS[wire],
        body=body(wire, [*items, *wrong], envelope), numbers=numbers, n_broken=len(wrong),
    )  # fmt: skip


def _garbled(post: Post) -> bytes:
    """Return a body that was cut off on its way; of PostHog, whose key stands within, one that ends behind the key."""
    return b'{"api_key": "{key}", "batch": 7}' if post.wire == "posthog" else post.body[: len(post.body) // 2]


def _error(chance: float) -> int:
    """Return how far a clock is ahead, in microseconds: minutes to weeks, either way.

    >>> [round(_error(chance) / 3_600e6, 1) for chance in (0.0, 0.25, 0.49, 0.51, 0.99)]
    [-0.1, -8.9, -668.4, 0.1, 668.4]
    """
    size = 2 * abs(chance - 0.5) if chance > 0.5 else 2 * chance
    sign = 1 if chance > 0.5 else -1
    return sign * int(6 * 60 * SECOND * math.exp(size * math.log(8_000)))
