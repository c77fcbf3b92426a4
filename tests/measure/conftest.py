"""A small shop as plain rows, written straight into the tables."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pytest

from quanyu.workspace import Workspace

CHANNELS = ("taobao", "jd", None)


@dataclass(frozen=True)
class Order:
    """An order in Shanghai time; `person` None is a buyer nobody knows."""

    number: int
    at: dt.datetime
    person: int | None
    status: str
    channel: str | None
    gross: Decimal
    paid: Decimal
    refund: Decimal

    @property
    def net(self) -> Decimal:
        if self.status == "returned":
            return -self.refund
        return self.paid - self.refund if self.status in {"paid", "completed"} else Decimal(0)


Write = Callable[[Workspace, Sequence[Order]], None]


def draw_orders(seed: int, n: int = 120) -> list[Order]:
    """Return orders over 70 days in which people come back, share days, return goods and stay unknown."""
    draw = random.Random(seed)
    start = dt.datetime(2026, 9, 11, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    made = []
    for number in range(n):
        status = draw.choice(
            ["paid", "completed", "completed", "completed", "closed", "placed", "returned", "adjusted"]
        )
        gross = Decimal(draw.choice([0, 1, 1, 1])) * Decimal(draw.randrange(1, 50_000)) / 100
        paid = Decimal(0) if status == "returned" else gross
        refund = paid if status == "closed" else draw.choice([Decimal(0), Decimal(0), paid / 4])
        refund = gross if status == "returned" else refund.quantize(Decimal("0.01"))
        person = draw.choice([None, *range(12)])
        at = start + dt.timedelta(minutes=draw.randrange(70 * 24 * 60))
        made.append(Order(number, at, person, status, draw.choice(CHANNELS), gross, paid, refund))
    return made


@pytest.fixture
def random_orders() -> Callable[..., list[Order]]:
    """Return a maker of random orders: `random_orders(seed, n)`."""
    return draw_orders


@pytest.fixture
def write_orders() -> Write:
    """Return a writer of orders and of the identities behind them: two identifiers per person."""

    def write(ws: Workspace, orders: Sequence[Order]) -> None:
        keys = [None if one.person is None else f"user:{one.person}-{one.number % 2}" for one in orders]
        rows = {
            "order_id": [str(one.number) for one in orders],
            "source": ["test"] * len(orders),
            "id_key": pa.array(keys, pa.string()),
            "ordered_at": pa.array([one.at for one in orders], pa.timestamp("us", "UTC")),
            "paid_at": pa.array(
                [None if one.status == "placed" else one.at for one in orders], pa.timestamp("us", "UTC")
            ),
            "status": [one.status for one in orders],
            "channel": pa.array([one.channel for one in orders], pa.string()),
            "gross_amount": pa.array([one.gross for one in orders], pa.decimal128(18, 2)),
            "paid_amount": pa.array([one.paid for one in orders], pa.decimal128(18, 2)),
            "refund_amount": pa.array([one.refund for one in orders], pa.decimal128(18, 2)),
            "net_amount": pa.array([one.net for one in orders], pa.decimal128(18, 2)),
            "n_items": [1] * len(orders),
            "region": ["上海"] * len(orders),
        }
        ws.warehouse.replace("orders", pa.table(rows), by="collect")
        known = sorted({key for key in keys if key})
        people = [f"p{key.split(':')[1].split('-')[0]}" for key in known]
        identities = {"id_key": known, "kind": ["user"] * len(known), "person_id": people}
        ws.warehouse.replace("identities", pa.table(identities), by="collect")

    return write
