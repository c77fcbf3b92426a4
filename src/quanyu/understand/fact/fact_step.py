"""The loop step `facts`: only people whom something has affected are added up again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.method.change import Made, touched
from quanyu.method.scratch import Scratch
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.understand.fact.fact import Facts
from quanyu.understand.fact.visit_step import are_current
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

READS = (
    "orders", "visits", "touches", "feedback", "margins", "order_lines", "items", "identities", "people",
)  # fmt: skip
EDGES = {"orders": (0, 90, 365), "visits": (0, 30), "touches": (0, 30), "feedback": (0,)}


def facts(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the table `facts`: the loop step.

    What comes out is what all rows at once would give. What was read is kept with the table; where visits do not
    say all that the events do, everybody is added up, now and the next time.
    """
    versions = {name: ws.warehouse.version(name) for name in READS}
    made_of = {
        **_terms(ws),
        "as_of": as_of.isoformat(),
        "versions": versions if are_current(ws, as_of) else {},
    }
    with Scratch(ws) as scratch:
        who = _touched(ws, as_of) if made_of["versions"] else None
        rows = Facts(ws, as_of, scratch.keep, who).table()
        if who is not None:
            rows = _others(ws, who, rows).union(rows)
        rows = rows.mutate(as_of=ibis.literal(as_of))
        change = ws.warehouse.replace("facts", rows, by="understand", about={"made_of": made_of})
    return {"n_people": change.added}


def _terms(ws: Workspace) -> Mapping[str, str]:
    return {"zone": ws.settings.timezone, "engine": ws.settings.engine, "program": program(__name__)}


def _touched(ws: Workspace, as_of: dt.date) -> ir.Table | None:
    """Return the people whose facts may differ from those kept, None if nothing is kept that could be compared."""
    before = Made.of(ws, "facts", _terms(ws))
    who = touched(ws, before, as_of, EDGES) if before else None
    return who.people if who else None


def _others(ws: Workspace, who: ir.Table, like: ir.Table) -> ir.Table:
    """Return the facts kept of everybody else."""
    kept = ws.warehouse.table("facts")
    rest = kept.mutate(person=group_key(kept.person_id)).anti_join(who, "person")
    return rest.select(like.columns).cast(like.schema())


STEP = Step(
    "facts",
    "Add up what every person did",
    (*READS, "events", "visit_days"),
    ("facts",),
    facts,
    kept="by_person",
)
