"""The people of a shop: how they live, what they like, and by which identifiers the platforms know them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quanyu.world.lettering import LARGEST_TOKEN, Flags, Floats, Ints, scramble
from quanyu.world.market import SENSITIVITY
from quanyu.world.platform import PLATFORMS
from quanyu.world.shop import Shop
from quanyu.world.vocabulary import PLACES, WARES

_PLATFORM_PULL = np.array([0.34, 0.17, 0.19, 0.14, 0.16])
_PHONES = 636_363_636  # valid phones are the multiples of 11 above 13 000 000 000
MAX_DEVICES = 3


@dataclass(frozen=True)
class People:
    """One value per person of a block. Persons are numbered through the whole shop from `first` on.

    `preference` are the platform shares of `PLATFORMS`; `taste` those of the categories. `phone` and `mail`
    are shared where `household` is (-1: lives alone); `second_phone` is 0 for most. `device` are cookies,
    -1 for none; the first is shared in some households. `is_gone`: left for ever before the first day.
    """

    first: int
    arrived: Floats
    rate: Floats
    leave: Floats
    is_visitor: Flags
    preference: Floats
    taste: Floats
    sensitivity: Ints
    media_pull: Floats
    session_rate: Floats
    household: Ints
    phone: Ints
    second_phone: Ints
    mail: Ints
    device: Ints
    is_member: Flags
    has_account: Flags
    has_openid: Flags
    has_open_phone: Flags
    surname: Ints
    given: Ints
    is_female: Flags
    born: Ints
    place: Ints
    joined: Ints
    is_gone: Flags

    @property
    def n(self) -> int:
        """How many people there are."""
        return len(self.rate)

    @property
    def number(self) -> Ints:
        """The number of each person in the whole shop."""
        return np.arange(self.first, self.first + self.n)

    @property
    def lives_together(self) -> Flags:
        """Who shares a phone with others."""
        return self.household >= 0


def phone_number(token: Ints) -> Ints:
    """Return the phone of a token, a multiple of 11: one wrong digit never makes another valid one."""
    return 13_000_000_001 + (token % _PHONES) * 11


def make_people(shop: Shop, block: int) -> People:
    """Draw the people of one block."""
    random = shop.random("people", block)
    first = block * shop.block
    n = min(shop.block, shop.people - first)
    number = np.arange(first, first + n)
    household = _households(shop, random, n)
    head = np.where(household >= 0, household, np.arange(n))
    shares_mail = (household >= 0) & (random.random(n) < 0.1)
    together = household >= 0
    preference = random.gamma(_PLATFORM_PULL * 2.2, 1.0, (n, len(PLATFORMS))) + 1e-9
    preference = np.where(preference < 0.12 * preference.max(axis=1, keepdims=True), 0, preference)
    preference /= preference.sum(axis=1, keepdims=True)
    has_account = (preference[:, 4] > 0) & (random.random(n) < 0.85)
    is_new = random.random(n) < 0.45
    return People(
        first=first,
        arrived=np.where(is_new, random.random(n) * (shop.days + shop.horizon), -random.random(n) * 600),
        rate=random.gamma(shop.rate_shape, 1 / shop.rate_scale, n),
        leave=random.beta(shop.leave_a, shop.leave_b, n),
        is_visitor=random.random(n) < shop.visitor_share,
        preference=preference,
        taste=_normalised(random.gamma(np.array([ware.share for ware in WARES]) / 12, 1.0, (n, len(WARES)))),
        sensitivity=random.choice(len(SENSITIVITY), n, p=[0.3, 0.45, 0.25]),
        media_pull=random.gamma(1.5, 1 / 1.5, n),
        session_rate=np.where(preference[:, 4] > 0, random.gamma(0.8, 10 / 0.8, n), 0) / 400,
        household=household,
        phone=phone_number(scramble(2 * (first + head))),
        second_phone=np.where(
            (random.random(n) < 0.06) & ~together, phone_number(scramble(2 * number + 1)), 0
        ),
        mail=scramble(first + np.where(shares_mail, head, np.arange(n)), 3),
        device=_devices(random, number, head + first),
        is_member=together | (random.random(n) < 0.5),
        has_account=has_account,
        has_openid=preference[:, 3] > 0,
        has_open_phone=random.random(n) < shop.open_phone_share,
        surname=random.integers(0, 1_000_000, n),
        given=random.integers(0, 1_000_000, n),
        is_female=random.random(n) < 0.64,
        born=shop.first_day - random.integers(18 * 365, 62 * 365, n),
        place=_places(random, head),
        joined=shop.first_day - random.integers(-shop.days + 1, 900, n),
        is_gone=np.zeros(n, dtype=bool),
    )


def grown(people: People, span: float, is_gone: Flags) -> People:
    """Return the same people when a period of so much demand time has passed; the future ones come nearer.

    While active, purchases have no memory: who has arrived and not left goes on from the first day.
    """
    arrived = np.where(people.arrived < span, -1e-9, people.arrived - span)
    return replace(people, arrived=arrived, is_gone=is_gone)


def _normalised(weights: Floats) -> Floats:
    safe = weights + 1e-9
    return np.asarray(safe / safe.sum(axis=1, keepdims=True))


def _households(shop: Shop, random: np.random.Generator, n: int) -> Ints:
    """Give neighbours in number a common household of two to four, as many as the share asks for."""
    household = np.full(n, -1, dtype=np.int64)
    wanted = int(n * shop.household_share)
    sizes = random.choice([2, 3, 4], max(wanted // 2, 1), p=[0.6, 0.25, 0.15])
    ends = np.cumsum(sizes)
    sizes = sizes[ends <= wanted]
    members = random.permutation(n)[: sizes.sum()]
    heads = members[np.cumsum(sizes) - sizes] if len(sizes) else members[:0]
    household[members] = np.repeat(heads, sizes)
    return household


def _places(random: np.random.Generator, head: Ints) -> Ints:
    weights = np.array([place[2] for place in PLACES])
    return np.asarray(random.choice(len(PLACES), len(head), p=weights / weights.sum())[head], dtype=np.int64)


def _devices(random: np.random.Generator, number: Ints, head: Ints) -> Ints:
    n = len(number)
    device = scramble(number[:, None] * MAX_DEVICES + np.arange(MAX_DEVICES), 5)
    count = random.choice([1, 2, 3], n, p=[0.6, 0.3, 0.1])
    device = np.where(np.arange(MAX_DEVICES) < count[:, None], device, -1)
    shares = (head != number) & (random.random(n) < 0.3)
    device[:, 0] = np.where(shares, scramble(head * MAX_DEVICES, 5), device[:, 0])
    return np.asarray(device, dtype=np.int64)


__all__ = ["LARGEST_TOKEN", "MAX_DEVICES", "People", "grown", "make_people", "phone_number"]
