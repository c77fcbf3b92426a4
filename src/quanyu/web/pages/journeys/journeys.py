"""The list of journeys: what begins each, how far it is, and what became of everybody who entered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup
from nicegui import ui

from quanyu.act.journey import ACTIONS, journeys
from quanyu.part.role import may
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.journeys.journey_account import Everybody, everybody, people_bar
from quanyu.web.pages.journeys.journey_words import begins_told, journey_address, status_chip
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, lead
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import exports
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.journey import JourneyCourse

FORM = "/journeys/new"
HEADS: tuple[tuple[Text, Kind], ...] = (
    ("Journey", "text"), ("Version", "count"), ("Status", "text"), ("Entered", "count"), ("Under way", "count"),
    ("Through", "count"), ("Left early", "count"), ("Kept out", "count"),
)  # fmt: skip


def list_journeys(view: View) -> None:
    """Draw the list of journeys."""
    is_author = may(view.caller.role, ACTIONS["add_journey"].role)
    new = tag("a", view.say("New journey"), href=FORM, class_="plain strong") if is_author else Markup("")
    put(tag("h1", view.say("Journeys")) + new, class_="head")
    listed = [(versions[0], everybody(versions)) for versions in by_journey(journeys(view.ws))]
    if not listed:
        empty(
            view,
            "No journey yet",
            "A journey begins when somebody does something, such as leaving a cart: it waits, looks, writes at the right time, and "
            "ends as soon as its goal is met. Some of those who enter are kept out, so that later turns can say what it truly "
            "earned. Nobody enters before it is launched.",
        )
        return
    n_live = sum(course.journey.status == "live" for course, _ in listed)
    n_active = sum(people.n_active for _, people in listed)
    lead(
        view.say("{n} journeys are live; {m} people are under way.", n=n_live, m=f"{n_active:,}"),
        view.say(
            "Everybody who entered is under way, through, left early or kept out, each with the reason."
        ),
    )
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("bar"):
            put(tag("h2", view.say("Journeys")))
            with ui.element("div").classes("tools"):
                exports(view, _sheet(view, listed))
        put(Markup("").join(_line(view, course, people) for course, people in listed), "ul", "campaigns")


def by_journey(courses: Sequence[JourneyCourse]) -> list[list[JourneyCourse]]:
    """Return the versions of each journey, the newest first."""
    return [list(versions) for _, versions in groupby(courses, lambda course: course.journey.journey_id)]


def _line(view: View, course: JourneyCourse, people: Everybody) -> Markup:
    journey = course.journey
    name = tag("a", journey.journey_id, href=journey_address(journey.journey_id))
    entered = view.say("{n} entered", n=f"{people.n_enrolled:,}")
    facts = [view.say("version {n}", n=journey.version), *([entered] if people.n_enrolled else [])]
    none = (
        view.say("Nobody enters before it is launched.")
        if journey.status == "draft"
        else view.say("Nobody has entered.")
    )
    told = people_bar(view, people) if people.n_enrolled else span("muted", none)
    return tag(
        "li",
        div("who", div("", name, " ", status_chip(view, journey.status), div("muted", " · ".join(facts)))),
        div("whom muted", begins_told(view, journey.document)),
        div("people", told),
    )  # fmt: skip


def _sheet(view: View, listed: Sequence[tuple[JourneyCourse, Everybody]]) -> Sheet:
    rows = tuple(
        (
            course.journey.journey_id, course.journey.version, view.say(course.journey.status), people.n_enrolled,
            people.n_active, people.n_done, people.n_exited, people.n_held_out,
        )
        for course, people in listed
    )  # fmt: skip
    return Sheet(view.say("Journeys"), tuple(Head(view.say(label), kind) for label, kind in HEADS), rows)


PAGE = Page(
    "/journeys",
    "Journeys",
    list_journeys,
    "Marketing",
    "Journeys",
    "M5 5m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M19 19m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 5h7a4 4 0 0 1 0 8h-4a3 3 0 0 0 0 6h7",
    2,
    roles=("analyst",),
)
