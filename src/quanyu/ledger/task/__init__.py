"""Tasks for staff: what is to be done for whom until when, and who did it."""

from quanyu.ledger.task.task import TASKS, Task, TaskStatus, close_task, find_task, list_tasks

__all__ = ["TASKS", "Task", "TaskStatus", "close_task", "find_task", "list_tasks"]
