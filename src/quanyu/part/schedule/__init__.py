"""The schedule: actions that are done by the clock, such as a turn every night."""

from quanyu.part.schedule.schedule import run_due

__all__ = ["run_due"]
