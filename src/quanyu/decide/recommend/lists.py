"""Lists as expressions: what is popular, what goes with an item, and what is best for everybody, where the rows are."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.decide.recommend.history import Span, again, purchases
from quanyu.decide.settings import RecommendSettings
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

REACH = 10
"""The newest items of a person that lists are made from."""
DIGITS = 9
"""To which scores are compared: sums in another order differ in the last bits."""


def offered(ws: Workspace) -> ir.Table:
    """Return item (number), item_id and category of every item that may be recommended: in stock, not below cost, not excluded.

    What an item does not say is not held against it.
    """
    items, given = ws.warehouse.table("items"), ws.settings.of(RecommendSettings)
    is_there = (items.stock > 0) | items.stock.isnull()
    earns = (items.list_price_amount >= items.cost_amount).fill_null(True)
    wanted = items.filter(is_there, earns)
    if given.excluded_items:
        wanted = wanted.filter(~wanted.item_id.isin(given.excluded_items))
    if given.excluded_categories:
        wanted = wanted.filter(~wanted.category.isin(given.excluded_categories).fill_null(False))
    return wanted.select("item_id", "category", item=group_key(wanted.item_id))


def popular_items(ws: Workspace, span: Span, offer: ir.Table) -> ir.Table:
    """Return place, item_id and n_people: the items that most known people bought in a span."""
    given = ws.settings.of(RecommendSettings)
    each = purchases(ws, span).select("person", "item").distinct()
    counted = each.group_by("item").aggregate(n_people=each.count()).inner_join(offer, "item")
    first = ibis.window(order_by=[ibis.desc("n_people"), "item_id"])
    placed = counted.mutate(place=(ibis.row_number().over(first) + 1).cast("int64"))
    return placed.filter(placed.place <= 5 * given.n_items).select("place", "item_id", "n_people")


def item_links(ws: Workspace, near: ir.Table, both: ir.Table, offer: ir.Table) -> ir.Table:
    """Return item_id, place, other_id, score and n_people: what goes with each item; `near` is item, other and similar."""
    names = ws.warehouse.table("items")
    named = names.select("item_id", item=group_key(names.item_id))
    others = offer.select(other="item", other_id="item_id")
    turned = both.select(item="other", other="item", n="n")
    counted = both.union(turned.filter(turned.item != turned.other))
    joined = near.inner_join(named, "item").inner_join(others, "other").left_join(counted, ["item", "other"])
    scored = joined.select("item_id", "other_id", score=joined.similar.round(DIGITS), n_people=joined.n)
    first = ibis.window(group_by="item_id", order_by=[ibis.desc("score"), "other_id"])
    placed = scored.mutate(place=(ibis.row_number().over(first) + 1).cast("int64"))
    return placed.filter(placed.place <= ws.settings.of(RecommendSettings).n_items)


def recommendations(
    ws: Workspace, had: ir.Table, said: ir.Table, decay: float, *, offer: ir.Table, span: Span
) -> ir.Table:
    """Return person_id, place, item_id and score of the best items for everybody who has a history and may be told personal things.

    `said` is item, other and similar; see `Links`. Bought items come back only where they are bought again and are due.
    """
    given = ws.settings.of(RecommendSettings)
    near = had.filter(had.age < REACH)
    met = near.inner_join(said, "item")
    summed = met.select("person", "other", share=ibis.literal(decay).pow(met.age) * met.similar)
    scored = summed.group_by("person", "other").aggregate(score=summed.share.sum().round(DIGITS))
    fresh = scored.filter(scored.score > 0).anti_join(_kept_back(ws, span), ["person", "other"])
    listed = fresh.inner_join(offer, fresh.other == offer.item).select(
        "person", "item_id", "category", "score"
    )
    order = [ibis.desc("score"), "item_id"]
    within = ibis.row_number().over(ibis.window(group_by=["person", "category"], order_by=order))
    capped = listed.mutate(within=within)
    capped = capped.filter((capped.within < given.per_category) | capped.category.isnull())
    placed = capped.mutate(
        place=(ibis.row_number().over(ibis.window(group_by="person", order_by=order)) + 1).cast("int64")
    )
    best = placed.filter(placed.place <= given.n_items)
    return best.inner_join(_told_people(ws), "person").select("person_id", "place", "item_id", "score")


def _kept_back(ws: Workspace, span: Span) -> ir.Table:
    """Return person and other: all bought items, however many, unless they are bought again and enough time has passed."""
    bought = purchases(ws, span)
    bought = (
        bought.group_by("person", "item").aggregate(at=bought["at"].max()).left_join(again(ws, span), "item")
    )
    end = int(span.end.timestamp())
    is_due = (end - bought["at"] >= bought.gap).fill_null(False)
    return bought.filter(~is_due).select("person", other="item")


def _told_people(ws: Workspace) -> ir.Table:
    """Return person and person_id of everybody who has not said that nothing shall be chosen for them."""
    people = ws.warehouse.table("people")
    told = people.filter(people.is_personalised.fill_null(True))
    return told.select("person_id", person=group_key(told.person_id))
