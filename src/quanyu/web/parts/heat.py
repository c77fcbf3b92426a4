"""A heat map that the server draws: a table whose cells lead on, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from nicegui import ui

from quanyu.tables.text.mask import masked
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.sheet import Sheet
from quanyu.web.parts.table import exports
from quanyu.web.view import View


@dataclass(frozen=True)
class Cell:
    """A cell: what it shows, how high that is (0 to 1), what a reader hears of it, and where it leads."""

    shown: str
    weight: float
    about: str
    href: str = ""


@dataclass(frozen=True)
class Heat:
    """A map: the sheet behind it, its columns and rows from below, cells by (column, row), what none means, and a note."""

    sheet: Sheet
    across: Sequence[str]
    up: Sequence[str]
    cells: Mapping[tuple[int, int], Cell]
    empty: str
    definitions: tuple[str, ...] = ()
    note: str = ""


def heat(view: View, spec: Heat) -> None:
    """Place a heat map with its title, explanation and exports."""
    title = spec.sheet.title
    with ui.element("section").classes("panel") as panel:
        panel.props["aria-label"] = masked(title)
        with ui.element("div").classes("bar"):
            put(tag("h2", title) + about(view, title, *spec.definitions), class_="choices")
            with ui.element("div").classes("tools"):
                exports(view, spec.sheet)
        put(_table(spec), class_="scroll")
        if len(spec.cells) < len(spec.across) * len(spec.up):
            put(tag("p", spec.empty, class_="note muted"))
        if spec.note:
            put(tag("p", spec.note, class_="note muted"))


def _table(spec: Heat) -> Markup:
    heads = [tag("td"), *(tag("th", name, scope="col") for name in spec.across)]
    rows = [
        tag("tr", tag("th", name, scope="row"), *(
            tag("td", _cell(spec.cells.get((column, row)), spec.empty)) for column in range(len(spec.across))
        ))
        for row, name in reversed(list(enumerate(spec.up)))
    ]  # fmt: skip
    return tag(
        "table",
        tag("tbody", *rows),
        tag("tfoot", tag("tr", *heads)),
        class_="heat",
        aria_label=spec.sheet.title,
    )


def _cell(cell: Cell | None, empty: str) -> Markup:
    if cell is None:
        return span("cell none", "–", title=empty)
    look = {"class_": "cell", "style": f"--weight:{cell.weight:.0%}"}
    if not cell.href:
        return tag("span", cell.shown, title=cell.about, **look)
    return tag("a", cell.shown, href=cell.href, title=cell.about, aria_label=cell.about, **look)
