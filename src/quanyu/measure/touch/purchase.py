"""Purchases: what was sold, order by order, and orders of one person placed together as one act of buying."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from quanyu.measure.touch.touch import start_of
from quanyu.method.person import of_somebody
from quanyu.tables.margin import orders_with_margin
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import group_key, local_day, seconds
from quanyu.workspace import Workspace

OUTCOMES = ("n_conversions", "n_new_buyers", "revenue_amount", "margin_amount")
"""What paths bring, in the order in which models credit it."""


def sales(ws: Workspace, as_of: dt.date) -> ir.Table:
    """Return every order before `as_of` that is a sale: person (null if unknown), ordered_at, on, order, money.

    The same orders as in the metric `n_orders`, on the day they were placed: that is when a touch had done its work.
    """
    rows = orders_with_margin(ws.warehouse.table)
    rows = rows.filter(is_sale(rows), rows.ordered_at < start_of(ws, as_of))
    rows = rows.select(
        "id_key",
        "ordered_at",
        on=local_day(rows.ordered_at, ws.settings.timezone),
        order=group_key(rows.source + ibis.literal("\n") + rows.order_id),
        revenue_amount=rows.net_amount.fill_null(0),
        margin_amount=rows.margin_amount,
    )
    return of_somebody(ws.warehouse, rows).drop("id_key")


def sold(ws: Workspace, as_of: dt.date) -> ir.Table:
    """Return every sale with what it brought; `n_new_buyers` is 1 for the first order of a known person."""
    rows = sales(ws, as_of)
    order = [rows.ordered_at, rows.revenue_amount, rows.margin_amount, rows.order]
    place = ibis.row_number().over(ibis.window(group_by=rows.person, order_by=order))
    return rows.select(
        "person",
        "on",
        "revenue_amount",
        second=seconds(rows.ordered_at),
        n_conversions=ibis.literal(1).cast("int64"),
        n_new_buyers=(rows.person.notnull() & (place == 0)).cast("int64"),
        margin_amount=rows.margin_amount.fill_null(0),
        n_margins=rows.margin_amount.notnull().cast("int64"),
    )


def purchases(rows: ir.Table, minutes: int) -> ir.Table:
    """Return person, second (of the first order) and the sums of orders no further apart than `minutes`."""
    ordered = ibis.window(group_by=rows.person, order_by=rows.second)
    rows = rows.mutate(before=rows.second.lag().over(ordered))
    begins = rows.before.isnull() | (rows.second - rows.before > minutes * 60)
    rows = rows.mutate(begins=begins.cast("int64"))
    # Of orders of one second the one that begins comes first, so that all of them are in its purchase.
    upto = ibis.cumulative_window(group_by=rows.person, order_by=[rows.second, rows.begins.desc()])
    rows = rows.mutate(segment=rows.begins.sum().over(upto))
    return rows.group_by("person", "segment").agg(
        second=rows.second.min(), **{name: rows[name].sum() for name in OUTCOMES}
    )
