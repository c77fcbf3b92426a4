"""What staff have to do for somebody: written by the step of a journey, once per entry; closed by whoever did it, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal

import sqlalchemy as sa

from quanyu.ledger.store import Scope, reading, schema, writing
from quanyu.text import Text

TASKS = sa.Table(
    "tasks",
    schema.METADATA,
    schema.serial("task_id"),
    schema.whole("enrolment_id"),
    schema.text("node"),
    schema.text("journey_id"),
    schema.whole("version"),
    schema.text("person_id"),
    schema.text("entity"),
    schema.text("who"),
    schema.text("what"),
    schema.text("on_exit"),
    schema.text("status"),
    schema.text("reason"),
    schema.time("made_at"),
    schema.time("due_at", is_required=False),
    schema.time("changed_at"),
    schema.text("changed_by"),
    sa.CheckConstraint("status IN ('open', 'done', 'cancelled')", name="status"),
    sa.UniqueConstraint("enrolment_id", "node"),
    sa.Index(None, "status", "due_at"),
    sa.Index(None, "journey_id", "version", "node", "status"),
    sa.Index(None, "person_id"),
)
TaskStatus = Annotated[Literal["open", "done", "cancelled"], Text]


@dataclass(frozen=True)
class Task:
    """A task: `who` of the staff should do `what` for a person (about an order or a cart: `entity`) until when.

    `reason` is what whoever closed it noted, or why it was cancelled.
    """

    task_id: int
    enrolment_id: int
    node: str
    journey_id: str
    version: int
    person_id: str
    entity: str
    who: str
    what: str
    status: TaskStatus
    reason: str
    made_at: dt.datetime
    due_at: dt.datetime | None
    changed_at: dt.datetime
    changed_by: str


COLUMNS = [TASKS.c[name] for name in Task.__dataclass_fields__]


def list_tasks(
    scope: Scope,
    *,
    status: Collection[TaskStatus] = (),
    who: str = "",
    person_id: str = "",
    limit: int | None = None,
) -> list[Task]:
    """Return tasks, those due first; of some states, for somebody of the staff, about a person where named."""
    wanted = (
        sa.select(*COLUMNS).order_by(TASKS.c.due_at.is_(None), TASKS.c.due_at, TASKS.c.task_id).limit(limit)
    )
    wanted = wanted.where(TASKS.c.status.in_(status)) if status else wanted
    wanted = wanted.where(TASKS.c.who == who) if who else wanted
    wanted = wanted.where(TASKS.c.person_id == person_id) if person_id else wanted
    with reading(scope) as connection:
        return [Task(**row._mapping) for row in connection.execute(wanted)]


def find_task(scope: Scope, task_id: int) -> Task | None:
    """Return a task, None where there is none of that number."""
    with reading(scope) as connection:
        row = connection.execute(sa.select(*COLUMNS).where(TASKS.c.task_id == task_id)).one_or_none()
    return None if row is None else Task(**row._mapping)


def close_task(
    scope: Scope, task_id: int, status: TaskStatus, *, by: str, reason: str, at: dt.datetime
) -> bool:
    """Close a task that is open, and say whether it was: of two who close it, one does."""
    own = (TASKS.c.task_id == task_id) & (TASKS.c.status == "open")
    values = {"status": status, "reason": reason, "changed_by": by, "changed_at": at}
    with writing(scope) as connection:
        return connection.execute(sa.update(TASKS).where(own).values(values)).rowcount == 1
