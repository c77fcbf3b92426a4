"""Tasks for staff, as journeys give them."""

from quanyu.act.task.task import ACTIONS

__all__ = ["ACTIONS"]
