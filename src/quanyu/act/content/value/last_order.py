"""The last order of each person, and what was in it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.tables.sale import is_sale
from quanyu.workspace import Workspace

COLUMNS = {
    "order.id": "shown_id",
    "order.ordered_at": "ordered_at",
    "order.amount": "paid_amount",
    "order.n_items": "n_items",
    "order.item": "first_item",
}


def sales_of(ws: Workspace, people: ir.Table) -> ir.Table:
    """Return the sales of people: person_id and the columns of orders."""
    orders, owners = ws.warehouse.table("orders"), ws.warehouse.table("identities")
    held = owners.select("id_key", "person_id").semi_join(people, "person_id")
    return orders.filter(is_sale(orders)).inner_join(held, "id_key")


def last_orders(ws: Workspace, people: ir.Table) -> ir.Table:
    """Return person_id, source, order_id and what an order says, of the last sale of each person; ties go by number."""
    sales = sales_of(ws, people)
    newest = [sales.ordered_at.desc(), sales.source, sales.order_id]
    rows = sales.mutate(n=ibis.row_number().over(group_by=sales.person_id, order_by=newest))
    last = rows.filter(rows.n == 0)
    shown = last.order_name.nullif("").fill_null(last.order_id)
    paid = last.paid_amount.cast("float64")
    return last.select(
        "person_id", "source", "order_id", "ordered_at", "n_items", shown_id=shown, paid_amount=paid
    )


def order_values(ws: Workspace, people: ir.Table) -> ir.Table:
    """Return person_id and the variables `order.*` of everybody who has bought."""
    last = last_orders(ws, people)
    lines, items = ws.warehouse.table("order_lines"), ws.warehouse.table("items")
    named = lines.inner_join(items.select("item_id", item_name=items.name), "item_id")
    named = named.filter(named.n_items > 0, named.item_name.notnull())
    word = ibis.struct({"line": named.line_no, "name": named.item_name})
    first = named.group_by("source", "order_id").aggregate(first_line=word.min())
    first = first.select("source", "order_id", first_item=first.first_line["name"])
    rows = last.left_join(first, ["source", "order_id"])
    return rows.select("person_id", **{name: rows[column] for name, column in COLUMNS.items()})
