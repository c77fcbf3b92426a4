"""What can be done with journeys."""

from __future__ import annotations

from quanyu.act.journey.course import JourneyCourse, Passage, Question, Shown, show_journey, trace_journey
from quanyu.act.journey.document import Plan
from quanyu.act.journey.enrol import ENROL
from quanyu.act.journey.journey import (
    Draft,
    Named,
    add_journey,
    check_journey,
    end_journey,
    launch_journey,
    pause_journey,
    resume_journey,
)
from quanyu.act.journey.rehearsal import REHEARSE
from quanyu.act.journey.template import TEMPLATES
from quanyu.ledger.journey import Journey
from quanyu.part.action import Action

ADD = Action(
    "add_journey", "Write a journey down; nobody enters it before it is launched.", Draft, Journey, add_journey,
    said="wrote a journey",
)  # fmt: skip
CHECK = Action(
    "check_journey", "Say whether a journey could be gone, and keep nothing.", Draft, Plan, check_journey,
    role="analyst", writes=False,
)  # fmt: skip
LAUNCH = Action(
    "launch_journey",
    "Let people enter a journey from now on.",
    Named,
    Journey,
    launch_journey,
    said="launched {journey}",
)
PAUSE = Action(
    "pause_journey",
    "Let nobody enter a journey or move on in it.",
    Named,
    Journey,
    pause_journey,
    said="paused {journey}",
)
RESUME = Action(
    "resume_journey", "Go on with a paused journey: nothing that was missed is made up for.", Named, Journey, resume_journey,
    said="resumed {journey}",
)  # fmt: skip
END = Action(
    "end_journey",
    "End a journey: everybody who is on their way leaves.",
    Named,
    Journey,
    end_journey,
    said="ended {journey}",
)
SHOW = Action(
    "show_journey", "Show a journey: who is where, who left how, and what became of its messages.",
    Shown, JourneyCourse, show_journey, role="analyst", writes=False,
)  # fmt: skip
TRACE = Action(
    "trace_journey", "Show the way of one person through a journey, and why they did not enter.",
    Question, list[Passage], trace_journey, role="analyst", writes=False,
)  # fmt: skip
ACTIONS = {
    one.name: one for one in (ADD, CHECK, LAUNCH, PAUSE, RESUME, END, SHOW, TRACE, ENROL, REHEARSE, TEMPLATES)
}
"""What can be done with journeys, by name."""
