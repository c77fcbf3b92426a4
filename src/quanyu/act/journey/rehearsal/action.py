"""What can be asked of a rehearsal."""

from __future__ import annotations

from quanyu.act.journey.rehearsal.rehearsal import Question, Rehearsal, rehearse
from quanyu.part.action import Action

REHEARSE = Action(
    "rehearse_journey", "Say who would have got what when on days of the past; nothing is sent or changed.",
    Question, Rehearsal, rehearse, role="analyst", writes=False,
)  # fmt: skip
