"""A promotion as its author writes it: who gets what off which items, when, and beside what else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal

import msgspec

from quanyu.decide.promotion.money import Fen, Off, read_as
from quanyu.errors import PromotionError
from quanyu.text import Sentence, Text

LEVELS = ("price", "group", "shop", "coupon", "cross", "platform", "freight", "tender")
"""In this order promotions are counted: the price of a unit, groups of items, the shop, its coupons, across shops, the platform's
coupons, the freight, and what is paid with, which never changes a threshold."""
GROUP = 2
"""What stands in the first levels makes the amounts from which parallel promotions are counted."""
KINDS: Mapping[str, str] = {
    "price": "price", "off": "price", "tiers": "shop", "every": "cross", "nth": "group", "buy": "group", "bundle": "group",
    "add_on": "group", "gift": "shop", "freight": "freight", "points": "tender",
}  # fmt: skip
"""What a promotion can give, one of them each, and the level at which it stands unless it says another."""
AT: Mapping[str, tuple[str, ...]] = {
    "price": ("price",),
    **dict.fromkeys(("nth", "buy", "bundle", "add_on"), ("group",)),
    "off": ("price", "group", "shop", "coupon", "cross", "platform"),
    **dict.fromkeys(("tiers", "every", "gift"), ("group", "shop", "coupon", "cross", "platform")),
    "freight": ("freight",),
    "points": ("tender",),
}
"""At which levels each of them may stand."""


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What documents are made of."""


class Tier(Document, frozen=True):
    """From an amount, or from so many units on, so much is taken off."""

    off: Off
    amount: Fen = Fen(0)
    units: int = 0


class Every(Document, frozen=True):
    """For every full amount so much is taken off, at most `steps` times (0: without end)."""

    amount: Fen
    off: Fen
    steps: int = 0


class Nth(Document, frozen=True):
    """Of every `n` units one is cheaper: the cheapest of each group in falling order of price, or the cheapest of all."""

    n: int
    off: Off
    pick: Literal["group", "cheapest"] = "group"


class Buy(Document, frozen=True):
    """Whoever takes `n` units gets `get` more with `off`, for every such group; `gets` are which, the same items unless said."""

    n: int
    get: int = 1
    off: Off = Off(rate=10_000)
    gets: str = ""


class Part(Document, frozen=True):
    """What a bundle holds: `n` units of the items for which a condition holds."""

    items: str
    n: int = 1


class Bundle(Document, frozen=True):
    """Parts that together cost `price`, as often as they are all there."""

    parts: tuple[Part, ...]
    price: Fen


class AddOn(Document, frozen=True):
    """Whoever buys for an `amount` may have `n` units of some items for `price` each."""

    items: str
    price: Fen
    amount: Fen = Fen(0)
    n: int = 1


class Gift(Document, frozen=True):
    """What is given from an amount on: its name, how many, and what one of them costs today."""

    item_id: str
    name: str
    value: Fen
    n: int = 1
    amount: Fen = Fen(0)


class Freight(Document, frozen=True):
    """From an amount on the freight costs so much less; all of it unless said."""

    amount: Fen = Fen(0)
    off: Off = Off(rate=10_000)


class Points(Document, frozen=True):
    """So many points are worth an `amount`; at most a share of what is to be paid is paid with them."""

    per: int
    amount: Fen
    most: Off = Off(rate=10_000)


class Promotion(Document, frozen=True):
    """A promotion. `items` says of which lines it is, `when` of which baskets and people, both in the language of conditions.

    One of the fields of `KINDS` says what it gives. Of one exclusion `group` at most one promotion of a level is taken, and none
    beside those it `excludes`. `base` is what thresholds and rates look at: the amount after earlier promotions, after the price
    and group levels (`parallel`), or the `list` price. `code` asks that the basket names it, or a coupon of the pool it names.
    `budget` is in 分, `uses` a number of orders, `per_person` of orders of a person, `units_per_person` of units at this price.
    """

    promotion: str
    name: str = ""
    level: str = ""
    items: str = ""
    when: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    price: Fen | None = None
    off: Off | None = None
    tiers: tuple[Tier, ...] = ()
    every: Every | None = None
    nth: Nth | None = None
    buy: Buy | None = None
    bundle: Bundle | None = None
    add_on: AddOn | None = None
    gift: Gift | None = None
    freight: Freight | None = None
    points: Points | None = None
    cap: Fen | None = None
    group: str = ""
    excludes: tuple[str, ...] = ()
    is_stacked: bool = False
    base: Literal["sequential", "parallel", "list"] = "sequential"
    priority: int = 0
    code: str = ""
    overflow: Literal["drop", "redistribute"] = "drop"
    share_unit: Fen = Fen(1)
    budget: Fen | None = None
    over_budget: Literal["reject", "partial"] = "reject"
    uses: int | None = None
    per_person: int | None = None
    units_per_person: int | None = None
    is_on_shelf: bool = True

    @property
    def kind(self) -> str:
        """What it gives: a word of `KINDS`."""
        return next(kind for kind in KINDS if getattr(self, kind) not in (None, ()))

    @property
    def stands(self) -> int:
        """Its level, from 0."""
        return LEVELS.index(self.level or KINDS[self.kind])


class Policy(Document, frozen=True):
    """What holds for a whole basket: what is chosen best at a time (a `level`, or the whole `basket`), and its floors.

    An order is paid with at least `min_pay`. A share that would fall below the floor of an item is cut (`clamp`), or the whole
    promotion refused (`reject`).
    """

    best: Literal["level", "basket"] = "level"
    min_pay: Fen = Fen(0)
    below_floor: Literal["clamp", "reject"] = "clamp"


class Book(Document, frozen=True):
    """Promotions and the policy under which they stand."""

    promotions: tuple[Promotion, ...]
    policy: Policy = Policy()


def book_of(document: object) -> Book:
    """Return the promotions in a document: one of them, a list, or `{promotions: [...], policy: {...}}`.

    Raises `PromotionError` that names the field for what is no promotion.

    >>> book_of({"promotion": "member", "off": "8折", "when": "member_tier = gold"}).promotions[0].off
    Off(amount=0, rate=2000)
    """
    if isinstance(document, list):
        document = {"promotions": document}
    elif isinstance(document, Mapping) and "promotions" not in document:
        document = {"promotions": [document]}
    book: Book = read(document, Book, "promotion")
    for promotion in book.promotions:
        _check(promotion)
    names = [one.promotion for one in book.promotions]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PromotionError("{name!r} is there twice.", "Give each promotion its own name.", name=twice[0])
    return book


def read(document: object, kind: type[Any], what: str) -> Any:
    """Return a document as a type; raise `PromotionError` that names the field where it is none."""
    try:
        return msgspec.convert(document, kind, dec_hook=read_as, strict=True)
    except msgspec.ValidationError as wrong:
        raise PromotionError(
            "This is no {what}: {wrong}", "See docs/how-to/design-a-promotion.md", what=what, wrong=str(wrong)
        ) from None


def _check(one: Promotion) -> None:
    name = one.promotion
    given = [kind for kind in KINDS if getattr(one, kind) not in (None, ())]
    if not name or len(name) > 60 or any(not sign.isalnum() and sign not in "-_." for sign in name):
        raise PromotionError("{name!r} names no promotion.", "Use letters, digits and hyphens.", name=name)
    if len(given) != 1:
        raise PromotionError(
            "The promotion {name} gives {given}.", "Give one of: {known}.",
            name=name, given=", ".join(given) or "-", known=", ".join(KINDS),
        )  # fmt: skip
    kind = given[0]
    if one.level and one.level not in AT[kind]:
        raise PromotionError(
            "The promotion {name} gives {kind} at the level {level}.", "It may stand at: {known}.",
            name=name, kind=kind, level=one.level, known=", ".join(AT[kind]),
        )  # fmt: skip
    for field, wrong in _wrong(one):
        if wrong:
            raise PromotionError(
                "The promotion {name} cannot be counted: {field}.",
                "See docs/how-to/design-a-promotion.md", name=name, field=Sentence(field),
            )  # fmt: skip


def _wrong(one: Promotion) -> list[tuple[Text, bool]]:
    """Return what would make a promotion impossible to count, each with whether it is so."""
    limits = (one.uses, one.per_person, one.units_per_person)
    times = [time for time in (one.starts_at, one.ends_at) if time is not None]
    parts = one.bundle.parts if one.bundle else ()
    counted = [part.n for part in parts]
    counted += [given.n for given in (one.buy, one.add_on, one.gift) if given is not None]
    counted += [one.buy.get] if one.buy else [one.points.per] if one.points else []
    return [
        ("tiers rise in what they ask and in what they give, all in one unit", not _is_rising(one.tiers)),
        ("every needs an amount above 0", one.every is not None and one.every.amount < 1),
        ("points are worth an amount above 0", one.points is not None and one.points.amount < 1),
        ("numbers are whole and from 1 on", any(n < 1 for n in counted)),
        ("nth is of 2 or more", one.nth is not None and one.nth.n < 2),
        ("a bundle has parts", one.bundle is not None and not parts),
        ("limits are not negative", any(n is not None and n < 0 for n in limits)),
        ("times name their zone", any(time.tzinfo is None for time in times)),
        ("the end comes after the start", len(times) == 2 and times[1] <= times[0]),
        (
            "units_per_person and is_stacked are of the price level",
            one.stands > 0 and (one.units_per_person is not None or one.is_stacked),
        ),
        ("a price has no cap", one.stands == 0 and one.cap is not None),
        (
            "a price is refused as a whole where its budget ends",
            one.stands == 0 and one.over_budget == "partial",
        ),
        ("share_unit is at least 0.01", one.share_unit < 1),
    ]


def _is_rising(tiers: tuple[Tier, ...]) -> bool:
    """Say whether each tier asks more than the one before and gives no less: then more goods are never worth less."""
    asked = [(tier.amount, tier.units) for tier in tiers]
    given = [(tier.off.amount, tier.off.rate) for tier in tiers]
    units = {(bool(tier.units), bool(tier.off.rate)) for tier in tiers if tier.amount or tier.units}
    rises = all(low != high and low[0] <= high[0] and low[1] <= high[1] for low, high in pairwise(asked))
    gives = all(low[0] <= high[0] and low[1] <= high[1] for low, high in pairwise(given))
    return rises and gives and len(units) <= 1


__all__ = [
    "AT", "GROUP", "KINDS", "LEVELS", "AddOn", "Book", "Bundle", "Buy", "Every", "Freight", "Gift", "Nth", "Part", "Points",
    "Policy", "Promotion", "Tier", "book_of", "read",
]  # fmt: skip
