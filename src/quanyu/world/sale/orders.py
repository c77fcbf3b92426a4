"""Orders with their lines and money: list prices, cuts, coupons, postage, payment, refunds, states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from quanyu.world.lettering import Flags, Ints
from quanyu.world.market import Calendar
from quanyu.world.people import People
from quanyu.world.platform import DOUYIN, JD, OWN, TAOBAO, YOUZAN
from quanyu.world.sale.purchase import Purchases
from quanyu.world.sale.status import Status
from quanyu.world.setting import Setting
from quanyu.world.shop import DAY, Shop

COUPON_FROM, COUPON_OFF = 30_000, 5_000
FREE_POSTAGE_FROM, POSTAGE = 9_900, 800


@dataclass(frozen=True)
class Lines:
    """One value per order line; money in fen. `order` is the row of its order, `number` counts from 1.

    `discount` holds the line's price cut and its share of the coupon: net = list price * quantity - discount.
    """

    order: Ints
    number: Ints
    item: Ints
    quantity: Ints
    list_price: Ints
    sale_price: Ints
    discount: Ints
    is_refunded: Flags
    coupon: Ints

    @property
    def gross(self) -> Ints:
        """List price times quantity."""
        return self.list_price * self.quantity

    @property
    def net(self) -> Ints:
        """What the buyer pays for the line, without postage."""
        return self.gross - self.discount


@dataclass(frozen=True)
class Orders:
    """One value per order; money in fen, times in Beijing seconds since 1970.

    paid = gross - discount + shipping where the order was ever paid, else 0. A closed order was either never
    paid or refunded in full.
    """

    person: Ints
    platform: Ints
    cause: Ints
    number: Ints
    ordered: Ints
    paid_at: Ints
    status: Ints
    was_paid: Flags
    is_presale: Flags
    has_coupon: Flags
    is_renamed: Flags
    gross: Ints
    discount: Ints
    shipping: Ints
    refund: Ints
    cost: Ints
    lines: Lines

    @property
    def n(self) -> int:
        """How many orders there are."""
        return len(self.person)

    @property
    def payable(self) -> Ints:
        """What the buyer was asked to pay, with postage."""
        return self.gross - self.discount + self.shipping

    @property
    def paid(self) -> Ints:
        """What the buyer paid."""
        return np.where(self.was_paid, self.payable, 0)

    @property
    def is_sale(self) -> Flags:
        """Paid and not closed."""
        return np.asarray(self.was_paid & (self.status != Status.CLOSED))

    @property
    def net(self) -> Ints:
        """Paid less refund for sales, else 0."""
        return np.where(self.is_sale, self.paid - self.refund, 0)

    @cached_property
    def n_lines(self) -> Ints:
        """Lines of each order."""
        return np.bincount(self.lines.order, minlength=self.n)

    @cached_property
    def n_items(self) -> Ints:
        """Pieces of each order."""
        return np.bincount(self.lines.order, self.lines.quantity, minlength=self.n).astype(np.int64)

    @cached_property
    def first_line(self) -> Ints:
        """The row of each order's first line."""
        return np.cumsum(self.n_lines) - self.n_lines

    def total(self, values: Ints) -> Ints:
        """Add up a value of the lines per order."""
        return np.bincount(self.lines.order, values, minlength=self.n).astype(np.int64)


def make_orders(setting: Setting, people: People, bought: Purchases) -> Orders:
    """Fill the baskets of a block's purchases and work out their money and state."""
    shop, calendar, catalogue = setting.shop, setting.calendar, setting.catalogue
    random = shop.random("orders", people.first // shop.block)
    lines = _baskets(setting, people, bought, random)
    n = len(bought.person)
    begins = shop.first_day * DAY
    gross, cut = (
        np.bincount(lines.order, value, minlength=n).astype(np.int64)
        for value in (lines.gross, lines.discount)
    )
    has_coupon = calendar.has_coupon[bought.day] & (gross - cut >= COUPON_FROM)
    lines = _share_coupon(lines, np.where(has_coupon, COUPON_OFF, 0), gross - cut)
    discount = cut + np.where(has_coupon, COUPON_OFF, 0)
    shipping = np.where(gross - discount >= FREE_POSTAGE_FROM, 0, POSTAGE)
    presale, paid_at = _payment(calendar, bought, random)
    unpaid = (random.random(n) < shop.unpaid_rate) & ~np.isin(bought.platform, (JD, YOUZAN))
    unpaid |= presale & (paid_at >= shop.days * DAY)
    refunded = _refunds(setting, bought, lines, ~unpaid, random)
    lines = replace(lines, is_refunded=refunded)
    n_refunded = np.bincount(lines.order, refunded, minlength=n)
    all_refunded = (n_refunded > 0) & (n_refunded == np.bincount(lines.order, minlength=n))
    with_postage = np.where(
        (lines.number == 1) & (bought.platform == DOUYIN)[lines.order], shipping[lines.order], 0
    )
    refund = np.bincount(lines.order, (lines.net + with_postage) * refunded, minlength=n).astype(np.int64)
    status = _status(shop, bought, paid_at, unpaid, all_refunded)
    return Orders(
        person=bought.person,
        platform=bought.platform,
        cause=bought.cause,
        number=people.first // shop.block * 10_000_000 + shop.period * 2_000_000 + np.arange(n),
        ordered=begins + bought.second,
        paid_at=begins + paid_at,
        status=status,
        was_paid=~unpaid,
        is_presale=presale,
        has_coupon=has_coupon,
        is_renamed=bought.day >= shop.renamed_on,
        gross=gross,
        discount=discount,
        shipping=shipping,
        refund=np.where(all_refunded, gross - discount + shipping, refund),
        cost=np.bincount(
            lines.order, catalogue.cost[lines.item] * lines.quantity * ~refunded, minlength=n
        ).astype(np.int64),
        lines=lines,
    )


def _baskets(setting: Setting, people: People, bought: Purchases, random: np.random.Generator) -> Lines:
    catalogue, calendar = setting.catalogue, setting.calendar
    n_lines = np.minimum(1 + random.poisson(0.55, len(bought.person)), 6)
    order = np.repeat(np.arange(len(n_lines)), n_lines)
    number = np.arange(len(order)) - np.repeat(np.cumsum(n_lines) - n_lines, n_lines) + 1
    person, day = bought.person[order], bought.day[order]
    ladder = np.cumsum(people.taste, axis=1)[person]
    category = np.minimum((random.random(len(order))[:, None] > ladder).sum(axis=1), ladder.shape[1] - 1)
    item = catalogue.choose(setting.shop.first_day, (category, day // 7, people.sensitivity[person]), random)
    quantity = np.minimum(random.geometric(0.8, len(order)), 9)
    list_price = catalogue.list_price[item]
    sale_price = catalogue.sale_price(item, day // 7, calendar.cut[day])
    nothing = np.zeros(len(order), dtype=np.int64)
    return Lines(
        order=order,
        number=number,
        item=item,
        quantity=quantity,
        list_price=list_price,
        sale_price=sale_price,
        discount=(list_price - sale_price) * quantity,
        is_refunded=nothing.astype(bool),
        coupon=nothing,
    )


def _share_coupon(lines: Lines, coupon: Ints, total: Ints) -> Lines:
    """Spread each order's coupon over its lines by amount; the odd fen go to the first line."""
    share = coupon[lines.order] * lines.net // np.maximum(total[lines.order], 1)
    rest = coupon - np.bincount(lines.order, share, minlength=len(coupon)).astype(np.int64)
    share = share + np.where(lines.number == 1, rest[lines.order], 0)
    return replace(lines, discount=lines.discount + share, coupon=share)


def _payment(calendar: Calendar, bought: Purchases, random: np.random.Generator) -> tuple[Flags, Ints]:
    """Return who buys in a presale, and when each order is paid in full."""
    presale = (
        calendar.is_presale[bought.day] & (bought.platform == TAOBAO) & (random.random(len(bought.day)) < 0.5)
    )
    due = np.array([calendar.balance_day.get(day, day) for day in range(len(calendar.demand))])
    balance = due[bought.day] * DAY + random.integers(0, DAY // 2, len(bought.day))
    return presale, np.where(presale, balance, bought.second + random.integers(5, 900, len(bought.day)))


def _refunds(
    setting: Setting, bought: Purchases, lines: Lines, was_paid: Flags, random: np.random.Generator
) -> Flags:
    """Draw refunded lines, more of them where quality is low.

    Classic Taobao, JD and Youzan files show no partial refund: there an order goes back as a whole or not.
    """
    shop = setting.shop
    quality = setting.catalogue.quality[lines.item]
    chance = shop.refund_rate * np.exp(-0.6 * quality - 0.18)
    renamed = bought.day >= shop.renamed_on
    is_whole = np.isin(bought.platform, (JD, YOUZAN)) | ((bought.platform == TAOBAO) & ~renamed)
    draw = random.random(len(lines.order))
    first = np.searchsorted(lines.order, np.arange(len(bought.day)))
    draw = np.where(is_whole[lines.order], draw[first][lines.order], draw)
    chance = np.where(is_whole[lines.order], chance[first][lines.order], chance)
    old_enough = (bought.day < shop.days - 3)[lines.order]
    return np.asarray((draw < chance) & was_paid[lines.order] & old_enough)


def _status(shop: Shop, bought: Purchases, paid_at: Ints, unpaid: Flags, refunded: Flags) -> Ints:
    age = shop.days - paid_at // DAY
    status = np.select([age <= 2, age <= 10], [Status.PAID, Status.SHIPPED], Status.COMPLETED)
    status = np.where((status == Status.COMPLETED) & (bought.platform == OWN), Status.SHIPPED, status)
    waits = unpaid & ((bought.day >= shop.days - 1) | (paid_at >= shop.days * DAY))
    return np.where(waits, Status.PLACED, np.where(unpaid | refunded, Status.CLOSED, status)).astype(np.int64)
