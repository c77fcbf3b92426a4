"""Orders cut in two by the parts of an export: a part that begins with lines whose order is told in another part."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.collect.layout import Layout, Target
from quanyu.tables import Table, contract

CONTINUES = "_continues"
"""In the rows of orders: whether the file has only further lines of the order."""
HEAD = ("status", "paid_at", "paid_amount", "discount_amount", "shipping_amount", "refund_amount")
"""What the first line of an order tells; without any of it a line continues an order."""
ORDER = ("source", "order_id")


def can_continue(target: Target, layout: Layout) -> bool:
    """Say whether files of the layout tell orders by their lines, what is said of the whole on the first of them."""
    status = target.fields.get("status")
    has_lines = any(each.table.name == "order_lines" for each in layout.targets)
    told = status is not None and status.value is None and status.default is None
    return target.table.name == "orders" and bool(target.per) and has_lines and told


def is_continuation(cells: Mapping[str, ir.Value]) -> ir.BooleanValue:
    """Say of each order whether no line tells anything of it as a whole; `cells` are without their late defaults."""
    return reduce(operator.and_, (cells[name].isnull() for name in HEAD if name in cells))


def without_head(table: Table) -> Table:
    """Return the contract of orders of which only further lines are known."""
    columns = tuple(replace(each, is_required=each.name in table.key) for each in table.columns)
    return replace(table, columns=columns)


def continued(orders: ir.Table, lines: ir.Table, reason: str) -> ir.Table:
    """Return the lines of orders that continue, as the table `continuations` keeps them."""
    heads = orders.filter(orders[CONTINUES], orders[reason].isnull())
    good = lines.filter(lines[reason].isnull())
    both = good.inner_join(heads, ORDER, rname="{name}_order")
    is_first = both.line_no == both.line_no.min().over(ibis.window(group_by=ORDER))
    told = {
        "order_name": both.order_name,
        "ordered_at": both.ordered_at,
        "more_gross_amount": is_first.ifelse(both.gross_amount, ibis.null(both.gross_amount.type())),
        "more_items": is_first.ifelse(both.n_items_order, ibis.null("int64")),
    }
    table = contract("continuations")
    given = told | {
        name: both[name] for name in table.schema.names if name in good.columns and name not in told
    }
    return both.select(
        **{each.name: given.get(each.name, ibis.null(each.type)).cast(each.type) for each in table.columns}
    )


def of_heads(orders: ir.Table, lines: ir.Table) -> ir.Table:
    """Return the lines without those of orders that continue."""
    return lines.anti_join(orders.filter(orders[CONTINUES]), ORDER)
