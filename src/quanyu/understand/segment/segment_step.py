"""The loop step `segments`: whom every segment holds, who came and who went."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quanyu import ledger
from quanyu.ledger import Worked, to_json
from quanyu.method.change import Made
from quanyu.method.scratch import Scratch
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.rule import ASKED, Answers, Asking
from quanyu.text import Sentence
from quanyu.understand.segment.answered import answered
from quanyu.understand.segment.packed import Packed, packed
from quanyu.understand.segment.renewed import READS, Last, Renewed
from quanyu.understand.segment.written import Turn, stood
from quanyu.workspace import Workspace
from quanyu.workspace.kept import forget_others, keep_rows, kept_rows

EARLIER = ("deliveries", "responses")
"""What earlier turns sent, and what came of it."""
OWN = ("segment_members", "segment_changes", "segment_sizes")
HELD = "segment_members"


def segments(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the members of all segments, entries and exits, and sizes: the loop step.

    What comes out is what all rows at once would give; everybody's answers are kept with the members. A segment that
    cannot be worked out, and those that name it, keep the members they had and say why; the others go on.
    """
    listed = ledger.list_segments(ws.ledger)
    if not listed and not any(ws.warehouse.count(name) for name in OWN):
        return {}
    terms = _terms(ws)
    made_of = {
        **terms,
        "as_of": as_of.isoformat(),
        "versions": {name: ws.warehouse.version(name) for name in READS},
    }
    with Scratch(ws) as scratch:
        asking = replace(Asking.of(ws, as_of), keep=scratch.keep)
        was, last = _last(ws, terms)
        faults, answers = answered(listed, Renewed(ws, as_of, asking, last).answers)
        good = tuple(segment for segment in listed if segment.segment_id not in faults)
        is_dropped = bool({*was.names} - {segment.segment_id for segment in listed})
        now = _now(answers, was, [*faults])
        name, rows = keep_rows(ws, HELD, now.table)
        now = Packed(rows, now.names)
        made_of |= {"kept": name, "segments": now.names, "known": [one.segment_id for one in good]}
        turn = Turn(
            ws,
            as_of,
            at=asking.at,
            scratch=scratch,
            good=good,
            now=now,
            was=was.of(now.names),
            is_dropped=is_dropped,
        )
        counts = turn.write({"made_of": made_of})
        forget_others(ws, HELD, name)
    done = [Worked(one.segment_id, one.version, counts.get(one.segment_id, 0)) for one in good]
    failed = [Worked(name, 0, fault=str(fault)) for name, fault in faults.items()]
    version = ws.warehouse.version("identities")
    ledger.mark_segments(ws.ledger, [*done, *failed], as_of=as_of, identity_version=version, at=ws.now())
    told = "The segment {name} failed: {error}"
    return {"notes": [Sentence(told, name=name, error=fault) for name, fault in faults.items()]}


def _terms(ws: Workspace) -> Mapping[str, str]:
    return {
        "zone": ws.settings.timezone,
        "engine": ws.settings.engine,
        "program": program(__name__),
        "rules": stamp(ws),
    }


def _last(ws: Workspace, terms: Mapping[str, str]) -> tuple[Packed, Last | None]:
    """Return who was in which segment, and the answers that may stand, where they were kept on the same terms."""
    rows, made_of = kept_rows(ws, HELD), ws.warehouse.about(HELD).get("made_of") or {}
    if rows is None:
        members = ws.warehouse.table(HELD)
        names = ws.warehouse.read(members.select("segment_id").distinct())["segment_id"].to_pylist()
        return packed(stood(ws, names), sorted(names)), None
    was, made = Packed(rows, tuple(made_of["segments"])), Made.of(ws, HELD, terms)
    return was, Last(made, was.answers, frozenset(made_of["known"])) if made else None


def _now(answers: Answers | None, was: Packed, failed: list[str]) -> Packed:
    """Return everybody's answers, and of segments that failed the members they had."""
    still = tuple(name for name in failed if name in was.names)
    if answers is None:
        return was.of(still)
    if not still:
        return packed(answers, answers.cells)
    held = was.of(still).answers
    had = held.table.select(
        "person_id", **{f"had_{n}": held.table[cell] for n, cell in enumerate(held.cells.values())}
    )
    joined = answers.table.outer_join(had, "person_id")
    cells = {**answers.cells, **{name: f"had_{n}" for n, name in enumerate(still)}}
    told = {cell: joined[cell].fill_null(False) for cell in cells.values()}
    person = joined.person_id.coalesce(joined.person_id_right)
    return packed(Answers(joined.select(person_id=person, **told), cells), cells)


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
    kept="by_person",
    earlier=EARLIER,
    record=stamp,
)
