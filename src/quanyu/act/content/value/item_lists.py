"""Lists of items for each person: what was bought last and most often, and what is popular and not bought yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.act.content.value.last_order import last_orders, sales_of
from quanyu.part.day import as_of
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import json_text
from quanyu.workspace import Workspace

MOST = 4
"""Items that a list has at most."""
POPULAR = 30
"""Items of a category, the most sold first, among which those not bought yet are looked for."""
POPULAR_DAYS = 90
SHOWN = ("name", "price", "image", "url")


def lists(ws: Workspace, people: ir.Table, which: str) -> ir.Table:
    """Return person_id and one list of items, under its name, of those who have any in it."""
    return LISTS[which](ws, people)


def last_bought(ws: Workspace, people: ir.Table) -> ir.Table:
    """Return the items of the last order, in the order of its lines."""
    last = last_orders(ws, people).select("person_id", "source", "order_id")
    lines = ws.warehouse.table("order_lines")
    rows = lines.filter(lines.n_items > 0).inner_join(last, ["source", "order_id"])
    per_item = rows.group_by("person_id", "item_id").aggregate(rank=rows.line_no.min())
    return _listed(ws, per_item, "items.last_bought")


def favourite(ws: Workspace, people: ir.Table) -> ir.Table:
    """Return the items that somebody bought most of."""
    rows = _bought(ws, people)
    per_item = rows.group_by("person_id", "item_id").aggregate(rank=-rows.n_items.sum())
    return _listed(ws, per_item, "items.favourite")


def recommended(ws: Workspace, people: ir.Table) -> ir.Table:
    """Return the most sold items of the favourite category that somebody has not bought and that are in stock.

    Who has no favourite category gets those of the one that the shop sells most of. Items whose stock is not known count as
    there.
    """
    ranked = _popular(ws)
    facts = ws.warehouse.table("facts").select("person_id", "preferred_category")
    top = ranked.order_by("place_of_all").limit(1).select(top_category="category")
    rows = people.select("person_id").left_join(facts, "person_id").select("person_id", "preferred_category")
    rows = rows.cross_join(top).select("person_id", "preferred_category", "top_category")
    known = ranked.select(known_category="category").distinct()
    rows = rows.left_join(known, [("preferred_category", "known_category")])
    rows = rows.select("person_id", "known_category", "top_category")
    liked = rows.select("person_id", category=rows.known_category.fill_null(rows.top_category))
    offered = liked.inner_join(ranked.filter(ranked.place < POPULAR), "category")
    offered = offered.select("person_id", "item_id", rank=offered.place)
    bought = _bought(ws, people).select("person_id", "item_id").distinct()
    return _listed(ws, offered.anti_join(bought, ["person_id", "item_id"]), "items.recommended")


LISTS: Mapping[str, Callable[[Workspace, ir.Table], ir.Table]] = {
    "items.last_bought": last_bought,
    "items.favourite": favourite,
    "items.recommended": recommended,
}


def _bought(ws: Workspace, people: ir.Table) -> ir.Table:
    sales = sales_of(ws, people).select("person_id", "source", "order_id")
    lines = ws.warehouse.table("order_lines")
    return lines.filter(lines.item_id.notnull(), lines.n_items > 0).inner_join(sales, ["source", "order_id"])


def _popular(ws: Workspace) -> ir.Table:
    """Return item_id, category, place within the category and place among all, of what was sold lately and is there."""
    orders, lines, items = (ws.warehouse.table(name) for name in ("orders", "order_lines", "items"))
    day = as_of(ws)
    since = dt.datetime.combine(day, dt.time(), ws.settings.zone) - dt.timedelta(days=POPULAR_DAYS)
    until = since + dt.timedelta(days=POPULAR_DAYS)
    moments = [ibis.literal(moment.astimezone(dt.UTC)).cast("timestamp('UTC')") for moment in (since, until)]
    lately = orders.filter(is_sale(orders), orders.ordered_at >= moments[0], orders.ordered_at < moments[1])
    sold = lines.filter(lines.n_items > 0).semi_join(lately, ["source", "order_id"])
    counts = sold.group_by("item_id").aggregate(n_sold=sold.n_items.sum())
    there = items.filter(items.category.notnull(), items.name.notnull(), items.stock.fill_null(1) > 0)
    rows = counts.inner_join(there.select("item_id", "category"), "item_id")
    order = [rows.n_sold.desc(), rows.item_id]
    return rows.mutate(
        place=ibis.row_number().over(group_by=rows.category, order_by=order),
        place_of_all=ibis.row_number().over(order_by=order),
    ).select("item_id", "category", "place", "place_of_all")


def _listed(ws: Workspace, ranked: ir.Table, name: str) -> ir.Table:
    """Return the first items of each person (person_id, item_id, rank) as a list under a name."""
    items = ws.warehouse.table("items")
    text = {one: json_text(items.attributes, one) for one in ("image", "url")}
    shown = items.filter(items.name.notnull()).select(
        "item_id", "name", price=items.list_price_amount.cast("float64"), **text
    )
    rows = ranked.inner_join(shown, "item_id")
    order = [rows["rank"], rows.item_id]
    rows = rows.mutate(n=ibis.row_number().over(group_by=rows.person_id, order_by=order))
    rows = rows.filter(rows.n < MOST)
    item = ibis.struct({one: rows[one] for one in SHOWN})
    places = rows.group_by("person_id").aggregate(
        **{f"item_{place}": item.max(where=rows.n == place) for place in range(MOST)}
    )
    # The engines gather rows into a list in no order that both could be told, so each place is a column first.
    several = ibis.array([places[f"item_{place}"] for place in range(MOST)])
    return places.select("person_id", **{name: several.filter(lambda one: one.notnull())})
