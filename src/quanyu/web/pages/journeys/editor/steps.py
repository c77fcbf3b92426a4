"""The steps as forms, one after another and inside of each other: added, moved, copied and removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from quanyu.act.journey.step import kinds
from quanyu.web.pages.journeys.editor.fields import step_fields
from quanyu.web.pages.journeys.editor.hand import At
from quanyu.web.pages.journeys.editor.written import Written
from quanyu.web.pages.journeys.journey_steps import Part, blank, copied, kind_of
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.view import View

FOCUS = """(() => { const at = document.getElementById('step-' + {number});
  at?.querySelector('input, textarea, button')?.focus({preventScroll: false}) })()"""


class Steps:
    """The steps of what is being written; `changed` hears of every change."""

    def __init__(self, view: View, written: Written, changed: Callable[[], Awaitable[None]]) -> None:
        self.view, self.written, self.changed = view, written, changed
        self.box = ui.element("div").classes("journey-steps")
        self.kinds = {name: view.say(kind.label) for name, kind in kinds().items()}

    def draw(self) -> None:
        """Place every step anew."""
        self.box.clear()
        with self.box:
            self._listed(self.written.steps, "")

    async def redraw(self, focus: str = "") -> None:
        """Draw the steps anew, go on at one of them, and say that something has changed."""
        self.draw()
        if focus:
            self.box.client.run_javascript(FOCUS.replace("{number}", repr(focus)))
        await self.changed()

    def nested(self, label: str, part: Part, number: str) -> None:
        """Place the steps of a way."""
        with ui.element("div").classes("way-steps").props("role=group") as group:
            group.props["aria-label"] = self.view.say("Steps of {number}, {way}", number=number, way=label)
            put(tag("h4", label))
            self._listed(part.steps, f"{number}.{part.outcome}.")

    def _listed(self, steps: list[Any], prefix: str) -> None:
        for place, step in enumerate(steps):
            with ui.element("div").classes("step-form") as box:
                box.props["id"] = f"step-{prefix}{place + 1}"
                self._step(steps, place, f"{prefix}{place + 1}", step)
        self._adding(steps, prefix)

    def _step(self, steps: list[Any], place: int, number: str, step: Any) -> None:
        """Place a step: its number and kind, what can be done with it, and its form."""
        view, word = self.view, kind_of(step)
        title = f"{number} {self.kinds.get(word, word or '?')}"
        with ui.element("div").classes("bar"):
            put(tag("h3", span("number", number), self.kinds.get(word, word or "?")))
            with ui.element("div").classes("tools"):
                if place:
                    self._tool(
                        "↑",
                        view.say("Move up: {what}", what=title),
                        partial(self._move, steps, place, -1, number),
                    )
                if place < len(steps) - 1:
                    self._tool(
                        "↓",
                        view.say("Move down: {what}", what=title),
                        partial(self._move, steps, place, 1, number),
                    )
                self._tool(
                    view.say("Copy"),
                    view.say("Copy: {what}", what=title),
                    partial(self._copy, steps, place, number),
                )
                self._tool("×", view.say("Remove: {what}", what=title), partial(self._drop, steps, place))
        if word:
            step_fields(self, At(step, number))
        else:
            put(tag("p", view.say("This is no step: {what}", what=str(step)), class_="note muted"))

    def _tool(self, sign: str, title: str, act: Callable[[], Awaitable[None]]) -> None:
        button(sign, act, title=title)

    async def _move(self, steps: list[Any], place: int, by: int, number: str) -> None:
        steps.insert(place + by, steps.pop(place))
        await self.redraw(f"{number.removesuffix(str(place + 1))}{place + by + 1}")

    async def _copy(self, steps: list[Any], place: int, number: str) -> None:
        steps.insert(place + 1, copied(steps[place]))
        await self.redraw(f"{number.removesuffix(str(place + 1))}{place + 2}")

    async def _drop(self, steps: list[Any], place: int) -> None:
        del steps[place]
        await self.redraw()

    def _adding(self, steps: list[Any], prefix: str) -> None:
        """Place the choice of one more step at the end of a list."""
        label = self.view.say("Add a step")

        async def add(event: Any) -> None:
            if event.value:
                steps.append(blank(str(event.value)))
                await self.redraw(f"{prefix}{len(steps)}")

        select = ui.select(self.kinds, label=label, on_change=add).classes("add-step")
        select.props(f'outlined dense options-dense data-name="add-{prefix}"')
        select.props["aria-label"] = f"{label} {prefix}".strip()
