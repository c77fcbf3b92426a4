"""Define a segment or change it: its rule as text and by choosing, with its size while it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from nicegui import run, ui

from quanyu.errors import SegmentError
from quanyu.understand.segment import ACTIONS, segment_states
from quanyu.web.page import Page
from quanyu.web.pages.segments.segment_words import segment_address
from quanyu.web.parts.button import button
from quanyu.web.parts.campaign import read_reach, shown_reach
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, not_run, nothing_loaded, report
from quanyu.web.parts.people import rule_builder
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.reach import Reach
    from quanyu.ledger import Segment


@dataclass
class Typed:
    """What stands in the form; `n_asked` tells which of the answers on their way is for it."""

    name: str
    rule: str
    description: str = ""
    n_asked: int = 0


def segment_editor(view: View) -> int | None:
    """Draw the form of a new segment, begun with what the address holds, or of one that is there."""
    edited = view.query.get("edit")
    known = {one.segment.segment_id: one.segment for one in segment_states(view.ws)}
    title = view.say("New segment") if edited is None else view.say("Change the segment {name}", name=edited)
    put(tag("a", "← ", view.say("Segments"), href="/segments", class_="plain"), class_="back")
    put(tag("h1", title), class_="head")
    if not view.ws.warehouse.count("people"):
        (not_run if view.ws.warehouse.count("orders") else nothing_loaded)(view)
        return None
    typed = Typed(view.query.get("name", ""), view.query.get("rule", ""))
    if edited is not None:
        if edited not in known:
            fault(
                view,
                SegmentError(
                    "There is no segment {name!r}.", "It may have been dropped or renamed.", name=edited
                ),
            )
            return 404
        typed = Typed(edited, known[edited].rule, known[edited].description)
    with ui.element("div").classes("panels builder"):
        with ui.element("section").classes("panel w6"):
            field = _form(view, typed, is_new=edited is None)
        with ui.element("section").classes("panel w6"):
            put(tag("h2", view.say("Build it by choosing")), class_="bar")
            rule_builder(view, field)
    return None


def _form(view: View, typed: Typed, *, is_new: bool) -> ui.textarea:
    """Place name, rule with its size, description and the button; return the field of the rule."""
    name = ui.input(view.say("Name of the segment"), value=typed.name).bind_value(typed, "name")
    name.props(f"outlined dense data-name=name maxlength=64 {'' if is_new else 'readonly'}").classes("wide")
    field = ui.textarea(view.say("Rule: whom it holds"), value=typed.rule).bind_value(typed, "rule")
    field.props("outlined dense autogrow debounce=400 data-name=rule").classes("wide")
    size = ui.element("div").classes("said").props("role=status")
    about = ui.textarea(view.say("What it is for"), value=typed.description).bind_value(typed, "description")
    about.props("outlined dense autogrow data-name=description").classes("wide")
    said = ui.element("div").props("role=status")

    async def save() -> None:
        said.clear()
        try:
            made = await run.io_bound(save_typed, view, typed, is_new=is_new)
        except Exception as error:
            report(error)
            with said:
                fault(view, error)
            return
        if made is not None:
            ui.navigate.to(segment_address(view, made.segment_id))

    with ui.element("div").classes("choices"):
        button(view.say("Save"), save, class_="plain strong")
    field.on_value_change(lambda: _measure(view, typed, size))
    ui.timer(0.01, lambda: _measure(view, typed, size), once=True)
    return field


async def _measure(view: View, typed: Typed, place: ui.element) -> None:
    """Say how many people the rule finds, or what is wrong with it; an answer that comes too late is not shown."""
    typed.n_asked += 1
    asked = typed.n_asked
    if not typed.rule.strip(" ;；\n"):
        place.clear()
        with place:
            put(tag("p", view.say("Write a condition, or build one by choosing."), class_="note muted"))
        return
    try:
        told: Reach | Exception | None = await run.io_bound(view.ask, read_reach, typed.rule, view.caller)
    except Exception as error:
        report(error)
        told = error
    if asked != typed.n_asked or told is None:
        return
    place.clear()
    with place:
        if isinstance(told, Exception):
            fault(view, told)
        else:
            shown_reach(view, told)


def save_typed(view: View, typed: Typed, *, is_new: bool) -> Segment:
    """Define the segment; one that is there is only changed by who set out to change it."""
    name = typed.name.strip()
    if not typed.rule.strip(" ;；\n"):
        raise SegmentError("The segment has no rule.", "Write a condition, or build one by choosing.")
    if is_new and any(one.segment.segment_id == name for one in segment_states(view.ws)):
        raise SegmentError(
            "There is a segment {name!r} already.", "Choose another name, or edit that one.", name=name
        )
    given = {"name": name, "rule": typed.rule, "description": typed.description}
    return cast("Segment", view.perform(ACTIONS["add_segment"], given))


PAGE = Page("/segments/new", "New segment", segment_editor, "Customers", roles=("analyst",))
