"""Why somebody is in a segment or is not, and the question before one is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nicegui import run, ui

from quanyu.text import Text
from quanyu.understand.people_list import MASKS
from quanyu.understand.segment import ACTIONS
from quanyu.web.parts.button import button
from quanyu.web.parts.campaign import rule_told
from quanyu.web.parts.decision import Question, ask
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, report
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.understand.segment.segment import Explained

MET: Mapping[bool | None, Text] = {True: "yes", False: "no", None: "not known"}


def why(view: View, name: str) -> None:
    """Place the field of a person id, and below it every condition with what it met."""
    label = view.say("Person id")
    put(tag("h2", view.say("Why is somebody in it, or not?")), class_="bar")

    async def show() -> None:
        given = {"name": name, "person_id": str(field.value or "").strip()}
        place.clear()
        with place:
            try:
                told = await run.io_bound(view.perform, ACTIONS["explain_segment"], given)
                if told is not None:
                    _told(view, told)
            except Exception as error:
                report(error)
                fault(view, error)

    with ui.element("div").classes("search"):
        field = ui.input(label).props(
            f'outlined dense data-name=person aria-label="{label}" autocomplete=off'
        )
        button(view.say("Explain"), show, class_="plain strong")
    place = ui.element("div").props("role=status")

    field.on("keydown.enter", show)


def _told(view: View, explained: Explained) -> None:
    said: Text = "{person} is in {name}." if explained.is_in else "{person} is not in {name}."
    put(tag("p", view.say(said, person=explained.person_id, name=explained.segment_id), class_="lead"))
    heads = tuple(Head(view.say(word)) for word in ("Condition", "What it met", "Is it met?"))
    rows = tuple(
        (rule_told(view, answer.condition), _values(view, answer.values), view.say(MET[answer.is_met]))
        for answer in explained.answers
    )
    put(table(Sheet(view.say("Conditions"), heads, rows), lambda value, kind: str(value)))
    put(tag("a", view.say("The person"), href=f"/people/{explained.person_id}", class_="plain"))


def _values(view: View, values: Mapping[str, Any]) -> str:
    write = writer(view)

    def written(name: str, value: Any) -> str:
        if name in MASKS:
            return MASKS[name](value)
        return write(value, "number") if isinstance(value, float) else write(value, "count")

    return "; ".join(f"{name} = {written(name, value)}" for name, value in values.items())


def ask_drop(view: View, name: str) -> None:
    """Ask whether a segment is to be dropped, and drop it."""
    text = view.say(
        "Its rule goes now, its people with the next turn. Campaigns that were made from it stay as they are."
    )
    question = Question(view.say("Drop the segment {name}?", name=name), text, view.say("Drop"))
    ask(
        view,
        question,
        lambda _: view.perform(ACTIONS["drop_segment"], {"name": name}),
        lambda: ui.navigate.to("/segments"),
    )
