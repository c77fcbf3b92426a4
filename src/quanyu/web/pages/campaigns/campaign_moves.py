"""What can be done with a campaign as it stands: approved by its number, declined, launched, paused, resumed, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from quanyu import loop
from quanyu.act.campaign import ACTIONS
from quanyu.part.action import Action
from quanyu.part.role import may
from quanyu.text import Text
from quanyu.web.parts.button import button
from quanyu.web.parts.decision import Question, ask
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.campaign import Course

MOVES: dict[str, tuple[str, ...]] = {
    "proposed": ("approve", "decline"),
    "approved": ("launch", "decline"),
    "sending": ("pause", "stop"),
    "paused": ("resume", "stop"),
}
"""What may be done with a campaign in a state; nothing more with one that is over."""
WORDS: dict[str, tuple[Text, Text]] = {
    "approve": (
        "Approve",
        "Type how many people get a message, as the check says. At the launch everybody is counted again, and nothing leaves if it "
        "is another audience by then.",
    ),
    "decline": ("Decline", "Nothing will be done; the proposal stays on record."),
    "launch": (
        "Launch",
        "Its people are counted again and frozen, and its messages leave as they become due, with: quanyu send. What has left "
        "cannot be called back.",
    ),
    "pause": (
        "Pause",
        "Nothing more of it leaves until it is resumed; what is being handed over goes through.",
    ),
    "resume": ("Resume", "It goes on; nobody is written to again."),
    "stop": ("Stop", "It ends for good: everybody who still waits is let go."),
}
"""The word on the button, and what doing it means."""


def moves(view: View, course: Course) -> None:
    """Place the buttons of what the caller may do with a campaign."""
    listed = [name for name in MOVES.get(course.status, ()) if may(view.caller.role, _action(name).role)]
    if not listed:
        return
    with ui.element("div").classes("choices actions"):
        for name in listed:
            look = "plain danger" if name in ("stop", "decline") else "plain strong"
            _button(view, course, name, look if name != "pause" else "plain")


def _button(view: View, course: Course, name: str, look: str) -> None:
    title, text = WORDS[name]

    def act(typed: dict[str, Any]) -> None:
        of: dict[str, Any] = {"decision" if name == "decline" else "campaign": course.decision.decision_id}
        view.perform(_action(name), of | {key: value for key, value in typed.items() if value is not None})

    fields: dict[str, str] = {}
    if name == "approve":
        fields["n_people"] = view.say("How many people get a message")
    if name != "launch":
        fields["note"] = view.say("Why, for the log")
    question = Question(
        view.say("{what}: {name}?", what=view.say(title), name=course.brief.name),
        view.say(text), view.say(title), fields, frozenset({"n_people"}),
    )  # fmt: skip
    made = button(view.say(title), lambda: ask(view, question, act), class_=look)
    made.props["data-move"] = name


def _action(name: str) -> Action:
    return loop.DECLINE if name == "decline" else ACTIONS[f"{name}_campaign"]
