"""Facts that are kept and renewed are what all rows at once give, whatever came, went or changed in between."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import quanyu.workspace
from quanyu.tables import contract
from quanyu.understand.fact.affected import affected
from quanyu.understand.fact.fact import Facts
from quanyu.understand.fact.fact_step import facts
from quanyu.understand.fact.visit_step import visits
from quanyu.understand.scratch import scratch
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

Row = dict[str, Any]
DAY = dt.date(2026, 11, 20)
EDGES = (-3, -1, 0, 1, 2, 29, 30, 31, 89, 90, 91, 364, 365, 366)
"""Days back at which a window lets rows in or out."""


class Shop:
    """A small shop in which everything may change from one turn to the next."""

    def __init__(self, ws: Workspace, seed: int) -> None:
        self.ws, self.draw, self.day = ws, random.Random(seed), DAY
        self.owner = {f"user:{key}": f"p{key % 300}" for key in range(400)}
        self.rows: dict[str, list[Row]] = {name: [] for name in MADE}
        self.rows["items"] = [self.item(i) for i in range(8)]
        # Where events are of days to come, visits are not current and everybody is added up.
        self.visited = self.draw.choice([EDGES, EDGES[2:], EDGES[2:], EDGES[2:]])

    def moment(self, *edges: int) -> dt.datetime:
        back = self.draw.choice([*(edges or EDGES), self.draw.randint(0, 400)])
        day = dt.datetime.combine(self.day - dt.timedelta(days=back), dt.time(), self.ws.settings.zone)
        return day + dt.timedelta(minutes=self.draw.randint(0, 1439))

    def item(self, i: int) -> Row:
        draw = self.draw.choice
        return {
            "item_id": f"i{i}",
            "title": draw("xy"),
            "category": draw(["茶", "杯", None]),
            "brand": draw("AB"),
        }

    def change(self) -> None:
        """Let a row come, go or change, an identifier change hands, or an item be called something else."""
        what = self.draw.choice(["come"] * 6 + ["go", "change", "move", "move", "rename"])
        name = self.draw.choice(["orders", "order_lines", "margins", "events", "touches", "feedback"])
        rows = self.rows[name]
        if what == "move":
            self.owner[self.draw.choice(list(self.owner))] = f"p{self.draw.randrange(303)}"
        elif what == "rename":
            i = self.draw.randrange(8)
            self.rows["items"][i] = self.item(i)
        elif what == "come" or not rows:
            self.put(name, MADE[name](self, self.draw.randrange(10**9)))
        else:
            gone = rows.pop(self.draw.randrange(len(rows)))
            if what == "change":
                self.put(name, MADE[name](self, 0) | {column: gone[column] for column in KEYS[name]})

    def put(self, name: str, row: Row) -> None:
        """Put a row in, in place of the one that has its key."""
        others = [one for one in self.rows[name] if any(one[column] != row[column] for column in KEYS[name])]
        self.rows[name] = [*others, row]

    def write(self) -> None:
        """Write the tables as they stand."""
        who = [{"id_key": key, "kind": "user", "person_id": person} for key, person in self.owner.items()]
        people = [{"person_id": person, "n_identifiers": 1} for person in sorted({*self.owner.values()})]
        for name, rows in (*self.rows.items(), ("identities", who), ("people", people)):
            kinds = contract(name).schema.to_pyarrow()
            columns = pa.schema(
                [kinds.field(column).remove_metadata().with_nullable(True) for column in kinds.names]
            )
            table = pa.Table.from_pylist([{**dict.fromkeys(kinds.names), **row} for row in rows], columns)
            if self.ws.warehouse.read(self.ws.warehouse.table(name)).to_pylist() != table.to_pylist():
                self.ws.warehouse.merge(
                    name, table, by="collect"
                ) if name == "events" else self.ws.warehouse.replace(name, table, by=contract(name).owner)


def _some(shop: Shop) -> Row:
    return {"source": "t", "id_key": shop.draw.choice([*shop.owner, "user:nobody", None])}


def _order(shop: Shop, n: int) -> Row:
    draw, paid = shop.draw.choice, Decimal(shop.draw.randint(1, 9)) / 2
    refund = draw([Decimal(0), Decimal(0), paid])
    return {
        **_some(shop), "order_id": f"o{n % 9}-{n}", "ordered_at": shop.moment(), "n_items": draw([1, 2, None]),
        "status": draw(["completed", "completed", "closed"]), "channel": draw(["jd", "own", None]),
        "region": draw(["上海", "江苏", None]), "gross_amount": paid + 1, "paid_amount": paid, "refund_amount": refund,
        "discount_amount": draw([None, Decimal(0), Decimal(1)]), "net_amount": paid - refund,
    }  # fmt: skip


def _of_an_order(shop: Shop) -> Row:
    return {
        "source": "t",
        "order_id": shop.draw.choice([*(row["order_id"] for row in shop.rows["orders"]), "none"]),
    }


MADE: Mapping[str, Callable[[Shop, int], Row]] = {
    "items": Shop.item,
    "orders": _order,
    "order_lines": lambda shop, n: {
        **_of_an_order(shop), "line_no": n, "item_id": f"i{n % 9}", "n_items": 1 + n % 2,
        "unit_price_amount": Decimal(n % 7),
    },
    "margins": lambda shop, n: {**_of_an_order(shop), "margin_amount": Decimal(n % 7)},
    "events": lambda shop, n: {
        **_some(shop), "event_id": f"e{n}", "occurred_at": shop.moment(*shop.visited), "channel": "own",
        "name": shop.draw.choice(["page_view", "search"]), "session_id": shop.draw.choice([None, f"s{n % 9}"]),
    },
    "touches": lambda shop, n: {
        **_some(shop), "touch_id": f"t{n}", "touched_at": shop.moment(), "channel": "sms", "kind": "sent",
    },
    "feedback": lambda shop, n: {
        **_some(shop), "feedback_id": f"f{n}", "kind": "review", "said_at": shop.moment(),
        "score": shop.draw.choice([None, 1.0, 5.0]),
    },
}  # fmt: skip
"""How a row of every table is drawn, given a number for its key."""

KEYS = {name: contract(name).key for name in MADE}


def turn(shop: Shop) -> None:
    """Do a turn and compare the facts with those of all rows at once."""
    ws = shop.ws
    shop.write()
    visits(ws, shop.day)
    facts(ws, shop.day)
    kept = ws.warehouse.read(ws.warehouse.table("facts").order_by("person_id")).to_pylist()
    with scratch(ws) as keep:
        whole = ws.warehouse.read(Facts(ws, shop.day, keep).table().order_by("person_id")).to_pylist()
    assert kept == [{"as_of": shop.day, **row} for row in whole]


@settings(max_examples=5, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    turns=st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from([0, 1, 1, 2, 30, -1])), min_size=2, max_size=3
    ),
)
def test_turn_by_turn_is_all_at_once(seed: int, turns: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(quanyu.workspace.create(Path(folder) / "shop"), seed)
        for n, days in ((600, 0), *turns):
            for _ in range(n):
                shop.change()
            shop.day += dt.timedelta(days=days)
            turn(shop)
        shop.ws.close()


def test_both_engines_renew_the_same(workspace: Workspace) -> None:
    shop = Shop(workspace, 5)
    for n in (300, 12):
        for _ in range(n):
            shop.change()
        turn(shop)
        shop.day += dt.timedelta(days=1)


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
    made_of = ws.warehouse.about("facts")["made_of"]
    with scratch(ws) as keep:
        who = affected(ws, keep, made_of["versions"], (dt.date.fromisoformat(made_of["as_of"]), day))
        assert who is not None
        people = ws.warehouse.table("people")
        rows = people.mutate(person=group_key(people.person_id)).semi_join(who, "person")
        return set(ws.warehouse.read(rows.select("person_id"))["person_id"].to_pylist())
