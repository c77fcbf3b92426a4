"""What can be asked of promotions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ibis.expr.datatypes import DataType

from quanyu.decide.promotion.basket import at_moment, basket_of
from quanyu.decide.promotion.document import book_of
from quanyu.decide.promotion.engine import Quote, RuleSet, quote
from quanyu.decide.promotion.money import yuan
from quanyu.decide.promotion.trace import said
from quanyu.errors import PromotionError
from quanyu.part.action import Action, Caller
from quanyu.part.document import read_document
from quanyu.part.given import File
from quanyu.rule.gathered import trait_kinds
from quanyu.tables import contract
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Asked:
    """A basket to be quoted, and promotions: each as a file of YAML or JSON, or as its fields."""

    file: File | None = None
    basket: Mapping[str, Any] | None = None
    rules_file: File | None = None
    rules: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class QuotedLine:
    """A line: its amount at list price, what is paid for it, for each unit, the tax in that, and every promotion's share."""

    line_id: str
    list_amount: Decimal
    pay_amount: Decimal
    tax_amount: Decimal
    unit_amounts: tuple[Decimal, ...]
    shares: Mapping[str, Decimal]


@dataclass(frozen=True)
class QuotedPromotion:
    """A promotion: what it took off, and why it is applied or not."""

    promotion: str
    is_applied: bool
    discount_amount: Decimal
    why: str


@dataclass(frozen=True)
class QuotedGift:
    """What is given, by which promotion, and whether any are left to give."""

    promotion: str
    item_id: str
    name: str
    n_items: int
    value_amount: Decimal
    is_there: bool


@dataclass(frozen=True)
class QuotedTender:
    """What is paid with beside cash; of points also how many."""

    kind: str
    amount: Decimal
    points: int


@dataclass(frozen=True)
class Quoted:
    """What a basket costs: goods and freight after promotions, and what is left to pay after points and tenders."""

    goods_amount: Decimal
    freight_amount: Decimal
    due_amount: Decimal
    lines: tuple[QuotedLine, ...]
    promotions: tuple[QuotedPromotion, ...]
    gifts: tuple[QuotedGift, ...]
    tenders: tuple[QuotedTender, ...]


def quote_basket(ws: Workspace, given: Asked, _: Caller) -> Quoted:
    """Return what a basket costs under promotions; raise `PromotionError` for a basket or promotion that cannot be read."""
    document = read_document(given.file, PromotionError) if given.file else given.basket
    book = read_document(given.rules_file, PromotionError) if given.rules_file else given.rules
    rules = RuleSet(book_of(book or []), traits(ws), ws.settings.zone)
    return quoted(quote(rules, at_moment(basket_of(document or {}), ws.now())))


def traits(ws: Workspace) -> dict[str, DataType]:
    """Return the types of what a condition may ask of a person: their traits, and what is known of members and is not personal."""
    people = contract("people")
    told = {
        column.name: people.schema[column.name] for column in people.columns if column.privacy != "personal"
    }
    return {**told, **trait_kinds(ws.warehouse.table)}


def quoted(one: Quote) -> Quoted:
    """Return a quote in units of the currency and in words."""
    return Quoted(
        goods_amount=yuan(one.goods),
        freight_amount=yuan(one.freight),
        due_amount=yuan(one.due),
        lines=tuple(
            QuotedLine(
                line.line_id, yuan(line.listed), yuan(line.pay), yuan(line.tax), tuple(yuan(unit) for unit in line.units),
                {name: yuan(share) for name, share in line.shares.items()},
            )
            for line in one.lines
        ),
        promotions=tuple(
            QuotedPromotion(verdict.promotion, verdict.why == "applied", yuan(verdict.off), said(verdict))
            for verdict in one.trace
        ),
        gifts=tuple(
            QuotedGift(name, gift.item_id, gift.name, gift.n, yuan(gift.value), is_there) for name, gift, is_there in one.gifts
        ),
        tenders=tuple(QuotedTender(kind, yuan(amount), points) for kind, amount, points in one.tenders),
    )  # fmt: skip


QUOTE = Action(
    "quote_basket",
    "Say what a basket costs under promotions, with the share of every line and why each promotion is applied or not.",
    Asked,
    Quoted,
    quote_basket,
    role="viewer",
    writes=False,
)


__all__ = ["QUOTE", "Asked", "Quoted", "quote_basket", "quoted"]
