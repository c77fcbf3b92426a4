"""A small shop in which everything that a kept table is made of may change from one turn to the next."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from quanyu.tables import contract
from quanyu.workspace import Workspace

Row = dict[str, Any]
DAY = dt.date(2026, 11, 20)
EDGES = (-3, -1, 0, 1, 2, 29, 30, 31, 89, 90, 91, 364, 365, 366, 367, 454, 455, 456)
"""Days back at which a window lets rows in or out: of facts, and of paths, whose period of 365 days sees 90 days back."""
CAMPAIGNS = ("c1", "c2", "new", None)


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
            "launched_on": draw([None, dt.date(2026, 11, 18), dt.date(2026, 1, 1)]),
            "category": draw(["茶", "杯", None]),
            "brand": draw("AB"),
        }

    def change(self) -> None:
        """Let a row come, go or change, an identifier change hands, or an item be called something else."""
        what = self.draw.choice(["come"] * 6 + ["go", "change", "move", "move", "rename"])
        name = self.draw.choice([name for name in MADE if name != "items"])
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
                self.put(name, MADE[name](self, 0) | {column: gone.get(column) for column in KEYS[name]})

    def put(self, name: str, row: Row) -> None:
        """Put a row in, in place of the one that has its key."""
        others = [
            one for one in self.rows[name] if any(one.get(column) != row.get(column) for column in KEYS[name])
        ]
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
            self.bring(name, table)

    def bring(self, name: str, table: pa.Table) -> None:
        """Merge rows that come or change, as files do; where some go, write all of the table anew."""
        before = self.ws.warehouse.read(self.ws.warehouse.table(name)).to_pylist()
        keys, there = (
            {tuple(row[c] for c in contract(name).key) for row in some}
            for some in (table.to_pylist(), before)
        )
        known, by = {repr(row) for row in before}, contract(name).owner
        if name == "events" or there <= keys:
            new = [row for row in table.to_pylist() if repr(row) not in known]
            self.ws.warehouse.merge(name, pa.Table.from_pylist(new, table.schema), by=by)
        else:
            self.ws.warehouse.replace(name, table, by=by)


def _some(shop: Shop) -> Row:
    return {"source": "t", "id_key": shop.draw.choice([*shop.owner, "user:nobody", None])}


def _order(shop: Shop, n: int) -> Row:
    draw, paid = shop.draw.choice, Decimal(shop.draw.randint(1, 9)) / 2
    refund = draw([Decimal(0), Decimal(0), paid])
    return {
        **_some(shop), "order_id": f"o{n % 9}-{n}", "ordered_at": shop.moment(), "n_items": draw([1, 2, None]),
        "paid_at": draw([None, shop.moment()]),
        "status": draw(["completed", "completed", "closed"]), "channel": draw(["jd", "own", None]),
        "region": draw(["上海", "江苏", None]), "gross_amount": paid + 1, "paid_amount": paid, "refund_amount": refund,
        "discount_amount": draw([None, Decimal(0), Decimal(1)]), "net_amount": paid - refund,
    }  # fmt: skip


def _of_an_order(shop: Shop) -> Row:
    return {
        "source": "t",
        "order_id": shop.draw.choice([*(row["order_id"] for row in shop.rows["orders"]), "none"]),
    }


def _of_a_send(shop: Shop) -> Row:
    sent = shop.draw.choice([*shop.rows["deliveries"], {"send_id": "none", "person_id": "p1"}])
    return {"send_id": sent["send_id"], "person_id": sent["person_id"]}


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
        "campaign_id": shop.draw.choice(CAMPAIGNS),
    },
    "touches": lambda shop, n: {
        **_some(shop), "touch_id": f"t{n}", "touched_at": shop.moment(), "channel": shop.draw.choice(["sms", "mail"]),
        "kind": shop.draw.choice(["sent", "click", "impression"]), "campaign_id": shop.draw.choice(CAMPAIGNS),
    },
    "deliveries": lambda shop, n: {
        "send_id": f"d{n}", "person_id": f"p{n % 303}", "sent_at": shop.moment(), "channel": "sms",
        "campaign_id": shop.draw.choice(CAMPAIGNS), "status": shop.draw.choice(["delivered", "delivered", "failed"]),
    },
    "responses": lambda shop, n: {
        **_of_a_send(shop), "kind": shop.draw.choice(["open", "click"]), "responded_at": shop.moment(),
    },
    "spend": lambda shop, n: {
        "source": "t", "platform": shop.draw.choice(["baidu", "meta"]), "channel": "search", "campaign_id": f"c{n % 3}",
        "campaign": shop.draw.choice(["c1", "new", None]), "cost_amount": Decimal(1), "spent_on": shop.moment().date(),
    },
    "feedback": lambda shop, n: {
        **_some(shop), "feedback_id": f"f{n}", "kind": "review", "said_at": shop.moment(),
        "score": shop.draw.choice([None, 1.0, 5.0]),
    },
}  # fmt: skip
"""How a row of every table is drawn, given a number for its key."""

KEYS = {name: contract(name).key for name in MADE}
