"""One turn of the loop as data: steps with what they read and write. Explain it or run it; what is fresh is skipped."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Annotated, Literal

from quanyu import ledger
from quanyu.discovery import declared
from quanyu.errors import DecisionError, QuanyuError, WorkspaceBusyError, WorkspaceError
from quanyu.ledger import Decision, Verdict
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.part.day import as_of
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.tables import CONTRACTS
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace
from quanyu.workspace.sweep import sweep

STAGES = ("collect", "understand", "decide", "act", "measure", "plan")
"""Where steps are found."""
INPUTS = tuple(name for name, table in CONTRACTS.items() if table.is_input)
LIVE = ("events", "links", "members", "rejects")
"""Tables that the collector writes to while a turn runs: all steps of a turn read them as the first one found them."""
LOADED = (*INPUTS, "rejects", "continuations", "list_members")
FRESH = Sentence("nothing it reads has changed")
DERIVED = tuple(name for name, table in CONTRACTS.items() if name not in LOADED and not table.is_append_only)
SKEW = dt.timedelta(days=1)
"""How far the day may go back without a word: clocks that differ by hours disagree about it around midnight."""


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps so that each comes after all that write what it reads, those that may stop the turn first.

    Steps that do not depend on one another come by the names of their stages and their own. Raises `CycleError`
    where steps wait for each other.
    """
    by_name = {step.name: step for step in steps}
    writers = {
        name: {
            other.name
            for other in by_name.values()
            if other is not step and set(other.writes) & set(step.reads)
        }
        for name, step in by_name.items()
    }
    sorter, ordered = TopologicalSorter(writers), list[Step]()
    sorter.prepare()
    ready = set(sorter.get_ready())
    while ready:
        name = min(ready, key=lambda name: (not by_name[name].may_stop, _stage(by_name[name]), name))
        ordered.append(by_name[name])
        sorter.done(name)
        ready = ready - {name} | set(sorter.get_ready())
    return tuple(ordered)


def _stage(step: Step) -> int:
    return STAGES.index(step.do.__module__.split(".")[1])


STEPS = in_order(declared("STEP", *STAGES))
"""The steps of a turn, found in the stages; none comes before one that writes what it reads."""


@dataclass(frozen=True)
class Planned:
    """What a turn would do with one step, and why."""

    step: Step
    is_due: bool
    why: str


@dataclass(frozen=True)
class Ran:
    """What a turn did with one step; `notes` say what it had to leave out."""

    step: str
    status: Annotated[Literal["done", "fresh"], Text]
    why: str
    seconds: float = 0.0
    rows: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def explain(ws: Workspace, only: str | None = None) -> list[Planned]:
    """Return what a turn would do now, step by step, without doing it.

    A step is due if it reads what another due step writes, or if anything it read last time has changed.
    """
    day, planned, dirty = as_of(ws), [], set[str]()
    for step in chosen(only):
        upstream = [] if step.waiting else sorted(dirty & set(step.reads))
        why = _reason(ws, step, day)
        if upstream and not why:
            why = Sentence("reads {tables}, which will change", tables=", ".join(upstream))
        planned.append(Planned(step, bool(why), why or FRESH))
        dirty |= set(step.writes) if why else set()
    return planned


def run(
    ws: Workspace,
    only: str | None = None,
    progress: Callable[[Step, int, int], None] | None = None,
    *,
    again: str | None = None,
    earlier: bool = False,
) -> list[Ran]:
    """Do one turn: run what is due, skip what is fresh, resume after a kill. Holds the write lock.

    `progress` hears each step before it starts, with its position and the number of steps. A step's tables
    change in one commit each, so a turn that was killed is simply run again.

    `again` names a step, a table of one, or `all`: it is due however fresh it is, all of it is made anew, and a
    damaged table of it is replaced. Raises `WorkspaceError` where the day lies before that of the last turn, as
    after the clock was set back, unless `earlier` says that this is meant; `DamageError` where tables have lost rows.
    """
    forced = _named(again)
    with ws.writing(again=DERIVED if forced else ()):
        ledger.fail_interrupted_steps(ws.ledger, at=ws.now())
        sweep(ws)
        day, turn, ran = as_of(ws), uuid.uuid4().hex, []
        if not earlier:
            _refuse_earlier(ws, day)
        for table in (table for step in forced for table in step.writes if table in DERIVED):
            ws.warehouse.begin_again(table, ws.path("damaged"))
        steps = chosen(only)
        try:
            for position, step in enumerate(steps):
                ws.warehouse.pin(set(step.looks_at) & set(LIVE) - set(step.writes))
                why = Sentence("it was asked for") if step in forced else _reason(ws, step, day)
                if progress:
                    progress(step, position, len(steps))
                ran.append(_run(ws, step, day, turn, why) if why else Ran(step.name, "fresh", FRESH))
        finally:
            ws.warehouse.unpin()
            ws.warehouse.turn.end()
        return ran


def decide(ws: Workspace, decision_id: str, verdict: Verdict, *, who: str, note: str = "") -> Decision:
    """Approve or decline a proposal, and carry out what was approved; return the decision as it stands then.

    While a load or a turn is writing, an approved decision waits for the next turn. Who approved and was cut off may
    approve again, and it goes on from there. Raises `DecisionError` where there is no such proposal.
    """
    decision = ledger.find_decision(ws.ledger, decision_id)
    if decision.kind == "campaign" and verdict == "approved":
        raise DecisionError(
            "{decision} is a campaign: who approves it says how many people it reaches.",
            "quanyu campaign check {decision}, then quanyu campaign approve {decision} --people N",
            decision=decision_id,
        )
    is_repeated = (
        verdict == "approved" and decision.status in {"approved", "done"} and decision.decided_by == who
    )
    if not is_repeated:
        ledger.decide(ws.ledger, decision_id, verdict, who=who, at=ws.now(), note=note)
    if verdict == "approved":
        with suppress(WorkspaceBusyError):
            run(ws, only="act")
    return ledger.find_decision(ws.ledger, decision_id)


def _named(again: str | None) -> Sequence[Step]:
    """Return the steps to do again: all, the one named, or the one that writes the table named."""
    if again in (None, "all"):
        return STEPS if again else ()
    return [step for step in STEPS if again in step.writes] or chosen(again, also=("all", *DERIVED))


def _refuse_earlier(ws: Workspace, day: dt.date) -> None:
    last = ledger.last_day(ws.ledger)
    if last and day < last - SKEW:
        raise WorkspaceError(
            "This turn would speak of {day}, but the last one spoke of {last}: the clock was set back, or the newest rows "
            "are gone. Nothing was changed.",
            "Set the clock right (it says {now:%Y-%m-%d %H:%M} UTC); if {day} is meant: quanyu run --earlier",
            day=day,
            last=last,
            now=ws.now(),
        )


def chosen(only: str | None = None, also: Iterable[str] = ()) -> Sequence[Step]:
    """Return the steps of a turn in order, or the one named; raise `QuanyuError` if there is none.

    `also` are further words that could have been meant.
    """
    steps = [step for step in STEPS if only in (None, step.name)]
    if not steps:
        near = did_you_mean(only or "", (*(step.name for step in STEPS), *also))
        raise QuanyuError(
            "There is no step {step!r}.",
            "{near} Steps: {steps}." if near else "Steps: {steps}.",
            step=only,
            near=near,
            steps=", ".join(step.name for step in STEPS),
        )
    return steps


def lineage() -> dict[str, dict[str, list[str]]]:
    """Return for every table which steps write and read it: `{"orders": {"written_by": [...], "read_by": [...]}}`.

    >>> lineage()["rfm"]["written_by"]
    ['rfm']
    """
    return {
        name: {
            "written_by": ["load"]
            if name in LOADED
            else [step.name for step in STEPS if name in step.writes],
            "read_by": [step.name for step in STEPS if name in step.looks_at],
        }
        for name in CONTRACTS
    }


def _run(ws: Workspace, step: Step, day: dt.date, turn: str, why: str) -> Ran:
    inputs = _versions(ws, step.looks_at)
    plan = ledger.StepPlan(step.name, _fingerprint(ws, step, day), inputs=inputs, turn=turn)
    record = ledger.begin_step(ws.ledger, plan, at=ws.now())
    started = time.perf_counter()
    try:
        done = step.do(ws, day)
    except BaseException as error:
        ledger.fail_step(ws.ledger, record.run_id, f"{type(error).__name__}: {error}", at=ws.now())
        raise
    rows = {name: ws.warehouse.count(name) for name in step.writes}
    seconds = time.perf_counter() - started
    notes = tuple(done.get("notes", ())) if isinstance(done, Mapping) else ()
    summary = {"rows": rows, "seconds": round(seconds, 3), "as_of": day.isoformat(), "notes": list(notes)}
    ledger.finish_step(ws.ledger, record.run_id, _versions(ws, step.writes), summary, at=ws.now())
    return Ran(step.name, "done", why, seconds, rows, notes)


def _reason(ws: Workspace, step: Step, day: dt.date) -> str:
    """Say why a step is due, or nothing if it is fresh."""
    if step.waiting:
        return step.waiting(ws)
    last = ledger.last_good(ws.ledger, step.name)
    if last is None:
        return Sentence("it has never run")
    changed = [
        name for name, number in _versions(ws, step.looks_at).items() if last.inputs.get(name) != number
    ]
    if changed:
        return Sentence("{tables} changed", tables=", ".join(changed))
    if last.outputs != _versions(ws, step.writes):
        return Sentence("{tables} changed since it ran", tables=", ".join(step.writes))
    if last.fingerprint != _fingerprint(ws, step, day):
        return Sentence("the day, the settings, its files or the program changed")
    return ""


def _versions(ws: Workspace, tables: Sequence[str]) -> dict[str, int]:
    return {name: ws.warehouse.version(name) for name in tables}


def _fingerprint(ws: Workspace, step: Step, day: dt.date) -> str:
    depends = {
        "inputs": _versions(ws, step.looks_at),
        "settings": ws.settings.model_dump(mode="json", include={"timezone", "currency", *step.settings}),
        "as_of": day.isoformat(),
        "program": program(step.do.__module__),
        "files": {name: _content(ws.root / name) for name in step.files},
        **({"record": step.record(ws)} if step.record else {}),
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


@dataclass(frozen=True)
class Turn:
    """What a turn takes: a step to do alone, what to do again, and whether an earlier day is meant; `run` explains them."""

    only: str | None = None
    again: str | None = None
    earlier: bool = False


@dataclass(frozen=True)
class Judged:
    """A decision and why."""

    decision: str
    note: str = ""


def _turn(ws: Workspace, given: Turn, caller: Caller) -> list[Ran]:
    return run(ws, given.only, caller.tell, again=given.again, earlier=given.earlier)


def _approve(ws: Workspace, given: Judged, caller: Caller) -> Decision:
    return decide(ws, given.decision, "approved", who=caller.who, note=given.note)


def _decline(ws: Workspace, given: Judged, caller: Caller) -> Decision:
    return decide(ws, given.decision, "declined", who=caller.who, note=given.note)


@dataclass(frozen=True)
class Due:
    """What a turn would do with one step, and why."""

    step: str
    is_due: bool
    why: str


@dataclass(frozen=True)
class Only:
    """The step that is asked about; nothing: all."""

    step: str | None = None


def _explain(ws: Workspace, given: Only, _: Caller) -> list[Due]:
    return [Due(one.step.name, one.is_due, str(one.why)) for one in explain(ws, given.step)]


EXPLAIN = Action(
    "explain_turn",
    "Say what a turn would do now, and why.",
    Only,
    list[Due],
    _explain,
    role="viewer",
    writes=False,
)
RUN = Action(
    "run_turn",
    "Do one turn of the loop: what is up to date is skipped, a killed turn is resumed.",
    Turn,
    list[Ran],
    _turn,
    role="owner",
    said="did a turn",
)
APPROVE = Action(
    "approve", "Approve a proposal and carry it out.", Judged, Decision, _approve, said="approved {decision}"
)
DECLINE = Action(
    "decline",
    "Decline a proposal, or take back an approval that was not carried out yet.",
    Judged,
    Decision,
    _decline,
    said="declined {decision}",
)
