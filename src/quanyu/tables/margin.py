"""Orders with their margin, wherever it is known from: what they say themselves, or what `margins` has told."""

from __future__ import annotations

from collections.abc import Callable

import ibis.expr.types as ir


def orders_with_margin(look: Callable[[str], ir.Table]) -> ir.Table:
    """Return `orders` with `margin_amount` filled from `margins`; null stays where nobody can tell.

    `look` returns a table of the warehouse by its name: `ws.warehouse.table`.
    """
    orders, told = look("orders"), look("margins")
    told = told.select("source", "order_id", told_amount=told.margin_amount)
    joined = orders.left_join(told, ["source", "order_id"])
    filled = {"margin_amount": joined.margin_amount.coalesce(joined.told_amount)}
    return joined.select(*(filled.get(name, joined[name]).name(name) for name in orders.columns))
