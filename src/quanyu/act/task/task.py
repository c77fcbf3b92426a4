"""What staff have to do for people: listed, those due first, and closed by whoever did it, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quanyu.errors import TaskError
from quanyu.ledger.task import Task, close_task, find_task, list_tasks
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace

MOST = 1000


@dataclass(frozen=True)
class Wanted:
    """Which tasks are wanted: those in a state (all: every one), for somebody of the staff, about a person."""

    status: Literal["open", "done", "cancelled", "all"] = "open"
    who: str = ""
    person_id: str = ""


@dataclass(frozen=True)
class Closed:
    """The task that was done, or `cancelled` because it need not be, and what whoever closes it notes."""

    task_id: int
    note: str = ""
    status: Literal["done", "cancelled"] = "done"


def listed(ws: Workspace, given: Wanted, _: Caller) -> list[Task]:
    """Return tasks, those due first; at most a thousand."""
    states = () if given.status == "all" else (given.status,)
    return list_tasks(ws.ledger, status=states, who=given.who, person_id=given.person_id, limit=MOST)


def close(ws: Workspace, given: Closed, caller: Caller) -> Task:
    """Close a task. Raises `TaskError` where there is none, or where somebody closed it before."""
    is_closed = close_task(
        ws.ledger, given.task_id, given.status, by=caller.who, reason=given.note.strip(), at=ws.now()
    )
    task = find_task(ws.ledger, given.task_id)
    if task is None:
        raise TaskError(
            "There is no task {task}.", "All of them: quanyu do list_staff_tasks", task=given.task_id
        )
    if not is_closed:
        raise TaskError(
            "The task {task} is {status} already, by {who}.",
            "Nothing is left to do for it.",
            task=given.task_id, status=task.status, who=task.changed_by or task.journey_id,
        )  # fmt: skip
    return task


LIST = Action(
    "list_staff_tasks", "List what staff have to do for people, those due first.", Wanted, list[Task], listed,
    role="agent", writes=False,
)  # fmt: skip
CLOSE = Action(
    "close_staff_task", "Note that a task was done, or need not be.", Closed, Task, close, role="agent",
    said="closed task {task_id}: {status}",
)  # fmt: skip
ACTIONS = {one.name: one for one in (LIST, CLOSE)}
"""What can be done with tasks, by name."""
