"""The margin of orders that do not say it: net amount less the cost of the goods that were kept; the step `margins`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.method.change import Made, differing, document, documents
from quanyu.method.scratch import Keep, Scratch
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.tables.sale import is_sale
from quanyu.warehouse import Warehouse
from quanyu.warehouse.portable import group_key, money
from quanyu.workspace import Workspace

READS = ("orders", "order_lines", "items")
UNTOLD = "n_untold"
"""How many margins nothing told, as the table remembers it."""
KNOWN_SHARE = 0.5
"""Share of the net amount whose margin must be known for it to stand in for the rest."""


def margins(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write `margins`: one row per sale that does not say its margin but lets it be told: the loop step.

    An order whose lines all have an item of known cost: its net amount less the cost of the pieces that were
    kept. Without lines, or where a cost is missing: its net amount times the mean margin rate of the others, as long as
    those are at least half of the net amount; `is_estimated` says so.
    """
    versions, since = {name: ws.warehouse.version(name) for name in READS}, ws.warehouse.version("margins")
    made_of = {**_terms(ws), "as_of": as_of.isoformat(), "versions": versions, UNTOLD: 0}
    with Scratch(ws) as scratch:
        before = Made.of(ws, "margins", _terms(ws))
        renewed = _renewed(ws, before, scratch.keep) if before else None
        if renewed:
            ws.warehouse.replace("margins", renewed.rows, by="collect", about={"made_of": made_of})
            differing(ws, "margins", since, (renewed.went, renewed.came))
        else:
            told = scratch.keep(_told(ws.warehouse))
            made_of[UNTOLD] = _n_untold(ws, told)
            ws.warehouse.replace("margins", _with_estimates(told), by="collect", about={"made_of": made_of})
    table = ws.warehouse.table("margins")
    counts = table.aggregate(n=table.count(), n_estimated=table.is_estimated.cast("int64").sum())
    (counted,) = ws.warehouse.read(counts).to_pylist()
    return {"n_orders": counted["n"], "n_estimated": counted["n_estimated"] or 0}


def _terms(ws: Workspace) -> Mapping[str, str]:
    return {"engine": ws.settings.engine, "program": program(__name__)}


@dataclass(frozen=True)
class Renewed:
    """The rows of the table, and those that went and came."""

    rows: ir.Table
    went: ir.Table
    came: ir.Table


def _renewed(ws: Workspace, before: Made, keep: Keep) -> Renewed | None:
    """Return the margins kept, with those of orders that differ anew; None where all are to be worked out.

    So it is where a cost differs, or where nothing tells the margin of an order: then that of all others stands in.
    """
    about = ws.warehouse.about("margins")["made_of"]
    is_open = about[UNTOLD] or ws.warehouse.version("items") != before.versions["items"]
    sides = None if is_open else documents(ws, before)
    if sides is None:
        return None
    now, was = (side.warehouse for side in sides)
    told = keep(_told(now))
    if _n_untold(ws, told):
        return None
    kept, old = ws.warehouse.table("margins"), was.table("orders")
    came = keep(_known(told).select(kept.columns).cast(kept.schema()))
    theirs = keep(old.select(**document(old)))
    numbered = kept.mutate(**{f"_{name}": number for name, number in document(kept).items()})
    same = [("_source", "source"), ("_document", "document")]
    went = keep(numbered.semi_join(theirs, same).select(kept.columns))
    rest = numbered.anti_join(theirs, same).select(kept.columns)
    return Renewed(rest.union(came), went, came)


def _n_untold(ws: Workspace, told: ir.Table) -> int:
    return int(ws.warehouse.read(told.filter(told.told.isnull()).count().as_table()).column(0)[0].as_py())


def _told(warehouse: Warehouse) -> ir.Table:
    """Return every sale with its net amount, whether it says its margin itself, and the margin, null where nothing tells it."""
    orders = warehouse.table("orders")
    sales = orders.filter(is_sale(orders))
    sales = sales.mutate(key=group_key(sales.source), document=group_key(sales.order_id))
    costs = _costs(warehouse)
    rows = sales.left_join(costs, ["key", "document"])
    net = rows.net_amount.cast("float64")
    # What came back without a count of pieces lowers the cost as it lowered the net amount.
    paid = rows.paid_amount.cast("float64")
    kept = ibis.ifelse(rows.has_returns | (paid <= 0), 1.0, (net / paid).clip(0.0, 1.0)).fill_null(1.0)
    own = rows.margin_amount.cast("float64")
    told = own.coalesce(ibis.ifelse(rows.is_known, net - rows.cost * kept, ibis.null("float64")))
    return rows.select("source", "order_id", net=net, is_own=own.notnull(), told=told)


def _known(rows: ir.Table) -> ir.Table:
    """Return the rows of `margins` where nothing has to be estimated."""
    told = rows.filter(~rows.is_own, rows.told.notnull())
    return told.select("source", "order_id", margin_amount=money(told.told), is_estimated=ibis.literal(False))


def _with_estimates(rows: ir.Table) -> ir.Table:
    """Return the rows of `margins`, those that nothing tells estimated."""
    known = rows.aggregate(
        rate=rows.told.sum() / rows.net.sum(where=rows.told.notnull()).nullif(0),
        share=rows.net.sum(where=rows.told.notnull()) / rows.net.sum().nullif(0),
    )
    all_rows = rows.cross_join(known)
    stand_in = ibis.ifelse(all_rows.share >= KNOWN_SHARE, all_rows.net * all_rows.rate, ibis.null("float64"))
    result = all_rows.select(
        "source",
        "order_id",
        "is_own",
        margin_amount=money(all_rows.told.coalesce(stand_in)),
        is_estimated=all_rows.told.isnull(),
    )
    return result.filter(~result.is_own, result.margin_amount.notnull()).drop("is_own")


def _costs(warehouse: Warehouse) -> ir.Table:
    """Return per order the cost of its pieces, and whether every line has one."""
    lines, items = warehouse.table("order_lines"), warehouse.table("items")
    items = items.select("item_id", cost=items.cost_amount.cast("float64"))
    priced = lines.left_join(items, "item_id")
    pieces = priced.n_items - priced.n_returned.fill_null(0)
    priced = priced.select(
        key=group_key(priced.source),
        document=group_key(priced.order_id),
        cost=priced.cost * pieces,
        is_returned=(priced.n_returned > 0).fill_null(False),
    )
    return priced.group_by("key", "document").aggregate(
        cost=priced.cost.sum(),
        is_known=priced.cost.notnull().all(),
        has_returns=priced.is_returned.any(),
    )


STEP = Step("margins", "Work out the margin of orders", READS, ("margins",), margins, kept="by_order")
