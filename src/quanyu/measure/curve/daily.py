"""The daily facts that return curves need: orders by sales channel, spend by ad channel, own messages by campaign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from quanyu.tables.sale import is_sale
from quanyu.tables.spend import placements
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

Floats = NDArray[np.float64]
MONEY = "decimal(18, 2)"
AD_KINDS = ("impression", "click", "visit")


def daily(ws: Workspace, as_of: dt.date, window_days: int) -> ir.Table:
    """Return one row per day, kind and name, before `as_of`: on, kind, name, n, amount.

    kind `sales`: a sales channel, its orders that count as a sale by the day they were placed; `spend`: an ad
    channel (`spend.platform`), the orders it claims and its cost, a placement exported for several attribution
    windows once; `message`: a campaign of one's own, the messages sent.
    """
    first = as_of - dt.timedelta(days=window_days)
    parts = [_sales(ws), _spend(ws), *_messages(ws)]
    rows = ibis.union(*(part.select("on", "kind", "name", "n", "amount") for part in parts))
    return rows.filter(rows.on >= ibis.literal(first), rows.on < ibis.literal(as_of))


def _sales(ws: Workspace) -> ir.Table:
    rows = ws.warehouse.table("orders")
    rows = rows.filter(is_sale(rows))
    keyed = rows.select(
        "net_amount",
        on=local_day(rows.ordered_at, ws.settings.timezone),
        name=rows.channel.fill_null("unknown"),
    )
    return _labelled(
        keyed.group_by("on", "name").agg(n=keyed.count(), amount=keyed.net_amount.sum()), "sales"
    )


def _spend(ws: Workspace) -> ir.Table:
    once = placements(ws.warehouse.table)
    # A day whose credits exceed its cost is a day without ads.
    by_day = once.group_by(on=once.spent_on, name=once.platform).agg(
        n=once.platform_orders.sum(), amount=ibis.greatest(once.cost_amount.sum(), 0)
    )
    return _labelled(by_day, "spend")


def _messages(ws: Workspace) -> list[ir.Table]:
    touches, sent = ws.warehouse.table("touches"), ws.warehouse.table("deliveries")
    touches = touches.filter(touches.campaign_id.notnull(), ~touches.kind.fill_null("").isin(AD_KINDS))
    sent = sent.filter(sent.campaign_id.notnull(), sent.status == "delivered")
    parts = []
    for rows, at in ((touches, touches.touched_at), (sent, sent.sent_at)):
        keyed = rows.select(on=local_day(at, ws.settings.timezone), name=rows.campaign_id)
        counted = keyed.group_by("on", "name").agg(n=keyed.count(), amount=ibis.literal(0))
        parts.append(_labelled(counted, "message"))
    return parts


def _labelled(rows: ir.Table, kind: str) -> ir.Table:
    return rows.select(
        "on",
        "name",
        kind=ibis.literal(kind),
        n=rows.n.cast(MONEY).fill_null(0),
        amount=rows.amount.cast(MONEY).fill_null(0),
    )


Sums = Mapping[tuple[str, str, dt.date], Any]


@dataclass(frozen=True, eq=False)
class Daily:
    """Arrays by day from `first` on: `orders` (sales, days), `cost` and `claimed` (ads, days), `sent` (campaigns, days)."""

    first: dt.date
    sales: tuple[str, ...]
    ads: tuple[str, ...]
    campaigns: tuple[str, ...]
    orders: Floats
    cost: Floats
    claimed: Floats
    sent: Floats

    @property
    def n_days(self) -> int:
        """How many days there are."""
        return int(self.orders.shape[1])

    @classmethod
    def of(cls, n: Sums, amount: Sums, as_of: dt.date) -> Daily | None:
        """Return the arrays up to the day before `as_of`; None without orders or without spend.

        They begin on the first day that has both orders and spend behind it: before, nobody knows what was spent.
        """
        starts = [
            min((on for kind, _, on in n if kind == wanted), default=None) for wanted in ("sales", "spend")
        ]
        known = [start for start in starts if start is not None]
        if len(known) < 2:
            return None
        first = max(known)
        names = {
            kind: tuple(sorted({name for row_kind, name, on in n if row_kind == kind and on >= first}))
            for kind in ("sales", "spend", "message")
        }
        size = (as_of - first).days

        def spread(kind: str, sums: Sums) -> Floats:
            place = {name: row for row, name in enumerate(names[kind])}
            values = np.zeros((len(place), max(size, 0)))
            for (row_kind, name, on), value in sums.items():
                if row_kind == kind and on >= first:
                    values[place[name], (on - first).days] += float(value)
            return values

        return cls(
            first=first,
            sales=names["sales"],
            ads=names["spend"],
            campaigns=names["message"],
            orders=spread("sales", n),
            cost=spread("spend", amount),
            claimed=spread("spend", n),
            sent=spread("message", n),
        )

    def gathered(self, kept: frozenset[str], least: float = 0.01) -> Daily:
        """Return the same with sales channels below a share of all orders joined into one, `kept` ones aside."""
        share = self.orders.sum(axis=1) / max(float(self.orders.sum()), 1.0)
        small = np.array(
            [name not in kept and part < least for name, part in zip(self.sales, share, strict=True)]
        )
        if small.sum() < 2:
            return self
        joined = np.vstack([self.orders[~small], self.orders[small].sum(axis=0)])
        names = (*(name for name, is_small in zip(self.sales, small, strict=True) if not is_small), "...")
        return Daily(
            first=self.first,
            sales=names,
            ads=self.ads,
            campaigns=self.campaigns,
            orders=joined,
            cost=self.cost,
            claimed=self.claimed,
            sent=self.sent,
        )
