"""One campaign: its brief, what it would do or did, what can be done with it, and what it truly earned."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from markupsafe import Markup
from nicegui import run, ui

from quanyu import figure
from quanyu.act.campaign import ACTIONS
from quanyu.errors import CampaignError
from quanyu.text import Text, told
from quanyu.web.page import Page
from quanyu.web.pages.campaigns.campaign_ahead import ahead
from quanyu.web.pages.campaigns.campaign_check import shown_check
from quanyu.web.pages.campaigns.campaign_funnel import funnel, reasons, variants
from quanyu.web.pages.campaigns.campaign_moves import moves
from quanyu.web.pages.campaigns.campaign_words import (
    by_status,
    channels_told,
    people_bar,
    status_chip,
    when_told,
)
from quanyu.web.parts.campaign import result, rule_told
from quanyu.web.parts.markup import div, put, tag
from quanyu.web.parts.notice import empty, fault, lead, notice, report
from quanyu.web.parts.waiting import fresh, spinner
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.campaign import Check, Course
    from quanyu.act.campaign.answer import Answers

EVERY_SECONDS = 4.0
"""How long a campaign that is being sent stands still before it is looked at again."""


def campaign(view: View, campaign_id: str) -> int | None:
    """Draw everything about a campaign; 404 where there is none of this id or name."""
    put(tag("a", "← ", view.say("Campaigns"), href="/campaigns", class_="plain"), class_="back")
    try:
        course = _course(view, campaign_id)
    except CampaignError:
        empty(view, "There is no campaign {name}.", "The list has all of them.", name=campaign_id)
        return 404
    put(tag("h1", course.brief.name) + status_chip(view, course.status), class_="head left")
    if course.campaign is None:
        _proposal(view, course)
    else:
        _progress(view, course)
    with ui.element("section").classes("panel"):
        put(tag("h2", view.say("The brief")), class_="bar")
        put(_brief(view, course))
    return None


def _course(view: View, name: str) -> Course:
    return cast("Course", view.perform(ACTIONS["show_campaign"], {"campaign": name}))


def _proposal(view: View, course: Course) -> None:
    """Place what a campaign would do that nobody has launched, and what can be done with it."""
    words: dict[str, Text] = {
        "proposed": "It waits for a decision. Nothing has been sent.",
        "approved": "It is approved and can be launched. Nothing has been sent.",
        "declined": "It was declined. Nothing was sent.",
    }
    lead(view.say(words.get(course.status, "Nothing was sent.")), _decided(view, course))
    if course.status == "declined":
        return
    with ui.element("section").classes("panel"):
        put(tag("h2", view.say("If it were launched now")), class_="bar")
        given = {"campaign": course.decision.decision_id}
        fresh(view, shown_check, lambda: cast("Check", view.perform(ACTIONS["check_campaign"], given)))
        moves(view, course)


def _decided(view: View, course: Course) -> str:
    decision = course.decision
    if decision.decided_at is None:
        return view.say("Written by {who}.", who=decision.proposal.get("author") or figure.NOTHING)
    at = writer(view)(decision.decided_at, "time")
    acknowledged = decision.carried.get("acknowledged", {}).get("n_people")
    said = view.say("Decided by {who} on {time}.", who=decision.decided_by, time=at)
    if acknowledged is not None:
        said = view.say(
            "Approved for {n} people by {who} on {time}.",
            n=f"{acknowledged:,}",
            who=decision.decided_by,
            time=at,
        )
    return f"{said} {decision.note}".strip()


def _progress(view: View, course: Course) -> None:
    """Place how far a campaign is, anew while it is being sent, and what it earned."""
    place = ui.element("div")
    seen: list[object] = []

    def draw(course: Course, answers: Answers) -> None:
        place.clear()
        with place:
            _now(view, course)
            if course.account is not None:
                with ui.element("div").classes("panels"):
                    with ui.element("div").classes("w6 stack"):
                        funnel(view, course.account, answers)
                    with ui.element("div").classes("w6 stack"):
                        reasons(view, course.account)
                variants(view, answers)

    async def refresh() -> None:
        try:
            read = await run.io_bound(_read, view, course.decision.decision_id)
        except Exception as error:
            report(error)
            timer.deactivate()
            place.clear()
            with place:
                fault(view, error)
            return
        if read is None:
            return
        if seen != [read]:
            seen[:] = [read]
            draw(*read)
        if read[0].status != "sending":
            timer.deactivate()

    with place:
        spinner(view)
    timer = ui.timer(EVERY_SECONDS, refresh)
    put(tag("h2", view.say("What it truly earned")), class_="head part")
    result(view, course.decision.decision_id)
    ahead(view, course.decision.decision_id)


def _read(view: View, campaign_id: str) -> tuple[Course, Answers]:
    answers = view.perform(ACTIONS["answers_to_campaign"], {"campaign": campaign_id})
    return _course(view, campaign_id), cast("Answers", answers)


def _now(view: View, course: Course) -> None:
    assert course.account is not None and course.campaign is not None
    counts = by_status(course.account.shares)
    words: dict[str, Text] = {
        "sending": "{sent} messages have left, {waiting} wait.",
        "paused": "It is paused: {sent} messages have left, {waiting} wait.",
        "stopped": "It was stopped after {sent} messages.",
        "done": "All its messages are settled: {sent} have left.",
    }
    said = view.say(
        words.get(course.status, "{sent} messages have left, {waiting} wait."),
        sent=f"{counts['delivered']:,}", waiting=f"{counts['pending']:,}",
    )  # fmt: skip
    lead(said, _decided(view, course))
    if course.campaign.note:
        put(notice(told(course.campaign.note, view.language), level="warning"))
    with ui.element("section").classes("panel"):
        put(people_bar(view, counts))
        if course.status == "sending":
            hint = view.say("Messages leave with quanyu send. This page looks again every few seconds.")
            put(tag("p", hint, class_="note muted"))
        moves(view, course)


def _brief(view: View, course: Course) -> Markup:
    brief = course.brief
    currency = view.ws.settings.currency
    budget = (
        view.say("no limit") if brief.budget_amount is None else figure.money(brief.budget_amount, currency)
    )
    share = (
        view.say("none: it is a service message")
        if brief.is_service
        else figure.percent(brief.control_share, 0)
    )
    facts = [
        (view.say("Goal"), brief.goal or figure.NOTHING),
        (view.say("Whom"), rule_told(view, brief.whom)),
        (view.say("Channels"), channels_told(view, brief.channels)),
        (view.say("When"), when_told(view, brief)),
        (view.say("Share kept out"), share),
        (view.say("Compared over"), view.say("{days} days", days=brief.window_days)),
        (view.say("Budget"), budget),
        (view.say("Author"), str(course.decision.proposal.get("author") or figure.NOTHING)),
    ]
    listed = [div("", tag("dt", label), tag("dd", value)) for label, value in facts]
    return tag("dl", *listed, class_="facts") + div("said-by", *_contents(view, course))


def _contents(view: View, course: Course) -> list[Markup]:
    """Return what the messages say, variant by variant, as their author wrote it."""
    brief = course.brief
    return [
        tag(
            "details",
            tag("summary", view.say(
                "{channel}, variant {variant} ({share})", channel=channels_told(view, [channel]), variant=one.name,
                share=figure.percent(brief.variants(channel)[one.name], 0),
            )),
            tag("p", tag("strong", one.subject)) if one.subject else "",
            tag("pre", one.text or one.html or one.template, class_="plain-text"),
        )
        for channel in brief.channels
        for one in brief.content[channel]
    ]  # fmt: skip


PAGE = Page("/campaigns/{campaign_id}", "Campaign", campaign, "Marketing", roles=("analyst",))
