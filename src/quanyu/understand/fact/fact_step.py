"""The loop step `facts`: only people whom something has affected are added up again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.method.change import Made, touched
from quanyu.method.scratch import Keep, Scratch
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.understand.fact.fact import PARTS, Facts
from quanyu.understand.fact.mode import attach
from quanyu.understand.fact.visit_step import are_current
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

WHO = ("identities", "people")
"""Tables that say whose all facts are."""
READS = (*sorted({name for part in PARTS.values() for name in part.reads}), *WHO)


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
        before = Made.of(ws, "facts", _terms(ws)) if made_of["versions"] else None
        who = touched_people(ws, before, as_of) if before else None
        rows = _renewed(ws, as_of, scratch.keep, who) if who else Facts(ws, as_of, scratch.keep).table()
        rows = rows.mutate(as_of=ibis.literal(as_of))
        change = ws.warehouse.replace("facts", rows, by="understand", about={"made_of": made_of})
    return {"n_people": change.added}


def _terms(ws: Workspace) -> Mapping[str, str]:
    return {"zone": ws.settings.timezone, "engine": ws.settings.engine, "program": program(__name__)}


def touched_people(ws: Workspace, before: Made, as_of: dt.date) -> Mapping[str, ir.Table] | None:
    """Return the people of whom the facts of each part may differ since, and as `who` those who came or went.

    None if it cannot be told.
    """
    people: dict[str, ir.Table] = {}
    for name in (*PARTS, "who"):
        reads, edges = (PARTS[name].reads, PARTS[name].edges) if name in PARTS else ((), {})
        who = touched(ws, before.of_tables(*reads, *WHO), as_of, edges)
        if who is None:
            return None
        people[name] = who.people
    return people


def _renewed(ws: Workspace, as_of: dt.date, keep: Keep, who: Mapping[str, ir.Table]) -> ir.Table:
    """Return the facts kept of everybody, with those of a part anew for whom it may differ."""
    kept, people = ws.warehouse.table("facts").drop("as_of"), ws.warehouse.table("people")
    kept = kept.mutate(person=group_key(kept.person_id))
    some = keep(ibis.union(*who.values(), distinct=True))
    rows = kept.semi_join(some, "person").anti_join(who["who"], "person")
    come = people.select("person_id", person=group_key(people.person_id)).semi_join(who["who"], "person")
    known = {"person_id", "person"}
    unknown = {name: ibis.null(kind) for name, kind in kept.schema().items() if name not in known}
    rows = rows.union(come.mutate(**unknown).select(rows.columns))
    for name, part in PARTS.items():
        anew = keep(attach(who[name], part.of(Facts(ws, as_of, keep, who[name]))))
        rows = _instead(rows, anew)
    return kept.anti_join(some, "person").union(rows).drop("person")


def _instead(rows: ir.Table, anew: ir.Table) -> ir.Table:
    """Return rows with what is anew of some people in place of what they say."""
    joined = rows.left_join(anew.mutate(is_anew=True), "person")
    told = {
        name: ibis.ifelse(joined.is_anew, joined[f"{name}_right"].cast(rows[name].type()), joined[name])
        for name in anew.columns
        if name != "person"
    }
    return joined.select(*(told.get(name, joined[name]).name(name) for name in rows.columns))


STEP = Step(
    "facts",
    "Add up what every person did",
    (*READS, "events", "visit_days"),
    ("facts",),
    facts,
    kept="by_person",
)
