"""A book of promotions made ready once, to quote many baskets: conditions as functions, and which of them an item meets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.datatypes as types
from ibis.expr.datatypes import DataType

from quanyu.decide.promotion.basket import Basket, Line
from quanyu.decide.promotion.document import GROUP, LEVELS, Book, Freight, Gift, Policy, Promotion
from quanyu.decide.promotion.engine.amount import Shares, every, tiers
from quanyu.decide.promotion.engine.group import Grouping, add_on, bundle, buy, nth
from quanyu.decide.promotion.money import Off
from quanyu.errors import PromotionError, QuanyuError
from quanyu.rule import parse, typed
from quanyu.rule.asking import ANYWHEN
from quanyu.rule.record import Record, ready
from quanyu.rule.tree import During, Member, Node, columns, leaves, walked

ATTRIBUTES = "attributes."
ITEM: Mapping[str, DataType] = {
    **dict.fromkeys(("item_id", "shop", "category", "brand"), types.string),
    "price": types.float64,
}
"""What `items` may ask of a line, beside `attributes.NAME`."""
BASKET: Mapping[str, DataType] = {
    "channel": types.string,
    "amount": types.float64,
    **dict.fromkeys(("n_items", "weekday", "hour"), types.int64),
}
"""What `when` may ask of a basket beside the traits of the person: its list amount, its moment in the zone of the shop."""
ASKED: Mapping[str, Callable[[Basket, ZoneInfo], Any]] = {
    "channel": lambda basket, _: basket.channel or None,
    "amount": lambda basket, _: sum([line.price * line.n_items for line in basket.lines]) / 100,
    "n_items": lambda basket, _: sum([line.n_items for line in basket.lines]),
    "weekday": lambda basket, zone: basket.at.astimezone(zone).isoweekday(),
    "hour": lambda basket, zone: basket.at.astimezone(zone).hour,
}
BOUNDLESS = ("buy", "bundle", "add_on")
"""Kinds that may give more when others have used units: nothing but the price of all units bounds them."""
TENDER, FREIGHT = LEVELS.index("tender"), LEVELS.index("freight")
SINCE_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOST_KEPT = 200_000
GROUPINGS: Mapping[str, Callable[[Any], Grouping]] = {
    "nth": nth,
    "buy": buy,
    "bundle": bundle,
    "add_on": add_on,
}


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A promotion made ready. `parts` are the conditions its lines meet, `clash` the rules, as bits, that it is not taken with."""

    index: int
    promotion: Promotion
    level: int
    bit: int
    clash: int
    parts: tuple[int, ...]
    holds: Callable[[Record], Any] | None
    shares: Shares | None
    grouping: Grouping | None
    name: str
    code: str
    base: str
    is_boundless: bool
    is_within: bool
    counts_units: bool
    price: int
    off: Off | None
    is_stacked: bool
    gift: Gift | None
    freight: Freight | None
    starts: float
    ends: float


class RuleSet:
    """Promotions in the order in which they are counted, and what of them an item meets, worked out once for each item."""

    def __init__(
        self, book: Book, traits: Mapping[str, DataType] | None = None, zone: ZoneInfo | None = None
    ) -> None:
        self.policy: Policy = book.policy
        self.zone = zone or ZoneInfo("UTC")
        self.kinds = {**(traits or {}), **BASKET}
        self._claims: dict[str, int] = {}
        self._matchers: list[Callable[[Record], Any] | None] = []
        self.met: dict[tuple[Any, ...], tuple[int, ...]] = {}
        self.asked: dict[str, None] = {}
        ordered = sorted(book.promotions, key=_order)
        self.rules = tuple(self._rule(n, one, ordered) for n, one in enumerate(ordered))
        levels = range(1, FREIGHT + 1)
        self.by_level = tuple(tuple(rule for rule in self.rules if rule.level == level) for level in levels)

    @property
    def n_claims(self) -> int:
        """How many conditions of lines there are."""
        return len(self._matchers)

    def meet(self, key: tuple[Any, ...], line: Line) -> tuple[int, ...]:
        """Find out which conditions of lines an item meets, and keep it in `met`."""
        if len(self.met) >= MOST_KEPT:
            self.met.clear()
        record = _item_record(line)
        self.met[key] = tuple(
            n for n, holds in enumerate(self._matchers) if holds is None or holds(record) is True
        )
        return self.met[key]

    def record(self, basket: Basket) -> Record:
        """Return what `when` is asked of: the traits of the person and the basket; raise `PromotionError` for one of a wrong type."""
        traits = basket.person.traits
        found = {
            name: ASKED[name](basket, self.zone)
            if name in ASKED
            else _of_kind(name, traits.get(name), self.kinds)
            for name in self.asked
        }
        members = {("segment", name): SINCE_EVER for name in basket.person.segments}
        return Record(found, basket.person.person_id, members=members)

    def _rule(self, index: int, one: Promotion, ordered: list[Promotion]) -> Rule:
        kind, level = one.kind, one.stands
        try:
            tree = _of_basket(one.when, self.kinds) if one.when else None
            items = [one.items, *_further(one)]
            parts = tuple(self._claim(text) for text in items)
        except QuanyuError as wrong:
            raise PromotionError(
                "The promotion {name}: {wrong}", "Mend its condition.", name=one.promotion, wrong=str(wrong)
            ) from None
        self.asked |= dict.fromkeys(columns(tree)) if tree else {}
        shares = every(one) if kind == "every" else tiers(one) if kind in ("off", "tiers") and level else None
        return Rule(
            index=index, promotion=one, level=level, bit=1 << index, parts=parts, shares=shares,
            clash=sum(1 << n for n, other in enumerate(ordered) if n != index and _clash(one, other)),
            holds=ready(typed(tree, self.kinds), ANYWHEN) if tree else None,
            grouping=GROUPINGS[kind](getattr(one, kind)) if kind in GROUPINGS else None,
            name=one.promotion, code=one.code, base=one.base,
            price=int(one.price or 0), off=one.off, is_stacked=one.is_stacked, gift=one.gift, freight=one.freight,
            counts_units=any(tier.units for tier in one.tiers),
            # Parts of an amount that is still to be paid cannot be more than it, unless they are rounded by more than 分.
            is_within=one.share_unit == 1 and (level < GROUP or one.base == "sequential"),
            is_boundless=kind in BOUNDLESS or (one.nth is not None and one.nth.pick == "cheapest"),
            starts=one.starts_at.timestamp() if one.starts_at else float("-inf"),
            ends=one.ends_at.timestamp() if one.ends_at else float("inf"),
        )  # fmt: skip

    def _claim(self, text: str) -> int:
        if text not in self._claims:
            self._claims[text] = len(self._matchers)
            self._matchers.append(_of_item(text) if text else None)
        return self._claims[text]


def item_key(line: Line) -> tuple[Any, ...]:
    """Return what conditions of lines look at, in an order of its own: equal ones are the same goods."""
    return (
        line.item_id, line.price, line.shop, line.category, line.brand, line.floor, line.tax_rate,
        tuple(sorted(line.attributes.items())) if line.attributes else (),
    )  # fmt: skip


def _order(one: Promotion) -> tuple[int, int, float, str]:
    return one.stands, -one.priority, one.ends_at.timestamp() if one.ends_at else float("inf"), one.promotion


def _clash(one: Promotion, other: Promotion) -> bool:
    is_of_one_group = bool(one.group) and one.group == other.group and one.stands == other.stands
    return is_of_one_group or other.promotion in one.excludes or one.promotion in other.excludes


def _further(one: Promotion) -> tuple[str, ...]:
    """Return the conditions of further lines that a promotion is of."""
    if one.bundle:
        return tuple(part.items for part in one.bundle.parts)
    if one.add_on:
        return (one.add_on.items,)
    return (one.buy.gets,) if one.buy and one.buy.gets else ()


def _of_item(text: str) -> Callable[[Record], Any]:
    tree = parse(text)
    named = [name for name in columns(tree) if name.startswith(ATTRIBUTES)]
    _plain(tree, members=False)
    return ready(typed(tree, {**ITEM, **dict.fromkeys(named, types.string)}), ANYWHEN)


def _of_basket(text: str, kinds: Mapping[str, DataType]) -> Node:
    tree = parse(text)
    _plain(tree, members=True)
    typed(tree, kinds)
    return tree


def _plain(tree: Node, *, members: bool) -> None:
    """Raise `PromotionError` for what a basket alone cannot answer: history, ranks and lots belong into a segment."""
    others = [
        leaf for leaf in leaves(tree) if not (members and isinstance(leaf, Member) and leaf.since is None)
    ]
    if others or any(isinstance(node, During) for node in walked(tree)):
        raise PromotionError(
            "A promotion asks for the lines, the basket and the traits of a person at the moment it is quoted.",
            "Make a segment of what somebody did and when, and ask for the segment.",
        )


def _item_record(line: Line) -> Record:
    given = {"item_id": line.item_id, "price": line.price / 100}
    given |= {name: getattr(line, name) or None for name in ("shop", "category", "brand")}
    return Record(
        _Traits({**given, **{f"{ATTRIBUTES}{name}": value for name, value in line.attributes.items()}})
    )


class _Traits(dict[str, Any]):
    """Traits of an item; one that it has not is not known."""

    def __missing__(self, _: str) -> None:
        return None


def _of_kind(name: str, value: Any, kinds: Mapping[str, DataType]) -> Any:
    kind = kinds[name]
    if value is None or name not in kinds:
        return None
    if kind.is_date() and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            value = None
    fits: Mapping[str, Any] = {"numeric": int | float, "string": str, "boolean": bool}
    wanted = "numeric" if kind.is_numeric() else "boolean" if kind.is_boolean() else "string"
    if not isinstance(value, fits[wanted]) or (wanted == "numeric" and isinstance(value, bool)):
        raise PromotionError(
            "The person's {name} is {value!r}.", "It is of the type {kind}.", name=name, value=str(value), kind=str(kind)
        )  # fmt: skip
    return value


__all__ = ["BASKET", "FREIGHT", "ITEM", "TENDER", "Rule", "RuleSet", "item_key"]
