"""A chart that explains itself: title, definition, "read as a table", and export as Excel or CSV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from nicegui import ui

from quanyu.tables.text.mask import masked
from quanyu.web.parts.button import button
from quanyu.web.parts.chart.option import Option, inert
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.sheet import Sheet
from quanyu.web.parts.table import exports, table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

FEW, BAR, FRAME = 8, 30, 60
"""Bars that any chart has room for; pixels that one more takes, and those of axis and legend."""


@dataclass(frozen=True)
class Chart:
    """What a chart shows: the sheet behind it, how it is drawn, what its numbers mean.

    `width` is how many twelfths of the page it takes on a wide screen; `on_point` hears a click on a point.
    """

    sheet: Sheet
    option: Option
    definitions: tuple[str, ...] = ()
    note: str = ""
    width: int = 12
    is_tall: bool = False
    on_point: Callable[[Any], Any] | None = field(default=None, compare=False)


def _least_height(option: Option) -> int:
    """Return how high bars side by side must be drawn that every name has its room; 0 where any height does."""
    names = option.get("yAxis", {}).get("data", ())
    return FRAME + BAR * len(names) if len(names) > FEW else 0


def chart(view: View, spec: Chart, *, beside: Markup | None = None) -> None:
    """Place a chart; `beside` stands at the right of its title."""
    title = spec.sheet.title

    def show() -> None:
        if not place.default_slot.children:
            with place:
                put(table(spec.sheet, writer(view)))
        place.visible = not place.visible
        # A chart without a size cannot be drawn anew, so it is put away rather than taken out.
        drawn.classes(toggle="away")
        switch.content = view.say("As chart") if place.visible else view.say("As table")
        switch.props["aria-pressed"] = "true" if place.visible else "false"

    panel = ui.element("section").classes(f"panel w{spec.width}")
    panel.props["aria-label"] = masked(title)
    with panel:
        with ui.element("div").classes("bar"):
            heading = [tag("h2", title), about(view, title, *spec.definitions)]
            put(Markup("").join([*heading, span("note", spec.note) if spec.note else ""]), class_="choices")
            if beside is not None:
                put(beside)
            with ui.element("div").classes("tools"):
                told = view.say("Read {title} as a table", title=title)
                switch = button(view.say("As table"), show, title=told)
                exports(view, spec.sheet)
        drawn = ui.echart(inert(spec.option), on_point_click=spec.on_point, renderer="svg")
        drawn.classes("chart tall" if spec.is_tall else "chart").props('role="img"')
        drawn.props["aria-label"] = masked(title)
        if height := _least_height(spec.option):
            drawn.style(f"min-height:{height}px")
        place = ui.element("div")
        place.visible = False
