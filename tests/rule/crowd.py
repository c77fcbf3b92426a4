"""A crowd with the troubles of real shops: equal moments, nights of changed clocks, unknown values, other currencies' gaps."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pyarrow as pa
from tests.conftest import written_by

from quanyu.rule import Answers
from quanyu.tables import CONTRACTS
from quanyu.workspace import Workspace

CITIES = (
    "上海",
    "New York",
    "a; b",
    'say "hi"',
    "",
    "Trinidad and Tobago",
    "苏州市",
    "SUZHOU",
    "new yorK",
    "成都",
)
CHANNELS = ("taobao", "wechat", "own", None)
EVENTS = ("product_view", "add_to_cart", "page view")
KINDS = ("open", "click", "unsubscribe", "bounce")
TRAITS = {"n_bought": pa.int64(), "spent_amount": pa.decimal128(18, 2), "city": pa.string(), "born_on": pa.date32(),
          "joined_on": pa.date32(), "is_new": pa.bool_(), "share": pa.float64(), "seen_at": pa.timestamp("us", "UTC")}  # fmt: skip
FACTS = {"events": "event_id", "orders": "order_id", "feedback": "feedback_id", "touches": "touch_id"}


class Draw:
    """A crowd of `n` people, drawn from a seed, as of a moment in a zone."""

    def __init__(self, seed: int, n: int, at: dt.datetime, zone: ZoneInfo) -> None:
        self.chance, self.at, self.zone = random.Random(seed), at, zone
        self.items = [{"item_id": f"i{k}", "category": self.maybe(("shoes", "bags", "鞋"))} for k in range(5)]
        self.people = {f"p{k:03}": self.person() for k in range(n)}

    def maybe(self, values: Any, unknown: float = 0.15) -> Any:
        return None if self.chance.random() < unknown else self.chance.choice(values)

    def moment(self) -> dt.datetime:
        """A moment near the edges that windows have: midnights, hours, and a few seconds about them; some lie ahead."""
        day = self.chance.choice((0, 0, 1, 1, 2, 3, 7, 8, 29, 30, 31, 60, 90, 91, 200, -1))
        edge = (
            self.at
            if self.chance.random() < 0.4
            else dt.datetime.combine(self.at.astimezone(self.zone).date(), dt.time(), self.zone)
        )
        slip = self.chance.choice((0, 0, 1, -1, 3_600, -3_600, 40_000))
        return edge.astimezone(dt.UTC) - dt.timedelta(days=day) + dt.timedelta(seconds=slip)

    def person(self) -> dict[str, Any]:
        pick, days = (
            self.maybe,
            [
                dt.date(1992, 2, 29),
                dt.date(1990, 12, 31),
                dt.date(1990, 1, 1),
                self.at.date(),
                dt.date(2000, 11, 21),
            ],
        )
        traits = {
            "n_bought": pick((0, 1, 2, 2, 3)), "spent_amount": pick((Decimal("0.25"), Decimal("10.00"), Decimal("10.00"))),
            "city": pick(CITIES), "born_on": pick(days), "is_new": pick((True, False)), "share": pick((0.0, 0.25, 0.5)),
            "joined_on": pick([self.at.date() - dt.timedelta(days=k) for k in (-1, 0, 1, 7, 30, 31)]),
            "seen_at": self.maybe((self.moment(), self.moment())),
        }  # fmt: skip
        shop: dict[str, Any] = {"traits": traits, "members": {}}
        for kind, name in (("segment", "vip"), ("list", "black list")):
            if self.chance.random() < 0.4:
                shop["members"][kind, name] = self.moment()
        shop["events"] = [self.event(k) for k in range(self.chance.choice((0, 0, 1, 3, 8)))]
        shop["orders"] = [self.order(k) for k in range(self.chance.choice((0, 1, 2, 5)))]
        shop["order_lines"] = [line for order in shop["orders"] for line in self.lines(order)]
        shop["feedback"] = [self.said(k) for k in range(self.chance.choice((0, 0, 1)))]
        shop["touches"] = [self.touch(k) for k in range(self.chance.choice((0, 1, 2)))]
        shop["deliveries"] = [self.send(k) for k in range(self.chance.choice((0, 1, 3)))]
        shop["responses"] = [answer for send in shop["deliveries"] for answer in self.answers(send)]
        return shop

    def named(self, k: int, letter: str) -> str:
        return f"{letter}{self.chance.randrange(10**6)}-{k}"

    def item(self) -> dict[str, Any]:
        item = self.maybe(self.items)
        number = item and item["item_id"]
        return {"item_id": number, "item.item_id": number, "item.category": item and item["category"]}

    def event(self, k: int) -> dict[str, Any]:
        price, cart = self.maybe(("5", "12.5", "many", "-3")), self.maybe(("c1", "c2"))
        return {
            "event_id": self.named(k, "e"), "source": "s", "name": self.chance.choice(EVENTS), "occurred_at": self.moment(),
            "session_id": self.maybe(("s1", "s2")), "channel": self.maybe(CHANNELS),
            "value_amount": self.maybe((Decimal("1.50"), Decimal("2.25"))),
            "properties.price": price, "properties.cart_id": cart, "properties.city": self.maybe(CITIES), **self.item(),
        }  # fmt: skip

    def order(self, k: int) -> dict[str, Any]:
        paid = self.maybe((Decimal("0.00"), Decimal("100.50"), Decimal("20.25")))
        return {
            "order_id": self.named(k, "o"), "source": "s", "ordered_at": self.moment(), "channel": self.maybe(CHANNELS),
            "status": self.chance.choice(("paid", "completed", "shipped", "placed", "closed", "returned")),
            "gross_amount": self.maybe((Decimal("0.00"), Decimal("3.00"))), "paid_amount": paid, "net_amount": paid,
            "refund_amount": self.maybe((Decimal("0.00"), Decimal("5.00"))), "region": self.maybe(("浙江", "江苏")),
        }  # fmt: skip

    def lines(self, order: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {"order_id": order["order_id"], "source": "s", "line_no": k + 1, "n_items": self.chance.choice((1, 2, -1)),
             "ordered_at": order["ordered_at"], "order.status": order["status"], "order.order_id": order["order_id"], **self.item()}
            for k in range(self.chance.choice((0, 1, 2)))
        ]  # fmt: skip

    def said(self, k: int) -> dict[str, Any]:
        return {"feedback_id": self.named(k, "f"), "source": "s", "kind": self.chance.choice(("review", "ticket")),
                "said_at": self.moment(), "score": self.maybe((1.0, 5.0))}  # fmt: skip

    def touch(self, k: int) -> dict[str, Any]:
        return {
            "touch_id": self.named(k, "t"),
            "source": "s",
            "touched_at": self.moment(),
            "channel": self.chance.choice(("search", "social")),
        }

    def send(self, k: int) -> dict[str, Any]:
        return {"send_id": self.named(k, "d"), "campaign_id": self.maybe(("spring", "fall")),
                "channel": self.chance.choice(("mail", "sms")),
                "status": self.chance.choice(("delivered", "failed")), "sent_at": self.maybe((self.moment(),))}  # fmt: skip

    def answers(self, send: Mapping[str, Any]) -> list[dict[str, Any]]:
        kinds = self.chance.sample(KINDS, self.chance.choice((0, 1, 2)))
        return [
            {"send_id": send["send_id"], "kind": kind, "responded_at": self.maybe((self.moment(),)), "send.channel": send["channel"],
             "send.campaign_id": send["campaign_id"]}
            for kind in kinds
        ]  # fmt: skip


def by_name(answers: Answers) -> ir.Table:
    """Return answers with a column by the name of each rule."""
    return answers.table.select(
        "person_id", **{name: answers.table[cell] for name, cell in answers.cells.items()}
    )


def save(ws: Workspace, draw: Draw, without: tuple[str, ...] = ()) -> None:
    """Write a crowd into the tables of a workspace; each person has two identifiers, and some rows are nobody's."""
    write = written_by(ws).warehouse.replace
    people = list(draw.people)
    write("people", pa.table({"person_id": people}), by="collect")
    keys = {
        "id_key": [f"k:{name}-{n}" for name in people for n in (1, 2)],
        "person_id": [name for name in people for _ in (1, 2)],
    }
    write("identities", pa.table({**keys, "kind": ["k"] * len(keys["id_key"])}), by="collect")
    write("items", pa.Table.from_pylist(draw.items), by="collect")
    as_of = draw.at.astimezone(draw.zone).date()
    traits = [{"person_id": name, "as_of": as_of, **shop["traits"]} for name, shop in draw.people.items()]
    schema = pa.schema([("person_id", pa.string()), ("as_of", pa.date32()), *TRAITS.items()])
    write("portraits", pa.Table.from_pylist(traits, schema=schema), by="understand")
    for table, key in FACTS.items():
        rows = [
            facts(row, f"k:{name}-{1 + k % 2}")
            for name, shop in draw.people.items()
            for k, row in enumerate(shop[table])
        ]
        rows += [row | {"id_key": "k:nobody", key: f"nobody {row[key]}"} for row in rows[:3]]
        write(table, filled(table, rows), by="collect")
    lines = [plain(row, "ordered_at") for shop in draw.people.values() for row in shop["order_lines"]]
    write("order_lines", filled("order_lines", lines), by="collect")
    for table in ("deliveries", "responses"):
        sent = [plain(row) | {"person_id": name} for name, shop in draw.people.items() for row in shop[table]]
        write(table, filled(table, sent), by="act")
    entered = [
        (kind, {f"{kind}_id": group, "as_of": as_of}, name, at)
        for name, shop in draw.people.items()
        for (kind, group), at in shop["members"].items()
    ]
    segment = [
        row | {"person_id": name, "entered_at": at} for kind, row, name, at in entered if kind == "segment"
    ]
    listed = [
        row | {"id_key": f"k:{name}-2", "listed_at": at} for kind, row, name, at in entered if kind == "list"
    ]
    if "segment_members" not in without:
        write("segment_members", filled("segment_members", segment), by="understand")
    write("list_members", filled("list_members", listed), by="collect")


def filled(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows with every column that the table promises."""
    return pa.Table.from_pylist(rows, schema=CONTRACTS[table].schema.to_pyarrow())


def facts(row: Mapping[str, Any], id_key: str) -> dict[str, Any]:
    properties = {
        name.partition(".")[2]: value
        for name, value in row.items()
        if name.startswith("properties.") and value is not None
    }
    told = {"properties": as_json(properties)} if any(name.startswith("properties.") for name in row) else {}
    return plain(row) | told | {"id_key": id_key}


def as_json(properties: Mapping[str, Any]) -> str | None:
    return json.dumps(properties, ensure_ascii=False) if properties else None


def plain(row: Mapping[str, Any], *but: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if "." not in name and name not in but}
