"""One segment all around: whom it holds, how that went, what sets it apart, and why somebody is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from nicegui import ui

from quanyu import figure
from quanyu.part.action import Caller, perform
from quanyu.part.role import may
from quanyu.understand.segment import ACTIONS, overlaps, segment_states
from quanyu.web.page import Page
from quanyu.web.pages.segments.segment_figures import apart, overlap_row, sizes
from quanyu.web.pages.segments.segment_why import ask_drop, why
from quanyu.web.pages.segments.segment_words import people_address, state_chip, state_told
from quanyu.web.parts.button import button
from quanyu.web.parts.campaign import rule_told
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, lead, notice
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View
from quanyu.workspace import Workspace

if TYPE_CHECKING:
    from quanyu.understand.segment.segment import Listed, Shown


def segment(view: View, name: str) -> int | None:
    """Draw everything about a segment. 404 where there is none of this name."""
    shown = {one.segment.segment_id: one for one in view.ask(segment_states)}.get(name)
    put(tag("a", "← ", view.say("Segments"), href="/segments", class_="plain"), class_="back")
    if shown is None:
        empty(view, "There is no segment {name}.", "It may have been dropped or renamed.", name=name)
        return 404
    put(tag("h1", name) + state_chip(view, shown.state), class_="head left")
    lead(_in_a_sentence(view, shown), shown.segment.description)
    _about(view, shown)
    fill(view, _figures, read_segment, name, view.caller)
    if may(view.caller.role, ACTIONS["explain_segment"].role):
        with ui.element("section").classes("panel"):
            why(view, name)
    return None


def read_segment(ws: Workspace, name: str, caller: Caller) -> Shown:
    """Return all there is to see of a segment."""
    return cast("Shown", perform(ws, ACTIONS["show_segment"], {"name": name}, caller))


def _in_a_sentence(view: View, shown: Listed) -> str:
    """Say how many people a segment holds, and how that went."""
    segment, everybody = shown.segment, view.ws.warehouse.count("people")
    if shown.state == "new":
        return view.say("The next turn works out whom it holds.")
    said = view.say(
        "{n} people, {share} of all {all}.",
        n=f"{segment.n_people:,}", share=figure.percent(segment.n_people / max(everybody, 1), 1), all=f"{everybody:,}",
    )  # fmt: skip
    if len(shown.sizes) < 2:
        return said
    before, last = shown.sizes[-2:]
    return said + view.say(
        " Since {day}, {entered} came and {left} went.",
        day=before.as_of, entered=f"{last.n_entered:,}", left=f"{last.n_left:,}",
    )  # fmt: skip


def _about(view: View, shown: Listed) -> None:
    """Place the rule, the state, and what can be done with a segment."""
    segment = shown.segment
    own = f'in segment "{segment.segment_id}"'
    with ui.element("section").classes("panel"):
        put(
            tag("p", tag("strong", rule_told(view, segment.rule)))
            + tag("p", tag("code", segment.rule, class_="muted"))
        )
        told = state_told(view, segment, shown.state)
        if shown.state in ("stale", "failed"):
            put(notice(told, level="stop" if shown.state == "failed" else "warning"))
        else:
            put(tag("p", told, class_="note muted"))
        facts = view.say("Version {version}, by {owner}", version=segment.version, owner=segment.owner)
        put(tag("p", span("faint", facts)))
        with ui.element("div").classes("choices actions"):
            put(
                tag(
                    "a",
                    view.say("Its people as a list"),
                    href=people_address(view, own),
                    class_="plain strong",
                )
            )
            put(
                tag(
                    "a",
                    view.say("Make an audience of it"),
                    href=view.link("/audiences", rule=own),
                    class_="plain",
                )
            )
            put(
                tag(
                    "a",
                    view.say("Edit"),
                    href=view.link("/segments/new", edit=segment.segment_id),
                    class_="plain",
                )
            )
            button(view.say("Drop"), lambda: ask_drop(view, segment.segment_id), class_="plain danger")


def _figures(view: View, shown: Shown) -> None:
    with ui.element("div").classes("panels"):
        sizes(view, shown.sizes)
        apart(view, shown.segment.segment_id, shown.traces)
    fill(view, lambda v, pairs: overlap_row(v, shown.segment.segment_id, pairs), overlaps)


PAGE = Page("/segments/{name}", "Segment", segment, "Customers")
