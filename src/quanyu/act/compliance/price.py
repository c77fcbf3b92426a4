"""Whether a price that is set beside another one may be: the rules on marked prices, asked of what was really paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from quanyu.text import Sentence, Text

WINDOW = 7
"""Days before the comparison whose lowest deal bounds the price to compare with (明码标价和禁止价格欺诈规定 16)."""
ARTICLES = {"reference": 16, "raised": 17, "gift": 18, "headline": 20, "discount": 21}
Claim = Literal["was", "lowest_ever", "lowest_in_days"]
"""What is said: a crossed-out or former price, the lowest price there ever was, or the lowest in some days."""


@dataclass(frozen=True)
class Deal:
    """A price that somebody paid for one item, on a day of the workspace."""

    on: dt.date
    price: Decimal


@dataclass(frozen=True)
class Gift:
    """What is given with it: its name, how many, and the value that is shown beside its own price today."""

    name: str = ""
    n_items: int = 0
    shown_value: Decimal | None = None
    price: Decimal | None = None


@dataclass(frozen=True)
class Offer:
    """A price as it is shown on a day: `was` is the price to compare with, `detail` the one on the page of the item.

    `discount` is the share that is shown as saved (0.3 for 30 %).
    """

    on: dt.date
    now: Decimal
    was: Decimal | None = None
    detail: Decimal | None = None
    discount: Decimal | None = None
    gift: Gift | None = None
    claim: Claim = "was"
    days: int = 30


@dataclass(frozen=True)
class Refusal:
    """Why an offer may not be shown: the article (of 明码标价和禁止价格欺诈规定), why, and the price that may be shown instead."""

    article: int
    why: str
    allowed: Decimal | None = None


def reference_price(deals: Sequence[Deal], on: dt.date, days: int = WINDOW) -> Decimal | None:
    """Return the highest price that may be compared with: the lowest deal of the days before, else the last deal.

    None if nothing was ever sold before that day: then there is nothing to compare with.

    >>> reference_price([Deal(dt.date(2026, 11, 3), Decimal(99))], dt.date(2026, 11, 20))
    Decimal('99')
    """
    before = [deal for deal in deals if deal.on < on]
    window = [deal.price for deal in before if deal.on >= on - dt.timedelta(days=days)]
    if window:
        return min(window)
    last = max((deal.on for deal in before), default=None)
    return min((deal.price for deal in before if deal.on == last), default=None)


def check_offer(
    offer: Offer, deals: Sequence[Deal], listed: Mapping[dt.date, Decimal] | None = None
) -> list[Refusal]:
    """Return why an offer may not be shown as it is; nothing if it may.

    `deals` is what was paid for the item in the same shop, `listed` since which day which price was marked. A rise of
    the marked price in the window before makes the lower one the price to compare with.
    """
    return [
        *_against_history(offer, deals, listed or {}),
        *_against_itself(offer),
        *(_against_gift(offer.gift) if offer.gift else ()),
    ]


def _against_history(offer: Offer, deals: Sequence[Deal], listed: Mapping[dt.date, Decimal]) -> list[Refusal]:
    if offer.claim != "was":
        return _against_lowest(offer, deals)
    if offer.was is None:
        return []
    lower = _marked_before_rise(offer, listed)
    if lower is not None:
        text: Text = "The price was raised from {lower} shortly before it is reduced."
        return [Refusal(ARTICLES["raised"], Sentence(text, lower=lower), lower)]
    allowed = reference_price(deals, offer.on)
    if allowed is None:
        never: Text = "Nothing was sold before, so there is no former price to compare with."
        return [Refusal(ARTICLES["reference"], Sentence(never))]
    if offer.was > allowed:
        above: Text = (
            "The price to compare with, {was}, is above the lowest one paid in the 7 days before, {allowed}."
        )
        return [Refusal(ARTICLES["reference"], Sentence(above, was=offer.was, allowed=allowed), allowed)]
    return []


def _against_lowest(offer: Offer, deals: Sequence[Deal]) -> list[Refusal]:
    start = offer.on - dt.timedelta(days=offer.days) if offer.claim == "lowest_in_days" else dt.date.min
    before = [deal.price for deal in deals if start <= deal.on < offer.on]
    if not before:
        text: Text = "Nothing was sold in that time, so no price can be called the lowest."
        return [Refusal(ARTICLES["reference"], Sentence(text))]
    if offer.now > min(before):
        lower: Text = "{lower} was paid before, which is less than {now}."
        return [
            Refusal(ARTICLES["reference"], Sentence(lower, lower=min(before), now=offer.now), min(before))
        ]
    return []


def _marked_before_rise(offer: Offer, listed: Mapping[dt.date, Decimal]) -> Decimal | None:
    """Return the lowest price marked in the window before, if the price to compare with is above it."""
    start = offer.on - dt.timedelta(days=WINDOW)
    earlier = [day for day in listed if day <= start]
    days = [day for day in listed if start < day < offer.on] + ([max(earlier)] if earlier else [])
    lowest = min((listed[day] for day in days), default=None)
    return lowest if lowest is not None and offer.was is not None and offer.was > lowest else None


def _against_itself(offer: Offer) -> list[Refusal]:
    refusals = []
    if offer.detail is not None and offer.detail > offer.now:
        text: Text = "The page of the item asks {detail}, more than the {now} that is shown first."
        refusals.append(
            Refusal(ARTICLES["headline"], Sentence(text, detail=offer.detail, now=offer.now), offer.detail)
        )
    if offer.discount is not None and offer.was:
        real = 1 - offer.now / offer.was
        if offer.discount > real.quantize(offer.discount, ROUND_HALF_UP):
            less: Text = "The discount shown is {shown}, the real one {real}."
            said = Sentence(less, shown=f"{offer.discount:.2%}", real=f"{real:.2%}")
            refusals.append(Refusal(ARTICLES["discount"], said, offer.now))
    return refusals


def _against_gift(gift: Gift) -> list[Refusal]:
    refusals = []
    if not gift.name.strip() or gift.n_items < 1:
        text: Text = "A gift needs its name and how many are given."
        refusals.append(Refusal(ARTICLES["gift"], Sentence(text)))
    if gift.shown_value is not None and (gift.price is None or gift.shown_value > gift.price):
        above: Text = "The value shown for the gift, {shown}, is not borne out by its price today."
        refusals.append(Refusal(ARTICLES["gift"], Sentence(above, shown=gift.shown_value), gift.price))
    return refusals
