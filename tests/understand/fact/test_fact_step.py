"""Only people whom something has touched are added up again."""

from __future__ import annotations

import datetime as dt

import ibis

from quanyu.method.change import Made, touched
from quanyu.understand.fact import fact_step
from quanyu.understand.fact.fact_step import facts
from quanyu.understand.fact.visit_step import visits
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

DAY = dt.date(2026, 11, 20)


def test_only_who_is_affected_is_added_up_again(small_shop: Workspace) -> None:
    ws = small_shop
    visits(ws, DAY)
    facts(ws, DAY)
    assert named(ws, DAY) == set()
    assert named(ws, DAY + dt.timedelta(days=1)) == {"ann"}, "an order of the next day comes into view"
    orders = ws.warehouse.table("orders")
    refunded = orders.mutate(refund_amount=ibis.ifelse(orders.order_id == "o4", 1, orders.refund_amount))
    ws.warehouse.replace("orders", refunded, by="collect")
    assert named(ws, DAY) == {"bo"}, "all orders were written anew, one of them differs"


def named(ws: Workspace, day: dt.date) -> set[str]:
    """Return the people that a turn would add up again."""
    before = Made.of(ws, "facts", {})
    who = before and touched(ws, before, day, fact_step.EDGES)
    assert who
    people = ws.warehouse.table("people")
    rows = people.mutate(person=group_key(people.person_id)).semi_join(who.people, "person")
    return set(ws.warehouse.read(rows.select("person_id"))["person_id"].to_pylist())
