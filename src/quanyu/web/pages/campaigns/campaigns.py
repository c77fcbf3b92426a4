"""The list of campaigns: through which channels, how far each is, and what became of its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from nicegui import ui

from quanyu.act.campaign import ACTIONS, campaigns
from quanyu.part.role import may
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.campaigns.campaign_words import (
    STATES,
    by_status,
    campaign_address,
    channels_told,
    people_bar,
    status_chip,
    when_told,
)
from quanyu.web.parts.campaign import rule_told
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, lead
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import exports
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.campaign import Course

FORM = "/campaigns/new"
RUNNING = ("sending", "paused")


def list_campaigns(view: View) -> None:
    """Draw the list of campaigns."""
    is_author = may(view.caller.role, ACTIONS["add_campaign"].role)
    new = tag("a", view.say("New campaign"), href=FORM, class_="plain strong") if is_author else Markup("")
    put(tag("h1", view.say("Campaigns")) + new, class_="head")
    listed = campaigns(view.ws)
    if not listed:
        empty(
            view,
            "No campaign yet",
            "A campaign says whom to write to, what, through which channels and when. Some of those who could be reached are kept "
            "out, so that later turns can say what it truly earned. Nothing leaves before somebody has approved how many people it "
            "reaches.",
        )
        return
    n_open = sum(one.status == "proposed" for one in listed)
    n_running = sum(one.status in RUNNING for one in listed)
    lead(
        view.say("Waiting for a decision: {n}. Under way: {m}.", n=n_open, m=n_running),
        view.say("Every person of a campaign stands in one state, with its reason."),
    )
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("bar"):
            put(tag("h2", view.say("Campaigns")))
            with ui.element("div").classes("tools"):
                exports(view, _sheet(view, listed))
        put(Markup("").join(_line(view, one) for one in listed), "ul", "campaigns")


def _line(view: View, one: Course) -> Markup:
    name = tag("a", one.brief.name, href=campaign_address(one.decision.decision_id))
    people = (
        people_bar(view, by_status(one.account.shares))
        if one.account
        else span("muted", view.say("Nobody has been written to."))
    )
    at = one.campaign.frozen_at if one.campaign else one.decision.proposed_at
    begun: Text = "Launched {time}" if one.campaign else "Proposed {time}"
    facts = [view.say(begun, time=writer(view)(at, "time")), when_told(view, one.brief)]
    return tag(
        "li",
        div("who", name, " ", status_chip(view, one.status), div("muted", channels_told(view, one.brief.channels))),
        div("whom muted", rule_told(view, one.brief.whom), div("faint", " · ".join(facts))),
        div("people", people),
    )  # fmt: skip


def _sheet(view: View, listed: list[Course]) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Campaign", "text"), ("Status", "text"), ("Channels", "text"), ("Launched", "time"), ("Audience", "count"),
    )  # fmt: skip
    counted = [
        tuple(by_status(one.account.shares).values()) if one.account else (None,) * len(STATES)
        for one in listed
    ]
    rows = tuple(
        (
            one.brief.name, view.say(one.status), channels_told(view, one.brief.channels),
            one.campaign.frozen_at if one.campaign else None, one.account.n_audience if one.account else None, *counts,
        )
        for one, counts in zip(listed, counted, strict=True)
    )  # fmt: skip
    columns = (
        *(Head(view.say(label), kind) for label, kind in heads),
        *(Head(view.say(label), "count") for label in STATES.values()),
    )
    return Sheet(view.say("Campaigns"), columns, rows)


PAGE = Page(
    "/campaigns",
    "Campaigns",
    list_campaigns,
    "Marketing",
    "Campaigns",
    "M3 5h18v14H3zM3 6l9 7 9-7",
    2,
    roles=("analyst",),
)
