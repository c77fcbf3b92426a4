"""What a sale is and who is a buyer, once for metrics, RFM, value, portraits, curves and lifts.

A **sale** is an order that was paid, shipped or completed (`SALES`) and is worth something: its list price, what was
paid or what was kept is above zero. It stays one whatever is refunded later; an order that is refunded in full and closed is
none, nor is a return document, a bookkeeping entry, or an order whose amounts wait for a rate. A **buyer** is a person
with a sale. Windows differ, the meaning does not: metrics count the buyers of a period of whole days, RFM those of its
window, value and portraits those of all time.
"""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.tables.contract import ORIGINAL, Table
from quanyu.tables.owned.collected import SALES


def is_sale(orders: ir.Table) -> ir.BooleanValue:
    """Say which rows of `orders` are sales; never null."""
    amounts = (orders[name].fill_null(0) for name in ("gross_amount", "paid_amount", "net_amount"))
    return (orders.status.isin(SALES) & (ibis.greatest(*amounts) > 0)).fill_null(False)


def is_waiting(table: Table, rows: ir.Table) -> ir.BooleanValue:
    """Say which rows have amounts of another currency that wait for a rate: they are no money yet."""
    told = reduce(
        lambda some, other: some | other, (rows[f"{ORIGINAL}{name}"].notnull() for name in table.amounts)
    )
    return told & rows.fx_rate.isnull()
