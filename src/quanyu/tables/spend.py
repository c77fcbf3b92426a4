"""What was spent, once: a placement exported for several attribution windows counts once, credits lower its cost."""

from __future__ import annotations

from collections.abc import Callable

import ibis.expr.types as ir

from quanyu.tables.owned.collected import SPEND
from quanyu.tables.sale import is_waiting

PLACEMENT = tuple(name for name in SPEND.key if name != "attribution_window")


def placements(look: Callable[[str], ir.Table]) -> ir.Table:
    """Return one row per day and placement: the columns of `PLACEMENT`, campaign, impressions, clicks and amounts.

    A negative cost is a credit (of invalid clicks, or a coupon of the platform): it is taken off what the same day and placement
    cost, or stands alone. Rows that wait for a rate are left out whole, so that no click looks free. `look` returns a
    table of the warehouse by its name: `ws.warehouse.table`.
    """
    rows = look("spend")
    rows = rows.filter(~is_waiting(SPEND, rows))
    cost = rows.cost_amount
    charged, credited = cost.max(where=cost >= 0), cost.min(where=cost < 0)
    return rows.group_by(*PLACEMENT).agg(
        campaign=rows.campaign.max(),
        impressions=rows.impressions.max(),
        clicks=rows.clicks.max(),
        cost_amount=(charged + credited).coalesce(charged, credited),
        platform_orders=rows.platform_orders.max(),
        platform_revenue_amount=rows.platform_revenue_amount.max(),
    )
