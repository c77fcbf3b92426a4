"""Only people whom something has touched are added up again."""

from __future__ import annotations

import datetime as dt

import ibis

from quanyu.method.change import Made
from quanyu.understand.fact.fact import PARTS
from quanyu.understand.fact.fact_step import facts, touched_people
from quanyu.understand.fact.visit_step import visits
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

DAY = dt.date(2026, 11, 20)


def test_only_who_is_affected_is_added_up_again(small_shop: Workspace) -> None:
    ws = small_shop
    visits(ws, DAY)
    facts(ws, DAY)
    nobody: dict[str, set[str]] = {part: set() for part in (*PARTS, "who")}
    assert named(ws, DAY) == nobody
    ordered = {"orders": {"ann"}, "baskets": {"ann"}}
    assert named(ws, DAY + dt.timedelta(days=1)) == nobody | ordered, (
        "an order of the next day comes into view"
    )
    orders = ws.warehouse.table("orders")
    refunded = orders.mutate(refund_amount=ibis.ifelse(orders.order_id == "o4", 1, orders.refund_amount))
    ws.warehouse.replace("orders", refunded, by="collect")
    bought = {"orders": {"bo"}, "baskets": {"bo"}}
    assert named(ws, DAY) == nobody | bought, "all orders were written anew, one of them differs"


def named(ws: Workspace, day: dt.date) -> dict[str, set[str]]:
    """Return the people of whom a turn would add up a part again."""
    before = Made.of(ws, "facts", {})
    who = before and touched_people(ws, before, day)
    assert who
    people = ws.warehouse.table("people")
    numbered = people.select("person_id", person=group_key(people.person_id))
    return {
        part: set(ws.warehouse.read(numbered.semi_join(some, "person"))["person_id"].to_pylist())
        for part, some in who.items()
    }
