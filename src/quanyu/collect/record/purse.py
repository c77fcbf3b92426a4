"""In which currency the money of each row stands, so that the sign of another one is no guess."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.collect.layout import Layout, Target
from quanyu.collect.record.shape import Page, read_field
from quanyu.tables import contract


def money_of(page: Page, layout: Layout, target: Target, rows: ir.Table) -> ir.StringValue:
    """Return the currency of a table's money in each row: what the row says, else what holds for the file.

    A row of a group that is silent about it is "": another row of its group may say it.
    """
    stated = ibis.literal(page.currency)
    said = [each.fields["currency"] for each in (target, *layout.targets) if "currency" in each.fields]
    read = read_field(said[0], contract("orders")["currency"], page, rows) if said else None
    if read is None:
        return stated
    return read.value.fill_null(ibis.literal("") if layout.targets[0].per else stated)
