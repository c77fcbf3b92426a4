"""Records of the loop's steps: what each read, made and said, so that one with nothing new can be skipped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Annotated, Literal

import sqlalchemy as sa

from quanyu.errors import WorkspaceError
from quanyu.ledger.document import Document
from quanyu.ledger.store import Scope, reading, schema, writing
from quanyu.text import Text

RUNS = sa.Table(
    "runs",
    schema.METADATA,
    schema.serial("run_id"),
    schema.text("turn"),
    schema.text("step"),
    schema.text("fingerprint"),
    schema.text("status"),
    schema.time("started_at"),
    schema.time("finished_at", is_required=False),
    schema.json("inputs"),
    schema.json("outputs"),
    schema.json("summary"),
    schema.text("error"),
    sa.CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),
    sa.Index(None, "step", "status"),
    sa.Index(None, "turn"),
)

Status = Annotated[Literal["running", "done", "failed"], Text]
INTERRUPTED = "interrupted: the process ended before the work did"


@dataclass(frozen=True)
class StepPlan:
    """What a step is about to do: `fingerprint` stands for input versions, settings, code and as-of day.

    `turn` groups the steps of one turn of the loop.

    >>> StepPlan("rfm", "9f2c", inputs={"orders": 4}).step
    'rfm'
    """

    step: str
    fingerprint: str
    inputs: Document = field(default_factory=dict)
    turn: str = ""


@dataclass(frozen=True)
class Run:
    """One running of one step."""

    run_id: int
    turn: str
    step: str
    fingerprint: str
    status: Status
    started_at: dt.datetime
    finished_at: dt.datetime | None
    inputs: Document
    outputs: Document
    summary: Document
    error: str


def begin_step(scope: Scope, plan: StepPlan, *, at: dt.datetime) -> Run:
    """Record that a step has begun; an earlier run of it that never ended is marked as failed."""
    with writing(scope) as connection:
        _fail_running(connection, RUNS.c.step == plan.step, at)
        empty = {"outputs": {}, "summary": {}, "error": "", "status": "running", "started_at": at}
        row = connection.execute(sa.insert(RUNS).values(vars(plan) | empty).returning(RUNS)).one()
        return Run(**row._mapping)


def finish_step(
    scope: Scope, run_id: int, outputs: Document, summary: Document | None = None, *, at: dt.datetime
) -> Run:
    """Record that a step ended well: the table versions it made and what it says of itself."""
    ended = {"status": "done", "finished_at": at, "outputs": outputs, "summary": summary or {}}
    return _end(scope, run_id, ended)


def fail_step(scope: Scope, run_id: int, error: str, *, at: dt.datetime) -> Run:
    """Record that a step ended badly, and why."""
    return _end(scope, run_id, {"status": "failed", "finished_at": at, "error": error})


def last_good(scope: Scope, step: str) -> Run | None:
    """Return the newest run of a step that ended well."""
    good = sa.select(RUNS).where(RUNS.c.step == step, RUNS.c.status == "done")
    with reading(scope) as connection:
        row = connection.execute(good.order_by(RUNS.c.run_id.desc()).limit(1)).one_or_none()
    return None if row is None else Run(**row._mapping)


def last_day(scope: Scope) -> dt.date | None:
    """Return the day that the newest step spoke of that ended well, None before the first."""
    good = sa.select(RUNS.c.summary).where(RUNS.c.status == "done").order_by(RUNS.c.run_id.desc()).limit(1)
    with reading(scope) as connection:
        summary = connection.execute(good).scalar_one_or_none() or {}
    return dt.date.fromisoformat(summary["as_of"]) if "as_of" in summary else None


def list_runs(scope: Scope, *, step: str = "", turn: str = "", limit: int = 100) -> list[Run]:
    """Return the newest runs, newest first; of one step or of one turn where named."""
    wanted = sa.select(RUNS).order_by(RUNS.c.run_id.desc()).limit(limit)
    wanted = wanted.where(RUNS.c.step == step) if step else wanted
    wanted = wanted.where(RUNS.c.turn == turn) if turn else wanted
    with reading(scope) as connection:
        return [Run(**row._mapping) for row in connection.execute(wanted)]


def fail_interrupted_steps(scope: Scope, *, at: dt.datetime) -> int:
    """Mark every run that never ended as failed, return how many; the caller holds the write lock."""
    with writing(scope) as connection:
        return _fail_running(connection, sa.true(), at)


def _fail_running(connection: sa.Connection, which: sa.ColumnElement[bool], at: dt.datetime) -> int:
    stale = sa.update(RUNS).where(which, RUNS.c.status == "running")
    return connection.execute(stale.values(status="failed", finished_at=at, error=INTERRUPTED)).rowcount


def _end(scope: Scope, run_id: int, values: dict[str, object]) -> Run:
    with writing(scope) as connection:
        running = sa.update(RUNS).where(RUNS.c.run_id == run_id, RUNS.c.status == "running")
        row = connection.execute(running.values(values).returning(RUNS)).one_or_none()
    if row is None:
        raise WorkspaceError(
            "Run {run_id} is not running, so it cannot end.",
            "Begin a step before ending it, and end it once.",
            run_id=run_id,
        )
    return Run(**row._mapping)
