"""One journey: its flow with everybody in it, what became of them, what can be done with it, and what it truly earned."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from markupsafe import Markup
from nicegui import run, ui

from quanyu import figure
from quanyu.act.journey import ACTIONS
from quanyu.errors import JourneyError
from quanyu.ledger.journey import documents
from quanyu.text import Text, told
from quanyu.web.page import Page
from quanyu.web.pages.journeys.journey_account import account, everybody, messages, refusals
from quanyu.web.pages.journeys.journey_flow import course_flow
from quanyu.web.pages.journeys.journey_moves import moves
from quanyu.web.pages.journeys.journey_trace import trace
from quanyu.web.pages.journeys.journey_words import again_told, begins_told, journey_address, status_chip
from quanyu.web.parts.campaign import result, rule_told
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, fault, lead, notice, report
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.journey import JourneyCourse
    from quanyu.ledger.journey import Journey

EVERY_SECONDS = 5.0
"""How long a journey that goes on stands still before it is looked at again."""
RUNNING = ("live", "ending")


def journey(view: View, name: str) -> int | None:
    """Draw everything about a journey; 404 where there is none of this name, or no such version."""
    put(tag("a", "← ", view.say("Journeys"), href="/journeys", class_="plain"), class_="back")
    asked = view.query.get("version", "0")
    try:
        course = _course(view, name, int(asked) if asked.isdecimal() else 0)
    except JourneyError:
        empty(view, "There is no journey {name}.", "The list has all of them.", name=name)
        return 404
    versions = documents.versions(view.ws.ledger, name)
    version = span("faint", view.say("version {n}", n=course.journey.version))
    put(tag("h1", name) + status_chip(view, course.journey.status) + version, class_="head left")
    _progress(view, course, is_newest=course.journey.version == versions[0].version)
    put(tag("h2", view.say("What it truly earned")), class_="head part")
    result(view, name)
    with ui.element("div").classes("panels"):
        with ui.element("section").classes("panel w7"):
            trace(view, course)
        with ui.element("section").classes("panel w5"):
            put(tag("h2", view.say("What was agreed")), class_="bar")
            put(_terms(view, course))
    with ui.element("section").classes("panel"):
        put(tag("h2", view.say("Versions")), class_="bar")
        put(tag("ul", *(_version(view, one, course.journey) for one in versions), class_="links"))
    return None


def _course(view: View, name: str, version: int) -> JourneyCourse:
    given = {"journey": name, "version": version}
    return cast("JourneyCourse", view.perform(ACTIONS["show_journey"], given))


def _progress(view: View, course: JourneyCourse, *, is_newest: bool) -> None:
    """Place where everybody is, anew while the journey goes on."""
    place = ui.element("div")
    seen = [course]

    def draw() -> None:
        place.clear()
        with place:
            _now(view, seen[0], is_newest=is_newest)

    async def refresh() -> None:
        own = seen[0].journey
        try:
            read = await run.io_bound(_course, view, own.journey_id, own.version)
        except Exception as error:
            report(error)
            timer.deactivate()
            place.clear()
            with place:
                fault(view, error)
            return
        if read is not None and read != seen[0]:
            seen[:] = [read]
            draw()

    draw()
    timer = ui.timer(EVERY_SECONDS, refresh, active=course.journey.status in RUNNING, immediate=False)


def _now(view: View, course: JourneyCourse, *, is_newest: bool) -> None:
    people, own = everybody([course]), course.journey
    words: dict[str, Text] = {
        "draft": "It is a draft: nobody enters before it is launched.",
        "paused": "It is paused: {active} people stand still.",
        "ended": "It has ended: {done} went through, {exited} left early.",
    }
    said = words.get(
        own.status, "{n} entered: {active} are under way, {done} went through, {exited} left early."
    )
    lead(
        view.say(
            said, n=f"{people.n_enrolled:,}", **{state: f"{n:,}" for state, n in people.by_state.items()}
        ),
        view.say("Begins: {what}", what=begins_told(view, own.document)),
    )
    if own.note:
        put(notice(told(own.note, view.language), level="warning" if own.status == "paused" else "note"))
    if is_newest:
        moves(view, own)
    with ui.element("div").classes("panels part"):
        with ui.element("section").classes("panel w7"):
            put(tag("h2", view.say("Where people are")), class_="bar")
            put(course_flow(view, course))
        with ui.element("div").classes("w5 stack"):
            for section in (account, refusals, messages):
                if section is not messages or any(stop.kind == "send" for stop in course.stops):
                    with ui.element("section").classes("panel"):
                        section(view, course)


def _terms(view: View, course: JourneyCourse) -> Markup:
    plan = course.plan
    facts = [
        (view.say("May enter again"), again_told(view, plan.again)),
        (view.say("Goal"), rule_told(view, plan.goal) if plan.goal else figure.NOTHING),
        (view.say("Ends early when"), rule_told(view, plan.ends_when) if plan.ends_when else figure.NOTHING),
        (view.say("One entry for each"), plan.per or view.say("person")),
        (view.say("Share kept out"), figure.percent(plan.control_share, 0)),
        (view.say("Compared over"), view.say("{days} days", days=plan.window_days)),
    ]
    listed = [div("", tag("dt", label), tag("dd", value)) for label, value in facts]
    return tag("dl", *listed, class_="facts")


def _version(view: View, one: Journey, shown: Journey) -> Markup:
    words = view.say("Version {n}", n=one.version)
    address = f"{journey_address(one.journey_id)}?version={one.version}"
    name = tag("strong", words) if one.version == shown.version else tag("a", words, href=address)
    at = view.say("Written by {who} on {time}.", who=one.made_by, time=writer(view)(one.made_at, "time"))
    return tag("li", name, " ", status_chip(view, one.status), " ", span("muted", at))


PAGE = Page("/journeys/{name}", "Journey", journey, "Marketing", roles=("analyst",))
