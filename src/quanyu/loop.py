"""One turn of the loop as data: steps with what they read and write. Explain it or run it; what is fresh is skipped."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from quanyu import ledger
from quanyu.act.carry import READ as ACT_READS
from quanyu.act.carry import carry_out, waiting
from quanyu.collect.currency import COUNTED, convert, unconverted
from quanyu.collect.identity import resolve
from quanyu.collect.margin import margins
from quanyu.collect.people import golden
from quanyu.collect.quality import check
from quanyu.decide.audience import propose_audience
from quanyu.decide.budget import budget
from quanyu.decide.learn import learn
from quanyu.decide.proposal import propose_budget
from quanyu.decide.spend_test import propose_spend_test, spend_tests
from quanyu.errors import QuanyuError, WorkspaceBusyError, WorkspaceError
from quanyu.ledger import Decision, Verdict
from quanyu.measure.attribution import READ as ATTRIBUTION_READS
from quanyu.measure.attribution import attribution
from quanyu.measure.compute import metrics
from quanyu.measure.curve.step import READS as CURVE_READS
from quanyu.measure.curve.step import curves
from quanyu.measure.experiment import lifts
from quanyu.measure.spend_test import spend_test_results
from quanyu.method.program import program
from quanyu.tables import CONTRACTS
from quanyu.text import Sentence
from quanyu.understand.custom import FILE as TRAITS
from quanyu.understand.customer_value import lifetimes
from quanyu.understand.fact_step import facts
from quanyu.understand.portrait import portraits
from quanyu.understand.rfm import rfm
from quanyu.understand.visit_step import visits
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

INPUTS = tuple(name for name, table in CONTRACTS.items() if table.is_input)
LOADED = (*INPUTS, "rejects")
FRESH = Sentence("nothing it reads has changed")
DERIVED = tuple(name for name, table in CONTRACTS.items() if name not in LOADED and not table.is_append_only)
SKEW = dt.timedelta(days=1)
"""How far the day may go back without a word: clocks that differ by hours disagree about it around midnight."""
FACTS = ("orders", "margins", "order_lines", "items", "visits", "feedback", "touches")


@dataclass(frozen=True)
class Step:
    """One step: the tables it reads and writes, the settings and files of the workspace it depends on, what it does.

    Steps meet only in tables, so the order of the turn follows from `reads` and `writes`. A step with `waiting`
    works off what the ledger holds: it is due when that says what waits, and never otherwise.
    """

    name: str
    label: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    do: Callable[[Workspace, dt.date], Any]
    settings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    waiting: Callable[[Workspace], str] | None = None


STEPS = (
    Step(
        "currency", "Convert what waited for a rate", ("fx_rates", *COUNTED), COUNTED,
        lambda ws, _: convert(ws), waiting=unconverted,
    ),
    Step("quality", "Check the quality of what was loaded", (*INPUTS, "rejects"), ("findings",), check, ("quality",)),
    Step("visits", "Join events to visits", ("events",), ("visits", "visit_days"), visits),
    Step(
        "identity", "Find the people behind the identifiers",
        ("links", "members", "orders", "events", "visits", "touches", "feedback", "consents", "leads"),
        ("identities", "identity_log"), resolve,
    ),
    Step("people", "Write one golden record per person", ("identities", "members"), ("people",), golden),
    Step("margins", "Work out the margin of orders", ("orders", "order_lines", "items"), ("margins",), margins),
    Step("facts", "Add up what every person did", ("identities", "people", *FACTS), ("facts",), facts),
    Step("portraits", "Describe every person by traits", ("people", "facts"), ("portraits",), portraits,
        files=(TRAITS,)),
    Step("rfm", "Group buyers by recency, frequency and money", ("identities", "orders"), ("rfm",), rfm, ("rfm", "seed")),
    Step(
        "lifetimes", "Forecast what every customer will be worth",
        ("identities", "orders", "margins", "order_lines", "items"),
        ("lifetimes",), lifetimes, ("lifetime", "seed"),
    ),
    Step("metrics", "Add up the metrics", ("identities", *FACTS, "visit_days", "spend"), ("metrics",), metrics),
    Step(
        "act", "Carry out what was approved", ACT_READS, ("deliveries", "spend_test_days"), carry_out, ("experiment",),
        waiting=waiting,
    ),
    Step(
        "attribution", "Credit channels with the orders that followed their touches", ATTRIBUTION_READS, ("paths", "credits"),
        attribution, ("attribution", "seed"),
    ),
    Step(
        "tests", "Read what tests of spend have shown", ("spend_test_days", "orders", "spend"), ("spend_test_results",),
        spend_test_results, ("seed",),
    ),
    Step("curves", "Find what spend on every ad channel brings", CURVE_READS, ("curves",), curves,
        ("curve", "attribution", "seed")),
    Step(
        "budget", "Divide the money for ads", ("curves", "spend", "spend_test_results"),
        ("budgets", "budget_lines", "paces"), budget, ("budget", "curve", "seed"),
    ),
    Step(
        "spend_tests", "Find the test of spend that would tell most",
        ("curves", "orders", "budgets", "budget_lines", "spend_test_days", "spend_test_results"), ("spend_tests",),
        spend_tests, ("budget", "seed"),
    ),
    Step(
        "lifts", "Read what every campaign brought against its control group", ("deliveries", "orders", "margins", "identities"),
        ("lifts",), lifts, ("experiment", "seed"),
    ),
    Step("learn", "Set what was measured beside what was expected", ("lifts", "curves", "spend_test_results"), (), learn),
    Step("proposal", "Propose the budget", ("budgets", "budget_lines"), (), propose_budget),
    Step("spend_test", "Propose a test of spend", ("spend_tests",), (), propose_spend_test),
    Step(
        "audience", "Propose whom to reach next", ("rfm", "lifetimes", "portraits", "lifts", "deliveries"), (),
        propose_audience, ("audience",),
    ),
)  # fmt: skip


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
    status: Literal["done", "fresh"]
    why: str
    seconds: float = 0.0
    rows: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def as_of(ws: Workspace) -> dt.date:
    """Return the day all derived tables speak of: the day after the newest order or event, at most today."""
    newest = [
        _newest_day(ws, name, column)
        for name, column in (("orders", "ordered_at"), ("events", "occurred_at"))
    ]
    known = [day for day in newest if day is not None]
    return min(ws.today(), max(known) + dt.timedelta(days=1)) if known else ws.today()


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
        day, turn, ran = as_of(ws), uuid.uuid4().hex, []
        if not earlier:
            _refuse_earlier(ws, day)
        for table in (table for step in forced for table in step.writes if table in DERIVED):
            ws.warehouse.begin_again(table, ws.path("damaged"))
        steps = chosen(only)
        try:
            for position, step in enumerate(steps):
                why = Sentence("it was asked for") if step in forced else _reason(ws, step, day)
                if progress:
                    progress(step, position, len(steps))
                ran.append(_run(ws, step, day, turn, why) if why else Ran(step.name, "fresh", FRESH))
        finally:
            ws.warehouse.turn.end()
        return ran


def decide(ws: Workspace, decision_id: str, verdict: Verdict, *, who: str, note: str = "") -> Decision:
    """Approve or decline a proposal, and carry out what was approved; return the decision as it stands then.

    While a load or a turn is writing, an approved decision waits for the next turn. Who approved and was cut off may
    approve again, and it goes on from there. Raises `DecisionError` where there is no such proposal.
    """
    found = ledger.find_decision(ws.ledger, decision_id)
    is_repeated = verdict == "approved" and found.status in {"approved", "done"} and found.decided_by == who
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
    return [step for step in STEPS if again in step.writes] or chosen(again)


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


def chosen(only: str | None = None) -> Sequence[Step]:
    """Return the steps of a turn in order, or the one named; raise `QuanyuError` if there is none."""
    steps = [step for step in STEPS if only in (None, step.name)]
    if not steps:
        raise QuanyuError(
            "There is no step {step!r}.",
            "Steps: {steps}.",
            step=only,
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
            "read_by": [step.name for step in STEPS if name in step.reads],
        }
        for name in CONTRACTS
    }


def _run(ws: Workspace, step: Step, day: dt.date, turn: str, why: str) -> Ran:
    inputs = _versions(ws, step.reads)
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
    changed = [name for name, number in _versions(ws, step.reads).items() if last.inputs.get(name) != number]
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
        "inputs": _versions(ws, step.reads),
        "settings": ws.settings.model_dump(mode="json", include={"timezone", "currency", *step.settings}),
        "as_of": day.isoformat(),
        "program": program(step.do.__module__),
        "files": {name: _content(ws.root / name) for name in step.files},
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _newest_day(ws: Workspace, name: str, column: str) -> dt.date | None:
    if not ws.warehouse.exists(name):
        return None
    rows = ws.warehouse.table(name)
    day: dt.date | None = (
        ws.warehouse.read(local_day(rows[column].max(), ws.settings.timezone)).column(0)[0].as_py()
    )
    return day
