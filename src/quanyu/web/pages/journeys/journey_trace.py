"""The way of one person through a journey, and why they did not enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup
from nicegui import run, ui

from quanyu.act.journey import ACTIONS
from quanyu.act.journey.step import kinds
from quanyu.text import Text
from quanyu.web.pages.journeys.journey_words import reason_told, step_told, way_told
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, fault, report
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.journey import JourneyCourse, Passage

STATES: Mapping[str, Text] = {
    "entered": "Entered", "not_entered": "Did not enter", "done": "Through", "exited": "Left early", "held_out": "Kept out",
}  # fmt: skip
"""Outcomes that are no step's."""


def trace(view: View, course: JourneyCourse) -> None:
    """Place the field of a person, and below it every entry and step. What is typed stands in no address."""
    put(tag("h2", view.say("The way of one person")), class_="bar")
    label = view.say("Phone, mail, member number, person id or identifier")

    async def show() -> None:
        given = {"journey": course.journey.journey_id, "person_id": str(field.value or "").strip()}
        place.clear()
        with place:
            try:
                lines = await run.io_bound(view.perform, ACTIONS["trace_journey"], given)
                if lines is not None:
                    _told(view, course, lines)
            except Exception as error:
                report(error)
                fault(view, error)

    with ui.element("div").classes("search"):
        field = ui.input(label).props(
            f'outlined dense data-name=person aria-label="{label}" autocomplete=off'
        )
        button(view.say("Look up"), show, class_="plain strong")
    place = ui.element("div").props("role=status").classes("trace")
    field.on("keydown.enter", show)


def _told(view: View, course: JourneyCourse, lines: list[Passage]) -> None:
    if not lines:
        empty(view, "Never near it", "Nothing that this person did could have let them enter.")
        return
    numbers = entry_numbers(lines)
    listed = [_line(view, course, line, numbers.get(line.entry, 0)) for line in lines]
    put(tag("ol", *listed, class_="story", tabindex=0))


def entry_numbers(lines: Sequence[Passage]) -> dict[int, int]:
    """Return of each entry which of the person's it is, the first 1."""
    entries = dict.fromkeys(line.entry for line in lines if line.outcome == "entered")
    return {entry: n for n, entry in enumerate(entries, start=1)}


def _line(view: View, course: JourneyCourse, line: Passage, n: int) -> Markup:
    at = tag("time", writer(view)(line.at, "time"))
    words = [view.say("entry {n}", n=n), view.say("version {n}", n=line.version)]
    entry = span("faint", " · ".join(words)) if line.entry else ""
    if line.outcome in STATES:
        why = reason_told(view, line.detail) if line.detail and line.outcome != "entered" else ""
        said = div("", tag("strong", view.say(STATES[line.outcome])), " ", span("muted", why))
        return tag("li", at, said, entry, class_="order")
    is_shown = line.version == course.journey.version
    node = course.plan.nodes.get(line.node) if is_shown else None
    kind = kinds().get(node.kind) if node else None
    step = view.say(kind.label) if kind else ""
    does = step_told(view, kind.name, node.given) if kind and node else ""
    way = (
        way_told(view, kind.name, line.outcome, node.given)
        if kind and node
        else reason_told(view, line.outcome)
    )
    detail = reason_told(view, line.detail) if line.detail and line.detail != line.outcome else ""
    told = [" ".join(filter(None, (line.node, step, does))), " → ", way, " ", span("muted", detail)]
    return tag("li", at, div("", *told), entry)
