"""What channels and campaigns cost, and what ad platforms claim for themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis

from quanyu.measure.touch import route, touch
from quanyu.tables.spend import placements
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Cost:
    """What one key cost; the claims are the platform's own, None where it makes none."""

    cost_amount: Decimal | None = None
    claimed_orders: float | None = None
    claimed_revenue_amount: Decimal | None = None


def costs(ws: Workspace, as_of: dt.date, since: dt.date) -> Mapping[tuple[str, str], Cost]:
    """Return costs from `since` to before `as_of` by (level, key): of ads from `spend`, of messages from `touches`.

    A placement exported for several attribution windows counts once. Where `spend` knows a channel, what single
    clicks are said to have cost is the same money and is left out.
    """
    once = placements(ws.warehouse.table)
    once = once.filter(once.spent_on < ibis.literal(as_of), once.spent_on >= ibis.literal(since))
    number = ibis.coalesce(once.campaign_id.nullif(""), once.campaign.nullif(""))
    paid = once.group_by(channel="platform", campaign_id=number).agg(
        cost_amount=once.cost_amount.sum(),
        claimed_orders=once.platform_orders.sum(),
        claimed_revenue_amount=once.platform_revenue_amount.sum(),
    )
    ads = ws.warehouse.read(paid).to_pylist()
    known = {row["channel"] for row in ads}
    sent = [
        row
        for row in ws.warehouse.read(touch.contact_costs(ws, as_of, since)).to_pylist()
        if row["channel"] not in known
    ]
    return _by_level([*ads, *sent])


def _by_level(rows: list[dict[str, object]]) -> dict[tuple[str, str], Cost]:
    by_place: dict[tuple[str, str], Cost] = {}
    for row in sorted(rows, key=lambda row: (str(row["channel"]), str(row["campaign_id"]))):
        for place in _places(str(row["channel"]), row["campaign_id"]):
            by_place[place] = _plus(by_place.get(place, Cost()), row)
    return by_place


def _places(channel: str, campaign_id: object) -> Iterator[tuple[str, str]]:
    yield "channel", route.key_of(channel)
    yield "campaign", route.key_of(channel, str(campaign_id) if campaign_id else None)


def _plus(cost: Cost, row: Mapping[str, object]) -> Cost:
    def added(name: str) -> object:
        old, new = getattr(cost, name), row.get(name)
        return new if old is None else old if new is None else old + new

    return Cost(*(added(name) for name in ("cost_amount", "claimed_orders", "claimed_revenue_amount")))  # type: ignore[arg-type]
