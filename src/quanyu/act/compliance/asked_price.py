"""A price that is to be shown, held against what was paid for the item and marked on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import ibis

from quanyu.act.compliance.deal import deals_of
from quanyu.act.compliance.price import Claim, Offer, Refusal, check_offer, reference_price
from quanyu.errors import ComplianceError
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.part.given import Amount
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

MARKED = "list"
"""The kind of observation that is the shop's own marked price."""


@dataclass(frozen=True)
class Asked:
    """A price to be shown for an item: `was` beside it, or a claim to be the lowest; on a day, today where none is named."""

    item_id: str
    now: Amount
    was: Amount | None = None
    claim: Claim = "was"
    days: int = 30
    on: dt.date | None = None


@dataclass(frozen=True)
class Answered:
    """Why a price may not be shown (nothing: it may), and the highest one it may be compared with, if anything was sold."""

    item_id: str
    name: str
    n_days: int
    reference: Decimal | None
    refusals: tuple[Refusal, ...] = field(default_factory=tuple)


def check_price(ws: Workspace, item_id: str, offer: Offer) -> list[Refusal]:
    """Return why an offer for an item may not be shown, by what was paid for it and marked on it before; nothing if it may."""
    return check_offer(offer, deals_of(ws, item_id, offer.on), marked(ws, item_id, offer.on))


def marked(ws: Workspace, item_id: str, before: dt.date) -> dict[dt.date, Decimal]:
    """Return the lowest price marked on an item on each day before a day of the workspace."""
    prices = ws.warehouse.table("prices")
    rows = prices.filter(prices.item_id == item_id, prices.kind == MARKED)
    day = local_day(rows.observed_at, ws.settings.timezone)
    rows = rows.mutate(day=day).filter(lambda one: one.day < ibis.literal(before))
    lowest = rows.group_by("day").aggregate(price=rows.price_amount.min()).order_by("day")
    return {row["day"]: row["price"] for row in ws.warehouse.read(lowest).to_pylist()}


def _answer(ws: Workspace, given: Asked, _: Caller) -> Answered:
    on = given.on or ws.today()
    offer = Offer(on, given.now, was=given.was, claim=given.claim, days=given.days)
    deals = deals_of(ws, given.item_id, on)
    refusals = check_price(ws, given.item_id, offer)
    name = _name(ws, given.item_id)
    return Answered(given.item_id, name, len(deals), reference_price(deals, on), tuple(refusals))


def _name(ws: Workspace, item_id: str) -> str:
    """Return the name of an item; raise `ComplianceError` for one that is not there."""
    items = ws.warehouse.table("items")
    found: list[dict[str, Any]] = ws.warehouse.read(
        items.filter(items.item_id == item_id).select("name")
    ).to_pylist()
    if not found:
        known = ws.warehouse.read(items.select("item_id").order_by("item_id").limit(1_000))
        near = did_you_mean(item_id, known["item_id"].to_pylist())
        raise ComplianceError(
            "There is no item {item!r}.", "{near}" if near else "Give an item_id of the table items.",
            item=item_id, near=near,
        )  # fmt: skip
    return str(found[0]["name"] or "")


CHECK_PRICE = Action(
    "check_price",
    "Hold a price that is to be shown against what was paid for the item before.",
    Asked,
    Answered,
    _answer,
    role="analyst",
    writes=False,
)
