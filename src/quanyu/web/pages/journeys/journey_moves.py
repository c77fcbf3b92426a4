"""What can be done with a journey as it stands: launched, paused, resumed, ended, written anew."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import ui

from quanyu.act.journey import ACTIONS
from quanyu.part.role import may
from quanyu.text import Text
from quanyu.web.parts.button import button
from quanyu.web.parts.decision import Question, ask
from quanyu.web.parts.markup import put, tag
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.ledger.journey import Journey

MOVES: Mapping[str, tuple[str, ...]] = {
    "draft": ("launch",), "live": ("pause", "end"), "paused": ("resume", "end"), "ending": ("end",),
}  # fmt: skip
"""What may be done with a journey in a state; nothing more with one that has ended but a new version."""
WORDS: Mapping[str, tuple[Text, Text]] = {
    "launch": (
        "Launch",
        "People enter from now on; what happened before lets nobody enter. Whoever is under way in an older version finishes that "
        "one.",
    ),
    "pause": ("Pause", "Nobody enters, moves on or is written to until it is resumed."),
    "resume": (
        "Resume",
        "Everybody waits as long as they had left, so nothing leaves in a burst; what happened meanwhile lets nobody enter.",
    ),
    "end": (
        "End it",
        "It ends for good: everybody who is under way leaves, and what waits to be sent is not sent.",
    ),
}
"""The word on the button, and what doing it means."""


def moves(view: View, journey: Journey) -> None:
    """Place the buttons of what the caller may do with a journey."""
    if not may(view.caller.role, ACTIONS["add_journey"].role):
        return
    with ui.element("div").classes("choices actions"):
        for name in MOVES.get(journey.status, ()):
            _button(view, journey, name)
        edit = view.link("/journeys/new", edit=journey.journey_id)
        words = view.say("Edit") if journey.status == "draft" else view.say("Write a new version")
        put(tag("a", words, href=edit, class_="plain", data_move="edit"))


def _button(view: View, journey: Journey, name: str) -> None:
    title, text = WORDS[name]

    def act(typed: dict[str, Any]) -> None:
        view.perform(ACTIONS[f"{name}_journey"], {"journey": journey.journey_id, **typed})

    question = Question(
        view.say("{what}: {name}?", what=view.say(title), name=journey.journey_id),
        view.say(text), view.say(title), {"note": view.say("Why, for the log")},
    )  # fmt: skip
    look = {"end": "plain danger", "pause": "plain"}.get(name, "plain strong")
    made = button(view.say(title), partial(ask, view, question, act), class_=look)
    made.props["data-move"] = name
