"""A small shop's contacts and orders as plain rows, and what should come of them, worked out in plain Python."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from quanyu.understand.fact.visit_step import visits as visits_of_events
from quanyu.workspace import Workspace

START = dt.datetime(2026, 9, 1, 1, tzinfo=dt.UTC)
AS_OF = dt.date(2026, 11, 1)
MINUTE = 60
PAID = {"700": "baidu", "701": "baidu", "800": "google_ads"}
"""Campaigns in `spend`, by number."""


@dataclass(frozen=True)
class Contact:
    """A row of `touches`, a visit (two events) or a delivery; `person` None has no identifier."""

    number: int
    table: str
    person: int | None
    second: int
    channel: str
    campaign: str | None
    kind: str = "click"

    @property
    def at(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.second)


@dataclass(frozen=True)
class Bought:
    """A row of `orders`."""

    number: int
    person: int | None
    second: int
    status: str
    net: Decimal
    margin: Decimal | None

    @property
    def at(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.second)

    @property
    def on(self) -> dt.date:
        return (self.at + dt.timedelta(hours=8)).date()

    @property
    def is_sale(self) -> bool:
        return self.status in {"paid", "completed"} and self.net > 0 and self.on < AS_OF


def draw_contacts(seed: int, n: int = 160) -> list[Contact]:
    """Return contacts of eight people: clicks with the visits they open, double clicks, messages, free visits."""
    draw = random.Random(seed)
    made: list[Contact] = []

    def add(*values: object) -> None:
        made.append(Contact(len(made), *values))  # type: ignore[arg-type]

    while len(made) < n:
        person = draw.choice([None, *range(8)])
        second = draw.randrange(65 * 86_400)
        campaign = draw.choice(["700", "701", "800"])
        match draw.randrange(6):
            case 0:
                add(
                    "touches",
                    person,
                    second,
                    "baidu_search" if campaign[0] == "7" else "google_ads",
                    campaign,
                )
                add("visits", person, second + draw.choice([0, 3, 40 * MINUTE]), "search", campaign)
            case 1:
                add("touches", person, second, "meta", None)
                add("touches", person, second + draw.choice([0, 60, 31 * MINUTE]), "meta", None)
            case 2:
                add("touches", person, second, "sms", "C1", "message")
                add("deliveries", person or 0, second + 5, "sms", "C1", draw.choice(["delivered", "failed"]))
            case 3:
                add("visits", person, second, draw.choice(["direct", "own", "wechat", ""]), None)
            case 4:
                add("touches", person, second, "meta", None, "impression")
            case 5:
                add("visits", person, second, "social", draw.choice(["C1", "new"]))
    return made


def draw_bought(seed: int, n: int = 60) -> list[Bought]:
    """Return orders of ten people, two of them without any contact, and of unknown buyers."""
    draw = random.Random(seed + 1)
    made = []
    for number in range(n):
        status = draw.choice(["paid", "completed", "closed", "placed", "returned"])
        net = Decimal(draw.randrange(0, 20_000)) / 100
        margin = draw.choice([None, (net / 4).quantize(Decimal("0.01"))])
        made.append(
            Bought(number, draw.choice([None, *range(10)]), draw.randrange(65 * 86_400), status, net, margin)
        )
    return made


def write_shop(ws: Workspace, contacts: list[Contact], bought: list[Bought]) -> None:
    """Write the rows into the tables; everybody has two identifiers."""

    def key(person: int | None, number: int) -> str | None:
        return None if person is None else f"user:{person}-{number % 2}"

    def put(name: str, rows: dict[str, object], by: str) -> None:
        ws.warehouse.replace(name, pa.table(rows), by=by)  # type: ignore[arg-type]

    clicks, visits, sent = (
        [one for one in contacts if one.table == table] for table in ("touches", "visits", "deliveries")
    )
    put("touches", {
        "touch_id": [f"t{one.number}" for one in clicks], "source": ["test"] * len(clicks),
        "id_key": pa.array([key(one.person, one.number) for one in clicks], pa.string()),
        "touched_at": pa.array([one.at for one in clicks], pa.timestamp("us", "UTC")),
        "channel": [one.channel for one in clicks], "kind": [one.kind for one in clicks],
        "campaign_id": pa.array([one.campaign for one in clicks], pa.string()),
        "cost_amount": pa.array([Decimal("0.05")] * len(clicks), pa.decimal128(18, 2)),
    }, "collect")  # fmt: skip
    pairs = [(one, step) for one in visits for step in (0, 1)]
    put("events", {
        "event_id": [f"e{one.number}-{step}" for one, step in pairs], "source": ["test"] * len(pairs),
        "id_key": pa.array([key(one.person, one.number) for one, _ in pairs], pa.string()),
        "name": ["page_view"] * len(pairs), "session_id": [f"s{one.number}" for one, _ in pairs],
        "occurred_at": pa.array(
            [one.at + dt.timedelta(seconds=90 * step) for one, step in pairs], pa.timestamp("us", "UTC")
        ),
        "channel": [one.channel for one, _ in pairs],
        "campaign_id": pa.array([one.campaign for one, _ in pairs], pa.string()),
    }, "collect")  # fmt: skip
    visits_of_events(ws, AS_OF)
    put("deliveries", {
        "send_id": [f"d{one.number}" for one in sent], "campaign_id": [one.campaign for one in sent],
        "person_id": [f"p{one.person}" for one in sent], "channel": [one.channel for one in sent],
        "status": [one.kind for one in sent],
        "sent_at": pa.array([one.at for one in sent], pa.timestamp("us", "UTC")),
    }, "act")  # fmt: skip
    money = pa.decimal128(18, 2)
    put("orders", {
        "order_id": [str(one.number) for one in bought], "source": ["test"] * len(bought),
        "id_key": pa.array([key(one.person, one.number) for one in bought], pa.string()),
        "ordered_at": pa.array([one.at for one in bought], pa.timestamp("us", "UTC")),
        "status": [one.status for one in bought],
        "gross_amount": pa.array([one.net for one in bought], money),
        "net_amount": pa.array([one.net for one in bought], money),
        "margin_amount": pa.array([one.margin for one in bought], money),
    }, "collect")  # fmt: skip
    days = [AS_OF - dt.timedelta(days=back) for back in range(1, 40) for _ in PAID]
    placed = list(PAID.items()) * 39
    put("spend", {
        "spent_on": days, "source": [platform for _, platform in placed],
        "platform": [platform for _, platform in placed], "channel": ["search"] * len(days),
        "campaign_id": [number for number, _ in placed],
        "campaign": [f"name {number}" for number, _ in placed],
        "cost_amount": pa.array([Decimal("10.00")] * len(days), money),
        "platform_orders": [1.0] * len(days),
    }, "collect")  # fmt: skip
    known = [f"user:{person}-{side}" for person in range(10) for side in (0, 1)]
    put("identities", {
        "id_key": known, "kind": ["user"] * len(known),
        "person_id": [f"p{key.split(':')[1].split('-')[0]}" for key in known],
    }, "collect")  # fmt: skip


def expected_touches(contacts: list[Contact], minutes: int = 30) -> list[tuple[int, int, str, str | None]]:
    """Return (person, second, channel, campaign) of every contact, in order."""
    free = {"direct", "own", ""}
    rows = []
    for one in contacts:
        on = (one.at + dt.timedelta(hours=8)).date()
        if one.person is None or on >= AS_OF or one.kind in {"impression", "failed"}:
            continue
        if one.table == "visits" and not one.campaign and one.channel in free:
            continue
        channel = PAID.get(one.campaign or "", {"C1": "sms"}.get(one.campaign or "", one.channel))
        place = ("touches", "deliveries", "visits").index(one.table)
        rows.append((one.person, one.campaign or channel, one.second, place, channel, one.campaign))
    rows.sort(key=lambda row: (row[0], row[1], row[2], row[3], row[4]))
    found = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before and before[:2] == row[:2] and row[2] - before[2] <= minutes * 60:
            continue
        found.append((row[0], row[2], row[4], row[5]))
    return sorted(found, key=lambda row: (row[0], row[1], row[2]))
