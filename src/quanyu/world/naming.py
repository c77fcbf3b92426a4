"""The texts by which people and orders are known: nicknames, accounts, mails, names, order numbers."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from quanyu.world.lettering import DAY_DIGITS, Ints, Text, join, padded, pick, scramble, stamp, text, where
from quanyu.world.people import People
from quanyu.world.platform import OWN, YOUZAN
from quanyu.world.sale import Orders
from quanyu.world.vocabulary import GIVEN, MAIL_HOSTS, NICKNAMES, PLACES, STREETS, SURNAMES


def person_id(number: Ints) -> Text:
    """Return the planted name of each person by number."""
    return join("P", padded(number + 1, 8))


def nick(number: Ints) -> Text:
    """Return the Taobao buyer nicks."""
    return join(pick(NICKNAMES, number % len(NICKNAMES)), text(scramble(number, 11)))


def account(number: Ints) -> Text:
    """Return the JD accounts."""
    return join("jd_", text(scramble(number, 13)), "_m")


def openid(number: Ints) -> Text:
    """Return the WeChat openids."""
    return join("oQy7k", padded(scramble(number, 19), 10), padded(scramble(number, 23), 10))


def member_no(number: Ints) -> Text:
    """Return the member card numbers."""
    return join("M", padded(scramble(number, 29), 9))


def user(number: Ints) -> Text:
    """Return the account numbers of the own site."""
    return text(1_000_000_000 + scramble(number, 17))


def cookie(device: Ints) -> Text:
    """Return the cookies of devices."""
    return join("ck", padded(device, 10))


def mail(token: Ints) -> Text:
    """Return normalised e-mail addresses."""
    return join("u", text(token), "@", pick(MAIL_HOSTS, token % len(MAIL_HOSTS)))


def untidy_mail(token: Ints, draw: Ints) -> Text:
    """Return e-mail addresses as people type them: some in capitals, some with blanks around."""
    tidy = mail(token)
    return where(draw % 10 == 0, pc.utf8_upper(tidy), where(draw % 10 == 1, join(" ", tidy, " "), tidy))


def full_name(people: People, person: Ints) -> Text:
    """Return full names; different people may have the same."""
    first = pick(GIVEN, people.given[person] % len(GIVEN))
    second = where(people.given[person] % 3 > 0, pick(GIVEN, people.given[person] // 7 % len(GIVEN)), "")
    return join(surname(people, person), first, second)


def surname(people: People, person: Ints) -> Text:
    """Return surnames."""
    return pick(SURNAMES, people.surname[person] % len(SURNAMES))


def masked_name(people: People, person: Ints) -> Text:
    """Return names as platforms mask them."""
    return join(surname(people, person), "**")


def province(people: People, person: Ints) -> Text:
    """Return provinces."""
    return pick([place[0] for place in PLACES], people.place[person])


def city(people: People, person: Ints) -> Text:
    """Return cities."""
    return pick([place[1] for place in PLACES], people.place[person])


def street(people: People, person: Ints) -> Text:
    """Return street addresses."""
    home = np.where(people.household[person] >= 0, people.household[person], person) + people.first
    return join(pick(STREETS, home % len(STREETS)), text(home % 899 + 1), "号", text(home % 31 + 1), "栋")


def order_id(orders: Orders, rows: Ints) -> Text:
    """Return the order numbers as each platform writes them."""
    number, platform = orders.number[rows], orders.platform[rows]
    base = np.array([4_100_000_000_000_000_000, 310_000_000_000, 6_917_000_000_000_000_000, 0, 1_001])
    stride = np.array([97, 3, 1_009, 1, 1])
    plain = text(base[platform] + number * stride[platform])
    digits = pc.replace_substring_regex(stamp(orders.ordered[rows]), DAY_DIGITS, "")
    plain = where(platform == YOUZAN, join("E", digits, padded(number, 10)), plain)
    return where(platform == OWN, join("#", plain), plain)


def line_id(orders: Orders, lines: Ints) -> Text:
    """Return the sub-order numbers of Taobao and Douyin: just above the order's own."""
    order = orders.lines.order[lines]
    number, platform = orders.number[order], orders.platform[order]
    base = np.array([4_100_000_000_000_000_000, 0, 6_917_000_000_000_000_000, 0, 0])
    stride = np.array([97, 0, 1_009, 0, 0])
    return text(base[platform] + number * stride[platform] + orders.lines.number[lines])
