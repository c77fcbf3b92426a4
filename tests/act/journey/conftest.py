"""A shop whose clock a test turns, on both databases; what people do is put into tables as it would come."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest
from tests.act.campaign.conftest import Sink, sink  # noqa: F401
from tests.act.conftest import fill_shop, person
from tests.conftest import MakeWorkspace
from tests.ledger.conftest import postgres_url, url  # noqa: F401

from quanyu.act.campaign import send_due
from quanyu.act.journey import ACTIONS, JourneyCourse, Passage, tick
from quanyu.part.action import Caller, perform
from quanyu.tables import contract
from quanyu.workspace import Workspace

START = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
LI = Caller("li")
NUMBERS = itertools.count()


@dataclass
class Clock:
    at: dt.datetime = START

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, **time: float) -> None:
        self.at += dt.timedelta(**time)


@dataclass
class Shop:
    """A workspace, its clock, and what happens there."""

    ws: Workspace
    clock: Clock
    rows: list[dict[str, Any]] = field(default_factory=list)

    def event(self, number: int, name: str, at: dt.datetime | None = None, **properties: Any) -> None:
        row = {
            "event_id": f"e{next(NUMBERS)}", "source": "site", "id_key": f"member:{number}", "name": name,
            "occurred_at": at or self.clock.at, "properties": json.dumps(properties) if properties else None,
        }  # fmt: skip
        self.append("events", row)

    def order(self, number: int, at: dt.datetime | None = None) -> None:
        at = at or self.clock.at
        row = {
            "order_id": f"o{next(NUMBERS)}", "source": "site", "id_key": f"member:{number}", "ordered_at": at, "paid_at": at,
            "status": "paid", "gross_amount": 100, "paid_amount": 100, "net_amount": 100, "currency": "CNY",
        }  # fmt: skip
        self.append("orders", row)

    def append(self, name: str, row: dict[str, Any]) -> None:
        promise = contract(name)
        table = pa.Table.from_pylist([row], schema=pa.schema(promise.schema.to_pyarrow()))
        self.ws.warehouse.append(name, table, by=promise.owner)

    def do(self, action: str, **given: Any) -> Any:
        return perform(self.ws, ACTIONS[action], given, LI)

    def begin(self, **fields: Any) -> None:
        self.do("add_journey", fields=fields)
        self.do("launch_journey", journey=fields["name"])

    def go(self, **time: float) -> None:
        """Let time pass, the journeys tick, and what is due be sent."""
        self.clock.forward(**time)
        tick(self.ws)
        send_due(self.ws)

    def course(self, name: str) -> JourneyCourse:
        course: JourneyCourse = self.do("show_journey", journey=name)
        n = course.n_active + course.n_done + sum(course.exited.values()) + sum(course.held_out.values())
        assert n == course.n_enrolled
        return course

    def way(self, name: str, number: int) -> list[str]:
        lines: list[Passage] = self.do("trace_journey", journey=name, person_id=person(number))
        return [
            " ".join(
                filter(None, (line.node, line.outcome, line.detail if line.outcome == "not_entered" else ""))
            )
            for line in lines
        ]


@pytest.fixture
def shop(make_workspace: MakeWorkspace, url: str, sink: Sink) -> Iterator[Shop]:  # noqa: F811
    clock = Clock()
    made = make_workspace(ledger_url=url if url.startswith("postgresql") else "")
    ws = fill_shop(Workspace(made.root, made.settings, clock), 40)
    yield Shop(ws, clock)
    ws.close()


def sent(sink: Sink) -> list[str]:  # noqa: F811
    """The contacts that got something, in the order in which they did."""
    lines = sink.file.read_text("utf-8").splitlines() if sink.file.exists() else []
    return [line.split("\t")[1] for line in lines]
