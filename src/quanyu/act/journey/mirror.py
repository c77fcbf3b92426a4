"""The tables of journeys: what the ledger records of them, for analyses and rules to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from quanyu.ledger import given_trait
from quanyu.ledger.journey import made, road
from quanyu.part.step import Step
from quanyu.tables import contract
from quanyu.text import Sentence
from quanyu.workspace import Workspace


def enrolments(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write who entered which journey, how far they are, and what its steps made for them: the loop step."""
    n = _written(ws, "enrolments", road.stream(ws.ledger))
    for table in made.RECORDS:
        _written(ws, table.name, made.stream(ws.ledger, table, contract(table.name).schema.names))
    _written(ws, "given_traits", given_trait.stream(ws.ledger))
    return {"n_enrolments": n}


def _written(ws: Workspace, name: str, rows: Iterable[list[dict[str, Any]]]) -> int:
    schema = contract(name).schema.to_pyarrow()
    batches = (pa.RecordBatch.from_pylist(part, schema) for part in rows)
    change = ws.warehouse.replace(name, pa.RecordBatchReader.from_batches(schema, batches), by="act")
    return change.added + change.changed + change.same


def waiting(ws: Workspace) -> str:
    """Say how many people have entered or moved on since the last turn, or how much of what steps made has changed, or nothing."""
    n = road.changed_since(ws.ledger, "enrolments")
    if n:
        return Sentence("{n} people have entered journeys or moved on in them", n=n)
    n = made.changed_since(ws.ledger, "enrolments") + given_trait.changed_since(ws.ledger, "enrolments")
    return Sentence("{n} tasks, coupons, points or traits of journeys have changed", n=n) if n else ""


STEP = Step(
    "enrolments",
    "Bring in how far people are in journeys",
    (),
    ("enrolments", "tasks", "grants", "given_traits"),
    enrolments,
    waiting=waiting,
)
