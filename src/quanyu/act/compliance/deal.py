"""What was really paid for an item, from its order lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from quanyu.act.compliance.price import Deal
from quanyu.tables import SALES
from quanyu.workspace import Workspace

CENT = Decimal("0.01")


def deals_of(ws: Workspace, item_id: str, before: dt.date) -> list[Deal]:
    """Return the lowest price paid for one item on each day before a day of the workspace, in the order of days."""
    lines = ws.warehouse.table("order_lines")
    lines = lines.filter(lines.item_id == item_id, lines.n_items > 0)
    orders = ws.warehouse.table("orders").select("source", "order_id", "ordered_at", "status")
    rows = lines.inner_join(orders, ["source", "order_id"])
    rows = rows.filter(rows.status.isin(SALES))
    columns = rows.select("ordered_at", "n_items", "unit_price_amount", "discount_amount", "net_amount")
    lowest: dict[dt.date, Decimal] = {}
    for row in ws.warehouse.read(columns).to_pylist():
        day = row["ordered_at"].astimezone(ws.settings.zone).date()
        price = _paid(row["n_items"], row["unit_price_amount"], row["discount_amount"], row["net_amount"])
        if price is not None and day < before:
            lowest[day] = min(price, lowest.get(day, price))
    return [Deal(day, lowest[day]) for day in sorted(lowest)]


def _paid(
    n_items: int, unit: Decimal | None, discount: Decimal | None, net: Decimal | None
) -> Decimal | None:
    """Return what one item cost: its price less its share of the discount; what the line brought, where no price stands."""
    total = unit * n_items - (discount or 0) if unit is not None else net
    return (total / n_items).quantize(CENT) if total is not None else None
