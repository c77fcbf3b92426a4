"""Journeys as the report tells them: who entered and how they left, and what the journey brought against those held out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from quanyu.discovery import declared
from quanyu.ledger.journey import Journey, documents, road
from quanyu.plan.campaign import Brought, readings
from quanyu.text import Language, Text, translate
from quanyu.workspace import Workspace

STATES: Mapping[str, Text] = {
    "done": "Came to the end", "active": "On their way", "exited": "Left early", "held_out": "Held out",
}  # fmt: skip
"""Where people of a journey stand; every entry stands in one of them."""


@dataclass(frozen=True)
class JourneyReview:
    """A journey with all its versions: entries by state and, of those that left early, by reason; what it brought."""

    name: str
    status: Text
    launched_on: dt.date
    states: Mapping[str, int]
    reasons: Mapping[str, int]
    brought: Brought | None

    @property
    def n_entries(self) -> int:
        """How often somebody entered, those held out among them."""
        return sum(self.states.values())

    @property
    def is_for_anybody(self) -> bool:
        """Say whether anybody entered."""
        return self.n_entries > 0


@cache
def left() -> Mapping[str, Text]:
    """Return why people leave a journey early, in words."""
    known: dict[str, Text] = {}
    for words in declared("LEFT", "act/journey/entry"):
        known |= words
    return known


def left_in(reason: str, language: Language) -> str:
    """Return a reason in words; one that an author has made up stands as it is."""
    said: Text = left().get(reason, reason)
    return translate(said, language)


def journeys(ws: Workspace, truths: Mapping[str, float]) -> tuple[JourneyReview, ...]:
    """Return every journey that was launched, by name, with effects as of the last turn."""
    brought = readings(ws, truths)
    newest: dict[str, Journey] = {}
    for one in documents.versions(ws.ledger):
        if one.status != "draft":
            newest.setdefault(one.journey_id, one)
    return tuple(_journey(ws, one, brought.get(name)) for name, one in newest.items())


def _journey(ws: Workspace, journey: Journey, brought: Brought | None) -> JourneyReview:
    states, reasons = Counter[str](), Counter[str]()
    for _, _, _, state, _, reason, n in road.counts(ws.ledger, journey.journey_id):
        states[state] += n
        reasons[reason] += n if state == "exited" else 0
    since = journey.live_since or journey.made_at
    return JourneyReview(
        name=journey.journey_id,
        status=journey.status,
        launched_on=since.astimezone(ws.settings.zone).date(),
        states={state: states[state] for state in STATES},
        reasons=dict((+reasons).most_common()),
        brought=brought,
    )
