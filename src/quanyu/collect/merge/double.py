"""The same sale told by two sources: counted once where they name one order number, found where they do not."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.collect.note import SEQ
from quanyu.collect.sums import told
from quanyu.tables import Table
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import group_key, money, seconds
from quanyu.workspace import Workspace

LONG = 12
"""Letters from which an order number is one of a platform: shorter ones (1001) occur in every shop."""
DIGITS = r"\d{6}"
MINUTES = 10
"""How far apart two systems may date one sale."""


def under_one_number(ws: Workspace, table: Table, rows: ir.Table) -> ir.Table:
    """Return rows of orders or their lines under the source that already has their order number.

    An order number of a platform that stands in the file of an ERP is the platform's order: whichever came first
    keeps it, and the other one completes it. Only numbers of at least `LONG` characters, a digit among them, are taken
    for such (six digits running); they are not given twice.
    """
    if table.name not in ("orders", "order_lines"):
        return rows
    known = ws.warehouse.table("orders")
    twice = _told_twice(ws, known, rows)
    if not ws.warehouse.read(twice.limit(1)).num_rows:
        return rows
    named = ibis.union(*(
        some.mutate(number=group_key(some.order_id), place=place).semi_join(twice, "number").select(
            _order="order_id", _rank=ibis.struct({"place": ibis._.place, "source": ibis._.source})
        )
        for some, place in ((known, ibis.literal(-1, "int64")), (rows, _place(rows)))
    ))  # fmt: skip
    named = named.filter(named["_order"].re_search(DIGITS))
    first = named.group_by("_order").agg(first=named["_rank"].min())
    first = first.select("_order", _first=first.first["source"])
    joined = rows.left_join(first, rows.order_id == first["_order"])
    moved = joined.mutate(source=joined["_first"].coalesce(joined.source))
    return moved.select(*rows.columns)


def _told_twice(ws: Workspace, known: ir.Table, rows: ir.Table) -> ir.Table:
    """Return the long order numbers that stand under more than one source, as numbers."""
    keys = [
        some.filter(some.order_id.length() >= LONG).select(
            number=group_key(some.order_id), origin=group_key(some.source)
        )
        for some in (known, rows)
    ]
    both = keys[0].union(keys[1])
    counted = both.group_by("number").agg(one=both.origin.min(), other=both.origin.max())
    return counted.filter(counted.one != counted.other).select("number")


def _place(rows: ir.Table) -> ir.IntegerValue:
    """Return the place of the row's file among those that are brought together."""
    return rows[SEQ] if SEQ in rows.columns else ibis.literal(0, "int64")


def doubles(ws: Workspace) -> ir.Table | None:
    """Return sales that another source tells too: source, order_id, same_source, same_order_id, amount.

    Same buyer (an identifier of one is the other's, or is linked with it), same amount paid in the same currency, same
    number of pieces where both tell it, at most `MINUTES` apart, and different sources; of each pair the one whose source
    sorts later is reported, once. `None` where there is only one source.
    """
    orders = ws.warehouse.table("orders")
    sources = ws.warehouse.read(orders.select("source").distinct().limit(2))
    if sources.num_rows < 2:
        return None
    sales = orders.filter(is_sale(orders), orders.id_key.notnull())
    at = seconds(sales.paid_at.coalesce(sales.ordered_at))
    sales = sales.select(
        "source", "order_id", "n_items", at=at, began=seconds(sales.ordered_at), buyer=group_key(sales.id_key),
        cents=(told(sales, "paid_amount") * 100).round().cast("int64"), currency=sales.currency.fill_null(ws.settings.currency),
        amount=money(sales.net_amount),
    ).filter(lambda t: t.cents > 0)  # fmt: skip
    keyed = _with_links(ws, sales)
    other = keyed.rename({f"{name}_2": name for name in keyed.columns})
    near = [
        keyed.key == other.key_2,
        keyed.cents == other.cents_2,
        keyed.currency == other.currency_2,
        keyed.source > other.source_2,
    ]
    pairs = keyed.inner_join(other, near)
    apart = ibis.least((pairs["at"] - pairs.at_2).abs(), (pairs.began - pairs.began_2).abs())
    is_same = (pairs.n_items == pairs.n_items_2).fill_null(True)
    pairs = _nearest(pairs.mutate(apart=apart).filter(apart <= MINUTES * 60, is_same))
    copies = pairs.group_by("source", "order_id").agg(same=pairs.same.min(), amount=pairs.amount.max())
    return copies.select(
        "source",
        "order_id",
        same_source=copies.same["source"],
        same_order_id=copies.same["order_id"],
        amount=copies.amount,
    )


def _nearest(pairs: ir.Table) -> ir.Table:
    """Keep the pairs each of which is the other's nearest: two real orders and one copy are one pair."""
    here, there = ["source", "order_id"], ["source_2", "order_id_2"]
    pairs = pairs.group_by(*here, *there).agg(
        same=ibis.struct({"source": pairs.source_2, "order_id": pairs.order_id_2}).min(),
        amount=pairs.amount.max(),
        apart=pairs.apart.min(),
    )
    order = [pairs.apart, pairs.order_id, pairs.order_id_2]
    first = ibis.row_number().over(group_by=[*here, "source_2"], order_by=order)
    other = ibis.row_number().over(group_by=[*there, "source"], order_by=order)
    ranked = pairs.mutate(_first=first, _other=other)
    return ranked.filter((ranked["_first"] == 0) & (ranked["_other"] == 0))


def _with_links(ws: Workspace, sales: ir.Table) -> ir.Table:
    """Give every sale a row for its identifier and for each that is linked with it."""
    links = ws.warehouse.table("links")
    ends = links.select(one=group_key(links.id_key), other=group_key(links.other_key))
    back = ends.select(one="other", other="one")
    known = ends.union(back).distinct()
    linked = sales.inner_join(known, sales.buyer == known.one)
    columns = [name for name in sales.columns if name != "buyer"]
    own = sales.select(*columns, key=sales.buyer)
    return own.union(linked.select(*columns, key=linked.other))
