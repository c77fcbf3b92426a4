"""The table `enrolments`: what the ledger records of journeys, for analyses to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from quanyu.ledger.journey import road
from quanyu.part.step import Step
from quanyu.tables import contract
from quanyu.text import Sentence
from quanyu.workspace import Workspace


def enrolments(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write who entered which journey and how far they are: the loop step."""
    schema = contract("enrolments").schema.to_pyarrow()
    batches = (pa.RecordBatch.from_pylist(rows, schema) for rows in road.stream(ws.ledger))
    change = ws.warehouse.replace("enrolments", pa.RecordBatchReader.from_batches(schema, batches), by="act")
    return {"n_enrolments": change.added + change.changed + change.same}


def waiting(ws: Workspace) -> str:
    """Say how many people have entered or moved on since the last turn, or nothing."""
    n = road.changed_since(ws.ledger, "enrolments")
    return Sentence("{n} people have entered journeys or moved on in them", n=n) if n else ""


STEP = Step(
    "enrolments", "Bring in how far people are in journeys", (), ("enrolments",), enrolments, waiting=waiting
)
