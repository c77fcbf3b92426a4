"""Audiences: what is proposed, how one's own would fall out, and what became of every campaign."""

from __future__ import annotations

from nicegui import ui

from quanyu import figure
from quanyu.act.account import PREVIEW, Account, accounts, preview
from quanyu.act.channel import channel_named
from quanyu.decide.read import decisions
from quanyu.ledger import Decision
from quanyu.part.role import may
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.web.page import Page
from quanyu.web.pages.audiences.audience_builder import builder
from quanyu.web.pages.audiences.campaign_outlook import outlook
from quanyu.web.parts.campaign import account, result
from quanyu.web.parts.decision import verdict
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, not_run, nothing_loaded
from quanyu.web.parts.people import in_words
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View
from quanyu.workspace import Workspace

OPEN = 2
"""Proposals that are shown whole; more are folded, so that the form below stays in reach."""


def audiences(view: View) -> None:
    """Draw proposals, the builder, and every campaign with its account and its measured result."""
    put(tag("h1", view.say("Audiences")), class_="head")
    if not view.ws.warehouse.count("people"):
        (not_run if view.ws.warehouse.count("orders") else nothing_loaded)(view)
        return
    fill(view, _proposals, decisions, "audience")
    if may(view.caller.role, PREVIEW.role):
        builder(view)
    fill(view, _campaigns, _handed_over)


def _proposals(view: View, proposals: list[Decision]) -> None:
    waiting = [decision for decision in proposals if decision.status in {"proposed", "approved"}]
    n = sum(decision.status == "proposed" for decision in waiting)
    said = view.say(
        "Waiting for your decision: {n}. Each says below whom it reaches, what it costs and may bring.",
        n=n,
    )
    build = tag("a", view.say("Build an audience"), href="#build", class_="plain")
    put(tag("p", said if n else view.say("No audience waits for a decision."), class_="lead"))
    with ui.element("section").classes("panel"):
        put(tag("h2", view.say("Proposed")) + build, class_="bar")
        if not waiting:
            empty(
                view,
                "Nothing waits for a decision",
                "A turn of the loop proposes whom to reach next.",
                "quanyu run",
            )
        for decision in waiting[:OPEN]:
            with ui.element("div").classes("proposal"):
                put(tag("h3", CampaignDesign.of(decision.proposal).name))
                _proposal(view, decision)
        for decision in waiting[OPEN:]:
            _folded(view, decision)


def _folded(view: View, decision: Decision) -> None:
    """Place a proposal in a line, which opens; its figures are read when it does."""
    design = CampaignDesign.of(decision.proposal)
    with ui.element("details").classes("proposal") as folded:
        said = view.say(
            "{n} people · {channel}",
            n=f"{decision.proposal.get('n_audience', 0):,}", channel=view.say(channel_named(design.channel).label),
        )  # fmt: skip
        put(tag("strong", design.name) + " " + span("muted", said), "summary")
        place = ui.element("div").classes("proposal-inside")

    def open_() -> None:
        if not place.default_slot.children:
            with place:
                _proposal(view, decision)

    folded.on("toggle", open_)


def _proposal(view: View, decision: Decision) -> None:
    design = CampaignDesign.of(decision.proposal)
    by = view.say("proposed by a person") if decision.is_own else view.say("proposed by the turn")
    meaning = (
        span("mark", by),
        " ",
        in_words(view, design.rule),
        " ",
        tag("code", design.rule, class_="muted"),
    )
    put(tag("p", *meaning))
    put(span("muted", view.say(
        "{channel} · {share} kept out · compared over {days} days",
        channel=view.say(channel_named(design.channel).label),
        share=figure.percent(design.control_share, 0), days=design.window_days,
    )))  # fmt: skip
    fill(view, outlook, preview, design, decision.decision_id)
    question = view.say(
        "The audience is frozen now, {share} of it is kept out, and the contacts of the rest are written to a file for {channel}.",
        share=figure.percent(design.control_share, 0),
        channel=view.say(channel_named(design.channel).label),
    )
    verdict(view, decision, question)


def _handed_over(ws: Workspace) -> list[Account]:
    """Return the audiences that others write to; campaigns that Quanyu sends have a page of their own."""
    return [one for one in accounts(ws) if one.design.kind != "message"]


def _campaigns(view: View, campaigns: list[Account]) -> None:
    put(tag("h2", view.say("Campaigns and their results")), class_="head part")
    if not campaigns:
        with ui.element("section").classes("panel"):
            empty(
                view, "No audience has been frozen yet", "Approve a proposal above, or build one of your own."
            )
        return
    for campaign in campaigns:
        with ui.element("div").classes("panels"):
            with ui.element("div").classes("w5 stack"):
                account(view, campaign)
            with ui.element("div").classes("w7 stack"):
                result(view, campaign.campaign_id)


PAGE = Page(
    "/audiences",
    "Audiences",
    audiences,
    "Marketing",
    "Audiences",
    "M4 18v-5l11-5v15L4 18M15 11a4 4 0 0 1 0 8M7 19v3h3",
    3,
    is_near=True,
)
