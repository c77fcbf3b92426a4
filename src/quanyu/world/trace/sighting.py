"""Which identifiers the files show, open, masked or mistyped, and which of them evidence ties together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from quanyu.world.lettering import Flags, Ints
from quanyu.world.people import MAX_DEVICES, People
from quanyu.world.platform import DOUYIN, JD, OWN, TAOBAO, YOUZAN
from quanyu.world.sale import Orders
from quanyu.world.shop import Shop

KINDS = (
    "taobao",
    "jd",
    "phone",
    "phone2",
    "email",
    "member",
    "user",
    "wechat_openid",
    "cookie0",
    "cookie1",
    "cookie2",
)
NICK, ACCOUNT, PHONE, PHONE2, MAIL, MEMBER, USER, OPENID, COOKIE = range(9)


@dataclass(frozen=True)
class Sightings:
    """What the files show of a block.

    Per order: `phone` (0 where masked or absent) and whether it is mistyped. Per person: what their member,
    account and openid records show, and which devices they log in on. `is_seen[person, kind]` says which of
    `KINDS` some file shows; `ties` which pairs of kinds are shown together for whom, and
    `evidence[person, kind]` numbers the groups that this ties together. A resumed shop has shown all before.
    """

    phone: Ints
    is_typo: Flags
    member_has_phone: Flags
    member_has_mail: Flags
    account_has_phone: Flags
    openid_has_phone: Flags
    is_login_device: Flags
    is_seen: Flags
    evidence: Ints
    ties: tuple[tuple[int, int, Flags], ...]


def see_more(
    shop: Shop, people: People, orders: Orders, is_device_used: Flags, before: Sightings
) -> Sightings:
    """Draw what the orders of a later period show; accounts, cards and devices are what they were."""
    random = shop.random("sightings", people.first // shop.block)
    phone, is_typo = _order_phones(shop, people, orders, random)
    seen, edges = _seen_and_tied(people, orders, (orders.person, orders.platform, phone, is_typo))
    seen |= before.is_seen
    seen[:, COOKIE:] |= is_device_used
    ties = (*before.ties, *edges, *_logins(people, before.is_login_device, is_device_used))
    return replace(
        before, phone=phone, is_typo=is_typo, is_seen=seen, evidence=_groups(people.n, ties), ties=ties
    )


def see(shop: Shop, people: People, orders: Orders, is_device_used: Flags) -> Sightings:
    """Draw what each file shows; `is_device_used[person, device]` comes from the visits."""
    random = shop.random("sightings", people.first // shop.block)
    n = people.n
    phone, is_typo = _order_phones(shop, people, orders, random)
    member_has_phone = people.is_member & (people.lives_together | (random.random(n) < 0.97))
    member_has_mail = people.is_member & (random.random(n) < 0.4)
    account_has_phone = people.has_account & (random.random(n) < 0.6)
    openid_has_phone = people.has_openid & (random.random(n) < 0.7)
    is_login_device = people.has_account[:, None] & (
        random.random((n, MAX_DEVICES)) < np.array([0.95, 0.7, 0.6])
    )
    shown = orders.person, orders.platform, phone, is_typo
    seen, edges = _seen_and_tied(people, orders, shown)
    for kind, flags in (
        (MEMBER, people.is_member),
        (USER, people.has_account),
        (OPENID, people.has_openid),
        (PHONE, member_has_phone | account_has_phone | openid_has_phone),
        (MAIL, member_has_mail | people.has_account),
    ):
        seen[:, kind] |= flags
    alone = ~people.lives_together
    seen[:, COOKIE:] = is_device_used
    edges += [
        (MEMBER, PHONE, member_has_phone & alone),
        (MEMBER, MAIL, member_has_mail & alone),
        (USER, PHONE, account_has_phone & alone),
        (USER, MAIL, people.has_account & alone),
        (OPENID, PHONE, openid_has_phone & alone),
        (OPENID, MEMBER, people.has_openid & people.is_member),
        (USER, MEMBER, people.has_account & people.is_member),
    ]
    edges += _logins(people, is_login_device, is_device_used)
    evidence = _groups(n, edges)
    return Sightings(
        phone=phone,
        is_typo=is_typo,
        member_has_phone=member_has_phone,
        member_has_mail=member_has_mail,
        account_has_phone=account_has_phone,
        openid_has_phone=openid_has_phone,
        is_login_device=is_login_device,
        is_seen=seen,
        evidence=evidence,
        ties=tuple(edges),
    )


def _logins(people: People, is_login_device: Flags, is_used: Flags) -> list[tuple[int, int, Flags]]:
    """Return which devices show who their account is; the first device of a household shows nothing."""
    tied = is_login_device & is_used
    alone = ~people.lives_together
    return [
        (COOKIE + device, USER, tied[:, device] & (alone if device == 0 else True))
        for device in range(MAX_DEVICES)
    ]


def _order_phones(
    shop: Shop, people: People, orders: Orders, random: np.random.Generator
) -> tuple[Ints, Flags]:
    """Return the phone each order shows, 0 where masked: open in Youzan, never in Taobao's new export."""
    person, platform = orders.person, orders.platform
    always = platform == YOUZAN
    never = (platform == TAOBAO) & orders.is_renamed
    is_open = always | (people.has_open_phone[person] & ~never & (random.random(orders.n) < 0.9))
    phone = people.phone[person]
    second = people.second_phone[person]
    phone = np.where((platform == JD) & (second > 0), second, phone)
    is_typo = is_open & (random.random(orders.n) < shop.typo_rate)
    place = 10 ** random.integers(0, 8, orders.n)
    digit = phone // place % 10
    wrong = phone + ((digit + random.integers(1, 10, orders.n)) % 10 - digit) * place
    return np.where(is_open, np.where(is_typo, wrong, phone), 0), is_typo


def _seen_and_tied(
    people: People, orders: Orders, shown: tuple[Ints, Ints, Ints, Flags]
) -> tuple[Flags, list[tuple[int, int, Flags]]]:
    """Return what orders show per person and kind, and which pairs of kinds they show together."""
    person, platform, phone, is_typo = shown
    seen = np.zeros((people.n, len(KINDS)), dtype=bool)
    alone = ~people.lives_together

    def anyone(flags: Flags) -> Flags:
        return np.bincount(person[flags], minlength=people.n) > 0

    classic = (platform == TAOBAO) & ~orders.is_renamed
    is_right = (phone > 0) & ~is_typo
    is_second = is_right & (phone == people.second_phone[person])
    is_first = is_right & ~is_second
    seen[:, NICK], seen[:, ACCOUNT], seen[:, MAIL] = (
        anyone(classic),
        anyone(platform == JD),
        anyone(platform == OWN),
    )
    seen[:, PHONE], seen[:, PHONE2] = anyone(is_first), anyone(is_second)
    edges = [
        (NICK, PHONE, anyone(classic & is_first) & alone),
        (ACCOUNT, PHONE, anyone((platform == JD) & is_first) & alone),
        (ACCOUNT, PHONE2, anyone((platform == JD) & is_second)),
        (MAIL, PHONE, anyone((platform == OWN) & is_first) & alone),
    ]
    return seen, edges


def _groups(n: int, edges: Sequence[tuple[int, int, Flags]]) -> Ints:
    """Number the connected identifiers of every person by the smallest kind in their group."""
    label = np.tile(np.arange(len(KINDS)), (n, 1))
    for _ in KINDS:
        before = label.copy()
        for kind, other, tied in edges:
            least = np.minimum(label[:, kind], label[:, other])
            label[:, kind] = np.where(tied, least, label[:, kind])
            label[:, other] = np.where(tied, least, label[:, other])
        if np.array_equal(before, label):
            break
    return label


def typo_group(orders: Orders, sightings: Sightings) -> tuple[Ints, Ints]:
    """Return the orders that show a mistyped phone and the evidence group that each one joins.

    A mistyped phone is tied to the identifier beside it; alone (Youzan, Douyin) it is a group of its own.
    """
    rows = np.flatnonzero(sightings.is_typo)
    platform = orders.platform[rows]
    beside = np.select([platform == TAOBAO, platform == JD, platform == OWN], [NICK, ACCOUNT, MAIL], -1)
    group = sightings.evidence[orders.person[rows], np.maximum(beside, 0)]
    return rows, np.where(beside >= 0, group, 100 + np.arange(len(rows)))


def order_group(people: People, orders: Orders, sightings: Sightings) -> Ints:
    """Return the evidence group of the identifier an order shows: -1 for none, -2 for a shared phone."""
    person, platform = orders.person, orders.platform
    kind = np.select([platform == TAOBAO, platform == JD, platform == OWN], [NICK, ACCOUNT, MAIL], PHONE)
    rows, typo = typo_group(orders, sightings)
    group = sightings.evidence[person, kind]
    group[rows] = typo
    shared = (kind == PHONE) & people.lives_together[person] & ~sightings.is_typo
    is_hidden = (platform == TAOBAO) & orders.is_renamed | (platform == DOUYIN) & (sightings.phone == 0)
    return np.where(is_hidden, -1, np.where(shared, -2, group))
