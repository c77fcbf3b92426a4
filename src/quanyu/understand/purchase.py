"""The orders of one person, newest first, as a screen lists them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from quanyu.workspace import Workspace

COLUMNS = (
    "order_id",
    "ordered_at",
    "channel",
    "status",
    "n_items",
    "gross_amount",
    "discount_amount",
    "paid_amount",
    "refund_amount",
    "net_amount",
)


@dataclass(frozen=True)
class Purchase:
    """One order or return document."""

    order_id: str
    ordered_at: dt.datetime
    channel: str | None
    status: str
    n_items: int | None
    gross_amount: Decimal | None
    discount_amount: Decimal | None
    paid_amount: Decimal | None
    refund_amount: Decimal | None
    net_amount: Decimal | None


def purchases(ws: Workspace, person_id: str) -> list[Purchase]:
    """Return the newest orders of a person; empty for a person who never ordered."""
    identities = ws.warehouse.table("identities")
    owned = ws.warehouse.read(identities.filter(identities.person_id == person_id).select("id_key"))
    keys = owned["id_key"].to_pylist()
    if not keys:
        return []
    orders = ws.warehouse.table("orders")
    bought = orders.filter(orders.id_key.isin(keys)).select(*COLUMNS)
    rows = ws.warehouse.read(bought.order_by(bought.ordered_at.desc(), bought.order_id))
    return [Purchase(**row) for row in rows.to_pylist()]
