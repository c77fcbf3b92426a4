"""Rehearsals: the same engine on real history with a simulated clock, before anybody is written to."""

from quanyu.act.journey.rehearsal.action import REHEARSE
from quanyu.act.journey.rehearsal.rehearsal import Question, Rehearsal, rehearse

__all__ = ["REHEARSE", "Question", "Rehearsal", "rehearse"]
