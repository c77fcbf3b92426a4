"""Journeys: people enter by what they do, go step by step, leave when the goal is met; once, on record, against a control group."""

from quanyu.act.journey.action import ACTIONS
from quanyu.act.journey.course import WORDS, JourneyCourse, Passage, journeys
from quanyu.act.journey.tick import tick

__all__ = ["ACTIONS", "WORDS", "JourneyCourse", "Passage", "journeys", "tick"]
