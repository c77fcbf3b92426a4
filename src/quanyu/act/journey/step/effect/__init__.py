"""Steps that make something for whoever passes: a task, a request to a program, a trait, a coupon, points."""

from quanyu.act.journey.step.effect.effect import SHORT

__all__ = ["SHORT"]
