"""A basket: what somebody is about to buy, who they are, and what they hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from quanyu.decide.promotion.document import Document, read
from quanyu.decide.promotion.money import Fen
from quanyu.errors import PromotionError

MOST_LINES, MOST_UNITS = 500, 10_000
NOWHEN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Line(Document, frozen=True):
    """A line: `n_items` units of an item at the list `price` of one; `floor` is the lowest price of one, `tax_rate` in percent."""

    line_id: str
    item_id: str
    price: Fen
    n_items: int = 1
    shop: str = ""
    category: str = ""
    brand: str = ""
    floor: Fen = Fen(0)
    tax_rate: int = 0
    attributes: Mapping[str, str] = {}


class Tender(Document, frozen=True):
    """What is paid with beside cash: a red packet, a gift card; it never changes a threshold."""

    kind: str
    amount: Fen


class Person(Document, frozen=True):
    """Who buys: traits by name, and the segments they are in."""

    person_id: str = ""
    traits: Mapping[str, str | int | float | bool | None] = {}
    segments: tuple[str, ...] = ()


class Basket(Document, frozen=True):
    """What is to be quoted. `codes` are the coupons that are handed over, `points` those that are offered as payment.

    Gifts whose item is `sold_out` are left out.
    """

    lines: tuple[Line, ...]
    basket_id: str = ""
    at: dt.datetime = NOWHEN
    channel: str = ""
    person: Person = Person()
    codes: tuple[str, ...] = ()
    freight: Fen = Fen(0)
    tenders: tuple[Tender, ...] = ()
    points: int = 0
    sold_out: tuple[str, ...] = ()


class Limit(Document, frozen=True):
    """What is left of a promotion for a buyer: 分 of its budget, orders, orders and units of the person; None: without end."""

    budget: int | None = None
    uses: int | None = None
    units: int | None = None


def basket_of(document: object) -> Basket:
    """Return the basket in a document; raise `PromotionError` that names the field for what is none.

    >>> basket_of({"lines": [{"line_id": "1", "item_id": "a", "price": "19.90"}]}).lines[0].price
    1990
    """
    basket: Basket = read(document, Basket, "basket")
    ids = {line.line_id for line in basket.lines}
    if len(ids) < len(basket.lines):
        raise PromotionError("Two lines of the basket have one line_id.", "Give each line its own.")
    if len(basket.lines) > MOST_LINES or any(not 1 <= line.n_items <= MOST_UNITS for line in basket.lines):
        raise PromotionError(
            "The basket is too large, or a line has no units.", "At most {lines} lines of 1 to {units} units fit.",
            lines=MOST_LINES, units=MOST_UNITS,
        )  # fmt: skip
    if basket.at.tzinfo is None:
        raise PromotionError("{at} names no zone.", "Write such as 2026-11-11T10:00:00+08:00.", at=basket.at)
    if basket.points < 0 or any(not 0 <= line.tax_rate <= 100 for line in basket.lines):
        raise PromotionError("Points and tax rates are not negative.", "Mend the basket.")
    return basket


def at_moment(basket: Basket, moment: dt.datetime) -> Basket:
    """Return a basket that says no time as one of this moment."""
    return basket if basket.at != NOWHEN else msgspec.structs.replace(basket, at=moment)


__all__ = ["Basket", "Limit", "Line", "Person", "Tender", "at_moment", "basket_of"]
