"""Visits to the shop's own site and the events within them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.world.lettering import Flags, Ints
from quanyu.world.market import clock, paid_media
from quanyu.world.people import MAX_DEVICES, People
from quanyu.world.platform import OWN
from quanyu.world.sale import Orders
from quanyu.world.setting import Setting
from quanyu.world.shop import DAY, Shop
from quanyu.world.trace.traffic import Clicks

EVENTS = ("page_view", "search", "product_view", "favourite", "add_to_cart", "checkout", "purchase")
PAGE, SEARCH, PRODUCT, FAVOURITE, CART, CHECKOUT, PURCHASE = range(len(EVENTS))
FREE_CHANNELS = ("direct", "organic", "wechat", "social")


@dataclass(frozen=True)
class Visits:
    """One value per visit, in Beijing seconds since 1970.

    `click` is the row of the ad click that brought it (-1: none), `order` the row of the order it ends with
    (-1: none), `free` the index in `FREE_CHANNELS` where no click brought it; `item` is what is looked at.
    """

    person: Ints
    at: Ints
    click: Ints
    order: Ints
    free: Ints
    device: Ints
    is_keen: Flags
    item: Ints

    @property
    def n(self) -> int:
        """How many visits there are."""
        return len(self.person)


@dataclass(frozen=True)
class Events:
    """One value per event, in the order of visits: row of its visit, index in `EVENTS`, when, what."""

    visit: Ints
    name: Ints
    at: Ints
    item: Ints


def draw_visits(setting: Setting, people: People, orders: Orders, clicks: Clicks) -> Visits:
    """Draw a block's visits: those ads bring, those that end with an order, those that just happen."""
    shop, calendar = setting.shop, setting.calendar
    random = shop.random("visits", people.first // shop.block)
    brought = np.flatnonzero(
        np.array([channel.platform == OWN for channel in paid_media.CHANNELS])[clicks.channel]
    )
    buying = np.flatnonzero(orders.platform == OWN)
    count = random.poisson(people.session_rate * shop.days)
    idle = np.repeat(np.arange(people.n), count)
    flow = np.cumsum(np.sqrt(calendar.demand))
    day = np.searchsorted(flow, random.random(len(idle)) * flow[-1]).clip(max=shop.days - 1)
    idle_at = (shop.first_day + day) * DAY + clock(len(idle), random)
    person = np.concatenate([clicks.person[brought], orders.person[buying], idle])
    none = np.full(len(person), -1)
    click, order = none.copy(), none.copy()
    click[: len(brought)] = brought
    order[len(brought) : len(brought) + len(buying)] = buying
    at = np.concatenate(
        [clicks.at[brought], orders.ordered[buying] - random.integers(300, 1_500, len(buying)), idle_at]
    )
    n = len(person)
    n_devices = (people.device >= 0).sum(axis=1)
    device = np.where(random.random(n) < 0.7, 0, random.integers(0, MAX_DEVICES, n) % n_devices[person])
    at = np.maximum(at, shop.first_day * DAY)
    item = _looked_at(setting, people, (person, at), random)
    item = np.where(order >= 0, orders.lines.item[orders.first_line[np.maximum(order, 0)]], item)
    free = random.choice(len(FREE_CHANNELS), n, p=[0.5, 0.25, 0.15, 0.1])
    rows = np.argsort(at, kind="stable")
    keen = random.random(n) < 0.12
    return Visits(
        person=person[rows],
        at=at[rows],
        click=click[rows],
        order=order[rows],
        free=free[rows],
        device=device[rows],
        is_keen=keen[rows],
        item=item[rows],
    )


def _looked_at(
    setting: Setting, people: People, when: tuple[Ints, Ints], random: np.random.Generator
) -> Ints:
    shop, catalogue = setting.shop, setting.catalogue
    person, at = when
    ladder = np.cumsum(people.taste, axis=1)[person]
    category = np.minimum((random.random(len(person))[:, None] > ladder).sum(axis=1), ladder.shape[1] - 1)
    week = (at // DAY - shop.first_day) // 7
    return catalogue.choose(shop.first_day, (category, week, people.sensitivity[person]), random)


def draw_events(shop: Shop, people: People, orders: Orders, visits: Visits) -> Events:
    """Draw the events of each visit; a visit with an order ends with the purchase at the order's second."""
    random = shop.random("events", people.first // shop.block)
    buys = visits.order >= 0
    n = visits.n
    cart = buys | (visits.is_keen & (random.random(n) < 0.8))
    counts = (
        (PAGE, 1 + random.poisson(0.8, n)),
        (SEARCH, random.random(n) < 0.25),
        (PRODUCT, random.poisson(1.2, n) + buys),
        (FAVOURITE, visits.is_keen & (random.random(n) < 0.3)),
        (CART, cart),
        (CHECKOUT, buys | (cart & (random.random(n) < 0.2))),
        (PURCHASE, buys),
    )
    visit = np.concatenate([np.repeat(np.arange(n), count) for _, count in counts])
    name = np.concatenate([np.full(int(np.sum(count)), kind) for kind, count in counts])
    rows = np.lexsort((name, visit))
    visit, name = visit[rows], name[rows]
    total = np.bincount(visit, minlength=n)
    step = np.arange(len(visit)) - np.repeat(np.cumsum(total) - total, total)
    length = np.where(buys, orders.ordered[np.maximum(visits.order, 0)] - visits.at, 40 * total)
    share = step / np.maximum(total[visit] - 1, 1)
    at = visits.at[visit] + np.round(share * length[visit]).astype(np.int64)
    return Events(visit, name, at, np.where((name >= PRODUCT), visits.item[visit], -1))


def used_devices(people: People, visits: Visits) -> Flags:
    """Return which devices of each person appear in some visit."""
    code = np.bincount(visits.person * MAX_DEVICES + visits.device, minlength=people.n * MAX_DEVICES)
    return np.asarray(code.reshape(people.n, MAX_DEVICES) > 0)
