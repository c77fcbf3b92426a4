"""The loop step `segments`: whom every segment holds, who came and who went."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu import ledger
from quanyu.ledger import Segment, Worked, to_json
from quanyu.method.scratch import Keep, Scratch
from quanyu.part.step import Step
from quanyu.rule import ASKED, Asking
from quanyu.text import Sentence
from quanyu.understand.segment.answered import answered
from quanyu.workspace import Workspace

EARLIER = ("deliveries", "responses")
"""What earlier turns sent, and what came of it."""
MOST_MERGES = 3
"""How often somebody may have been merged between two turns for their memberships to go along."""
OWN = ("segment_members", "segment_changes", "segment_sizes")


@dataclass(frozen=True)
class Work:
    """One turn's work on segments: those that can be worked out, as of which day, and where results are kept meanwhile."""

    ws: Workspace
    as_of: dt.date
    asking: Asking
    keep: Keep
    good: tuple[Segment, ...]

    @property
    def names(self) -> list[str]:
        """The segments that can be worked out."""
        return [segment.segment_id for segment in self.good]


def segments(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the members of all segments, entries and exits, and sizes: the loop step.

    A segment that cannot be worked out, and those that name it, keep the members they had and say why; the others go on.
    """
    listed = ledger.list_segments(ws.ledger)
    if not listed and not any(ws.warehouse.count(name) for name in OWN):
        return {}
    with Scratch(ws) as scratch:
        asking = replace(Asking.of(ws, as_of), keep=scratch.keep)
        faults, answers = answered(listed, asking)
        good = tuple(segment for segment in listed if segment.segment_id not in faults)
        work = Work(ws, as_of, asking, scratch.keep, good)
        counts = _written(work, scratch.keep(_members(work, answers, [*faults])))
    done = [Worked(one.segment_id, one.version, counts.get(one.segment_id, 0)) for one in good]
    failed = [Worked(name, 0, fault=str(fault)) for name, fault in faults.items()]
    version = ws.warehouse.version("identities")
    ledger.mark_segments(ws.ledger, [*done, *failed], as_of=as_of, identity_version=version, at=ws.now())
    told = "The segment {name} failed: {error}"
    return {"notes": [Sentence(told, name=name, error=fault) for name, fault in faults.items()]}


def _members(work: Work, answers: ir.Table | None, failed: list[str]) -> ir.Table:
    """Return segment_id and person_id of all members: those worked out, and those that failed segments had."""
    before = work.ws.warehouse.table("segment_members")
    kept = before.filter(before.segment_id.isin(failed)).select("segment_id", "person_id")
    if answers is None:
        return kept
    found = [
        answers.filter(answers[name]).select(segment_id=ibis.literal(name), person_id=answers.person_id)
        for name in work.names
    ]
    return ibis.union(kept, *found)


def _written(work: Work, now: ir.Table) -> Mapping[str, int]:
    """Write members, changes and sizes; return how many each segment holds."""
    warehouse, same = work.ws.warehouse, ["segment_id", "person_id"]
    before = warehouse.table("segment_members")
    gone = work.keep(before.select(*same, "entered_at", "as_of").anti_join(now, same))
    come = work.keep(_with_past(work, now.anti_join(before, same), gone))
    # Who was in a segment that was dropped, or was merged into somebody else, has not left by the rule.
    left = gone.filter(gone.segment_id.isin(work.names)).semi_join(warehouse.table("people"), "person_id")
    entered = come.mutate(
        entered_at=come.entered_at.coalesce(ibis.literal(work.asking.at)),
        as_of=come.as_of.coalesce(ibis.literal(work.as_of)),
    )
    new = come.filter(come.entered_at.isnull())
    changes = ibis.union(
        new.select(*same, change=ibis.literal("entered")), left.select(*same, change=ibis.literal("left"))
    )
    changes = changes.mutate(changed_at=ibis.literal(work.ws.now()), as_of=ibis.literal(work.as_of))
    _write_members(work, entered, gone)
    warehouse.append("segment_changes", changes, by="understand")
    sizes = work.keep(_sizes(work, now))
    warehouse.merge("segment_sizes", sizes, by="understand")
    return {row["segment_id"]: row["n_people"] for row in warehouse.read(sizes).to_pylist()}


def _with_past(work: Work, come: ir.Table, gone: ir.Table) -> ir.Table:
    """Add `entered_at` and `as_of` of who was merged into somebody who comes: a membership moves with its person, it is not new."""
    warehouse = work.ws.warehouse
    moved = work.keep(gone.anti_join(warehouse.table("people"), "person_id"))
    if not int(warehouse.read(moved.count()).column(0)[0].as_py()):
        schema = warehouse.table("segment_members").schema()
        return come.mutate(**{name: ibis.null(schema[name]) for name in ("entered_at", "as_of")})
    log = warehouse.table("identity_log")
    merges = log.filter(log.action == "merge").group_by("person_id")
    latest = work.keep(merges.agg(into=log.other_id.argmax(log.decided_at)))
    for _ in range(MOST_MERGES):  # whoever somebody was merged into may have been merged again
        on = moved.left_join(latest, "person_id")
        moved = work.keep(
            on.select("segment_id", "entered_at", "as_of", person_id=on["into"].coalesce(on.person_id))
        )
    first = moved.group_by("segment_id", "person_id").agg(
        entered_at=moved.entered_at.min(), as_of=moved.as_of.min()
    )
    both = come.left_join(first, ["segment_id", "person_id"])
    return both.select("segment_id", "person_id", "entered_at", "as_of")


def _write_members(work: Work, entered: ir.Table, gone: ir.Table) -> None:
    """Write who stays, with the day they entered on, and who came; nothing is written where nobody came or went."""
    warehouse = work.ws.warehouse
    n_come, n_gone = (int(warehouse.read(rows.count()).column(0)[0].as_py()) for rows in (entered, gone))
    if n_gone:
        before = warehouse.table("segment_members")
        stays = before.anti_join(gone, ["segment_id", "person_id"])
        rows = stays.union(entered.select(*stays.columns).cast(stays.schema()))
        warehouse.replace("segment_members", rows, by="understand")
    elif n_come:
        warehouse.append("segment_members", entered, by="understand")


def _sizes(work: Work, now: ir.Table) -> ir.Table:
    """Return how large each segment is, and how many came and went on the day."""
    changes = work.ws.warehouse.table("segment_changes")
    today = changes.filter(changes.as_of == work.as_of)
    is_entry = (today.change == "entered").cast("int64")
    somebody = work.ws.warehouse.table("people").limit(1)
    none = {"n_people": 0, "n_entered": 0, "n_left": 0}
    counted = [
        now.select("segment_id", **none | {"n_people": 1}),
        today.select("segment_id", **none | {"n_entered": is_entry, "n_left": 1 - is_entry}),
        *(somebody.select(segment_id=ibis.literal(name), **none) for name in work.names),
    ]
    rows = ibis.union(*(table.cast(dict.fromkeys(none, "int64")) for table in counted))
    rows = rows.filter(rows.segment_id.isin(work.names))
    summed = rows.group_by("segment_id").agg(**{name: rows[name].sum() for name in none})
    cases = [(summed.segment_id == one.segment_id, ibis.literal(one.version, "int64")) for one in work.good]
    version = ibis.cases(*cases) if cases else ibis.null("int64")
    return summed.mutate(as_of=ibis.literal(work.as_of), version=version)


def stamp(ws: Workspace) -> str:
    """Return a text that changes when a segment is defined, changed or dropped."""
    listed = [(one.segment_id, one.version, one.rule) for one in ledger.list_segments(ws.ledger)]
    return hashlib.sha256(to_json(listed).encode()).hexdigest()[:16]


STEP = Step(
    "segments",
    "Work out whom every segment holds",
    tuple(name for name in (*ASKED, "identity_log") if name not in (*EARLIER, *OWN)),
    OWN,
    segments,
    earlier=EARLIER,
    record=stamp,
)
