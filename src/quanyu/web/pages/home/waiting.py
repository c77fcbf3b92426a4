"""What waits for a decision: every proposal in a line, with what it is expected to bring, and the way to it."""

from __future__ import annotations

from nicegui import ui

from quanyu.act.account import Account, preview
from quanyu.decide.audience import expected_of
from quanyu.decide.read import decisions
from quanyu.ledger import Decision
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.tables.view.data_words import DECISIONS
from quanyu.text import Text
from quanyu.web.pages.decided import PLACES, about_decision, expectation, reach
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View


def waiting(view: View) -> None:
    """Place the proposals that nobody has decided yet."""
    fill(view, _waiting, decisions)


def warm_waiting(view: View) -> None:
    """Read how many people the audiences reach that wait."""
    for decision in view.ask(decisions):
        if decision.status == "proposed" and decision.kind == "audience":
            view.ask(preview, CampaignDesign.of(decision.proposal), decision.decision_id)


def _waiting(view: View, listed: list[Decision]) -> None:
    open_ = [decision for decision in listed if decision.status == "proposed"]
    title = tag("h2", view.say("Waits for your decision"))
    if not open_:
        said = span("muted", view.say("Nothing: the next turn proposes again."))
        put(div("choices", title, said), "section", "panel")
        return
    count = span("note", view.say("{n} proposals", n=len(open_)))
    with ui.element("section").classes("panel"):
        put(div("bar", title, count))
        with ui.element("ul").classes("waits"):
            for decision in open_:
                with ui.element("li"):
                    _line(view, decision)


def _line(view: View, decision: Decision) -> None:
    """Place a proposal in a line; how many people an audience reaches is told once it has been counted."""
    put(span("mark note", _kind(view, decision)))
    with ui.element("div"):
        put(tag("strong", about_decision(view, decision)))
        if decision.kind == "audience":
            design = CampaignDesign.of(decision.proposal)
            fill(view, _reached, preview, design, decision.decision_id)
        else:
            _told(expectation(view, decision.expected))
    put(tag("a", view.say("Look and decide"), href=PLACES.get(decision.kind, "/"), class_="plain strong"))


def _reached(view: View, campaign: Account) -> None:
    _told(reach(view, campaign))
    _told(expectation(view, view.ask(expected_of, campaign.design, campaign.by_status["pending"])))


def _told(said: str) -> None:
    put(tag("div", said, class_="muted"))


def _kind(view: View, decision: Decision) -> str:
    kind: Text = DECISIONS.get(decision.kind, decision.kind)
    return view.say(kind)
