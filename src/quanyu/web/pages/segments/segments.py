"""The list of segments: how many people each holds, how that changed, and by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.text import Text
from quanyu.understand.segment import overlaps, segment_states
from quanyu.web.page import Page
from quanyu.web.pages.segments.segment import segment
from quanyu.web.pages.segments.segment_figures import overlap_map
from quanyu.web.pages.segments.segment_words import segment_address, state_chip
from quanyu.web.parts.campaign import rule_told
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, lead, not_run, nothing_loaded
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.spark import spark
from quanyu.web.parts.table import exports
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.understand.segment.segment import Listed

STARTS: Mapping[Text, str] = {
    "Lapsing buyers": "bought >= 2 times in last 365 days; not bought in last 90 days",
    "Carts left behind": "did add_to_cart then not bought within 24 hours in last 30 days",
    "Most valuable": "clv_amount in top 10%",
}
"""What a shop without segments may begin with."""


def segments(view: View) -> int | None:
    """Draw the list of segments, or the segment that the address names."""
    if "name" in view.query:
        return segment(view, view.query["name"])
    new = tag("a", view.say("New segment"), href="/segments/new", class_="plain strong")
    put(tag("h1", view.say("Segments")) + new, class_="head")
    if not view.ws.warehouse.count("people"):
        (not_run if view.ws.warehouse.count("orders") else nothing_loaded)(view)
        return None
    fill(view, _shown, segment_states)
    return None


def _shown(view: View, listed: list[Listed]) -> None:
    if not listed:
        _beginning(view)
        return
    good = sum(one.state == "fresh" for one in listed)
    lead(view.say("{n} segments, {good} of them worked out for today's data.", n=len(listed), good=good),
         view.say("Every turn works out anew whom each holds, and keeps who came and who went."))  # fmt: skip
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("bar"):
            put(tag("h2", view.say("Segments")))
            with ui.element("div").classes("tools"):
                exports(view, _sheet(view, listed))
        put(Markup("").join(_line(view, one) for one in listed), "ul", "segments")
    fill(view, overlap_map, overlaps)


def _beginning(view: View) -> None:
    """Place what a segment is, and what one may begin with."""
    empty(
        view,
        "No segment yet",
        "A segment is a rule with a name. Every turn works out anew whom it holds, who came and who went; audiences and other "
        "segments can ask for it by its name.",
    )
    starts = [
        tag("a", tag("strong", view.say(name)), span("muted", rule_told(view, rule)), class_="start",
            href=view.link("/segments/new", name=view.say(name), rule=rule))
        for name, rule in STARTS.items()
    ]  # fmt: skip
    put(tag("h2", view.say("Begin with one of these")) + div("starts", *starts), "section", "panel")


def _line(view: View, one: Listed) -> Markup:
    segment = one.segment
    change = span("muted", figure.NOTHING) if one.change is None else span("muted", f"{one.change:+,}")
    facts = [segment.good_on or figure.NOTHING, segment.owner]
    return tag(
        "li",
        div("who", tag("a", segment.segment_id, href=segment_address(view, segment.segment_id)), " ", state_chip(view, one.state)),
        div("size", tag("b", f"{segment.n_people:,}"), " ", change, title=view.say("People, and the change since the turn before")),
        div("spark", spark([size.n_people for size in one.sizes])),
        div("rule muted", rule_told(view, segment.rule)),
        div("facts-line faint", " · ".join(facts), title=view.say("As of, owner")),
    )  # fmt: skip


def _sheet(view: View, listed: list[Listed]) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Segment", "text"), ("State", "text"), ("People", "count"), ("Change", "count"), ("As of", "text"), ("Owner", "text"),
        ("Rule", "text"),
    )  # fmt: skip
    rows = tuple(
        (one.segment.segment_id, view.say(one.state), one.segment.n_people, one.change, one.segment.good_on, one.segment.owner,
         one.segment.rule)
        for one in listed
    )  # fmt: skip
    return Sheet(view.say("Segments"), tuple(Head(view.say(label), kind) for label, kind in heads), rows)


PAGE = Page(
    "/segments",
    "Segments",
    segments,
    "Customers",
    "Segments",
    "M4 6h16M7 12h10M10 18h4",
    3,
)
