"""What amounts must agree on within a row: what was kept is what was paid less what was refunded, in one currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ibis
import ibis.expr.types as ir

from quanyu.tables import SALES, Table
from quanyu.tables.contract import ORIGINAL
from quanyu.tables.sale import is_waiting

Test = Callable[[ir.Table], ir.BooleanValue]
CENT = 0.011
"""Amounts may differ by a cent, which systems round differently."""


def sums(table: Table, usual: str) -> Iterator[tuple[str, str, Test]]:
    """Yield check, column and the test of bad rows, for every rule about the amounts of a table.

    `usual` is the workspace's currency.
    """
    if table.name == "orders":
        yield "sums", "net_amount", _is_off
        yield "refunds", "refund_amount", _is_over
    if table.name == "spend":
        yield "credits", "cost_amount", lambda rows: (told(rows, "cost_amount") < 0).fill_null(False)
    if table.amounts:
        yield "currencies", "currency", lambda rows: (rows.currency != usual).fill_null(False)
        yield "rates", "fx_rate", lambda rows: is_waiting(table, rows)


def told(rows: ir.Table, name: str) -> ir.Value:
    """Return an amount as its source said it, so that no rounding of a rate is in it."""
    return rows[f"{ORIGINAL}{name}"].coalesce(rows[name]).cast("float64")


def _is_off(orders: ir.Table) -> ir.BooleanValue:
    """Net is paid less refunded on a sale, less the refund on a return document, nothing while unpaid or closed."""
    paid, refund = told(orders, "paid_amount"), told(orders, "refund_amount").fill_null(0)
    due = ibis.cases(
        (orders.status.isin(SALES), paid - refund),
        (orders.status == "returned", -refund),
        (orders.status.isin(("placed", "closed")), 0.0),
        else_=ibis.null("float64"),
    )
    return ((told(orders, "net_amount") - due).abs() > CENT).fill_null(False)


def _is_over(orders: ir.Table) -> ir.BooleanValue:
    """A return document has nothing paid; of every other order no more can come back than was paid."""
    over = told(orders, "refund_amount") > told(orders, "paid_amount") + CENT
    return (over & (orders.status != "returned")).fill_null(False)
