"""Tasks for staff, after they were made: what became of each customer's message."""

from quanyu.act.channel.wecom.task.result import Result, task_results

__all__ = ["Result", "task_results"]
