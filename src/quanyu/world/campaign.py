"""Campaigns with control groups whose true lift is known and differs between people."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from quanyu.world.answer import Habits, Sent, answers, leaning
from quanyu.world.lettering import Flags, Floats, Ints
from quanyu.world.people import People
from quanyu.world.platform import PLATFORMS
from quanyu.world.shop import Shop

HOLDOUT = 0.2


@dataclass(frozen=True)
class Campaign:
    """A message campaign to members: its channel, its place in the shop's days, and its mean true lift.

    `platform` is where the orders it causes are placed (None: where each person likes best).
    """

    name: str
    title: str
    channel: str
    at: float
    lift: float
    platform: int | None
    cost_fen: int


CAMPAIGNS: tuple[Campaign, ...] = (
    Campaign("C01", "新年焕新短信", "sms", 0.12, 0.020, None, 5),
    Campaign("C02", "会员日小程序消息", "wechat", 0.30, 0.035, PLATFORMS.index("youzan"), 0),
    Campaign("C03", "沉睡唤醒券", "sms", 0.45, 0.045, None, 5),
    Campaign("C04", "新品邮件", "mail", 0.58, 0.010, PLATFORMS.index("own"), 1),
    Campaign("C05", "618 返场短信", "sms", 0.66, 0.000, None, 5),
    Campaign("C06", "双11 预热消息", "wechat", 0.90, 0.030, PLATFORMS.index("youzan"), 0),
)
"""C05 truly does nothing: a system that finds an effect there is wrong."""


@dataclass(frozen=True)
class Reached:
    """One value per person in a campaign of one block.

    `lift` is the true probability that the message alone brings an order within `Habits.window_days`;
    `is_caused` says that it did, `is_deterred` that it keeps the person from buying in that time.
    """

    campaign: int
    starts: int
    person: Ints
    is_treated: Flags
    lift: Floats
    is_caused: Flags
    order_day: Ints
    is_deterred: Flags


@dataclass(frozen=True)
class Outreach:
    """A campaign that the shop's seller ran, with the people (numbers in the whole shop) of both arms.

    With `sent`, the messages that were handed over, people answer them by their `habits`, and whoever got none is not moved;
    without it, everybody treated is moved by the lift of the campaign alone.
    """

    campaign: Campaign
    treated: tuple[int, ...]
    control: tuple[int, ...]
    sent: Sent | None = None
    habits: Habits = field(default_factory=Habits)


def run_campaigns(shop: Shop, people: People, block: int) -> tuple[Reached, ...]:
    """Draw the arms of every campaign of the shop's first period and the orders that it causes."""
    return tuple(_run(shop, people, number, block) for number in range(len(CAMPAIGNS)))


def run_outreach(shop: Shop, people: People, outreach: tuple[Outreach, ...]) -> tuple[Reached, ...]:
    """Draw the orders that the seller's campaigns cause among the people of a block."""
    reached = []
    for number, sent in enumerate(outreach):
        treated, control = (
            np.array(arm, dtype=np.int64) - people.first for arm in (sent.treated, sent.control)
        )
        arms = [arm[(arm >= 0) & (arm < people.n)] for arm in (treated, control)]
        person = np.concatenate(arms)
        is_treated = np.arange(len(person)) < len(arms[0])
        if sent.sent is not None:
            reached.append(_answer(shop, people, (number, sent), (person, is_treated)))
            continue
        random = shop.random(f"campaign {sent.campaign.name}", people.first)
        reached.append(_respond(shop, people, (number, sent.campaign), (person, is_treated), random))
    return tuple(reached)


def _run(shop: Shop, people: People, number: int, block: int) -> Reached:
    campaign = CAMPAIGNS[number]
    random = shop.random(f"campaign {campaign.name}", block)
    starts = int(campaign.at * shop.days)
    joined = people.joined - shop.first_day < starts
    person = np.flatnonzero(people.is_member & joined & _can_receive(people, campaign.channel))
    is_treated = random.random(len(person)) >= HOLDOUT
    return _respond(shop, people, (number, campaign), (person, is_treated), random)


def _respond(
    shop: Shop,
    people: People,
    which: tuple[int, Campaign],
    arms: tuple[Ints, Flags],
    random: np.random.Generator,
) -> Reached:
    (number, campaign), (person, is_treated) = which, arms
    starts = int(campaign.at * shop.days)
    lift = campaign.lift * leaning(people, person)
    is_caused = is_treated & (random.random(len(person)) < lift)
    lag = np.minimum(random.geometric(0.35, len(person)), Habits.window_days - 1)
    order_day = np.minimum(starts + lag, shop.days - 1)
    return Reached(
        campaign=number,
        starts=starts,
        person=person,
        is_treated=is_treated,
        lift=lift,
        is_caused=is_caused & (starts + lag < shop.days),
        order_day=order_day,
        is_deterred=np.zeros(len(person), dtype=bool),
    )


def _answer(shop: Shop, people: People, which: tuple[int, Outreach], arms: tuple[Ints, Flags]) -> Reached:
    """Let the people of a block answer the messages of a campaign, which leave as its period begins or later in it."""
    (number, outreach), (person, is_treated) = which, arms
    assert outreach.sent is not None
    is_here = (outreach.sent.person >= people.first) & (outreach.sent.person < people.first + people.n)
    sent = outreach.sent.at(is_here)
    told = answers(shop.seed, outreach.habits, sent, leaning(people, sent.person - people.first))
    row = np.full(people.n, -1)
    row[sent.person - people.first] = np.arange(len(sent.person))
    mine = row[person]
    is_moved, starts = (mine >= 0) & is_treated, int(outreach.campaign.at * shop.days)

    def of(values: Floats | Ints | Flags) -> Floats:
        return np.asarray(np.append(values, 0)[mine], float)  # -1: no message

    day = starts + of(told.order_days).astype(np.int64)
    return Reached(
        campaign=number,
        starts=starts,
        person=person,
        is_treated=is_treated,
        lift=of(told.lift),
        is_caused=is_moved & (of(told.is_caused) > 0) & (day < shop.days),
        order_day=np.minimum(day, shop.days - 1),
        is_deterred=is_moved & (of(told.is_deterred) > 0),
    )


def _can_receive(people: People, channel: str) -> Flags:
    if channel == "wechat":
        return people.has_openid
    if channel == "mail":
        return people.has_account
    return np.ones(people.n, dtype=bool)
