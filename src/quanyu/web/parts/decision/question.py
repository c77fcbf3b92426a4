"""A question before something is done: what it means, what has to be typed, and the way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nicegui import run, ui

from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, report
from quanyu.web.view import View


@dataclass(frozen=True)
class Question:
    """What is asked: its title, what doing it means, the word on its button, and the labels of what is typed, by name.

    Fields named in `numbers` take whole numbers.
    """

    title: str
    text: str
    does: str
    fields: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()


def ask(
    view: View,
    question: Question,
    act: Callable[[dict[str, Any]], object],
    then: Callable[[], object] = ui.navigate.reload,
) -> None:
    """Ask, and where the answer is yes, do `act` with what was typed; what goes wrong is told, and the question stays open."""
    typed: dict[str, Any] = {name: None if name in question.numbers else "" for name in question.fields}

    async def go() -> None:
        press.content = view.say("Working …")
        said.clear()
        try:
            await run.io_bound(act, typed)
        except Exception as error:
            report(error)
            press.content = question.does
            with said:
                fault(view, error)
            return
        then()

    with ui.dialog() as dialog, ui.card().classes("panel ask"):
        put(tag("h2", question.title))
        put(tag("p", question.text))
        for name, label in question.fields.items():
            make = ui.number if name in question.numbers else ui.input
            one = make(label).bind_value(typed, name).classes("wide")
            one.props(f'outlined dense data-name={name} aria-label="{label}"')
        said = ui.element("div")
        with ui.element("div").classes("choices"):
            press = button(question.does, go, class_="plain strong")
            button(view.say("Cancel"), dialog.close)
    dialog.open()
