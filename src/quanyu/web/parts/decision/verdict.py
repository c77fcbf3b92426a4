"""Approve or decline: a proposal is decided here, with a question before anything leaves the house."""

from __future__ import annotations

from markupsafe import Markup
from nicegui import ui

from quanyu import loop
from quanyu.ledger import Decision, Verdict
from quanyu.part.role import may
from quanyu.web.parts.button import button
from quanyu.web.parts.decision.question import Question, ask
from quanyu.web.parts.markup import put, span
from quanyu.web.parts.notice import notice
from quanyu.web.view import View


def verdict(view: View, decision: Decision, question: str) -> None:
    """Place the two buttons of a proposal; a decided one shows who decided, when and why.

    An approved one that is not carried out yet says what holds it up, and can be taken back.

    `question` says what approving does.
    """
    if decision.status != "proposed":
        put(_decided(view, decision), class_="choices")
        if decision.status == "approved":
            if held_up := decision.measured.get("reason"):
                put(notice(view.say("Not carried out yet"), str(held_up), "warning"))
            if may(view.caller.role, loop.DECLINE.role):
                button(view.say("Take back"), lambda: _ask(view, decision, "declined", ""))
        return
    if not may(view.caller.role, loop.APPROVE.role):
        return
    with ui.element("div").classes("choices"):
        button(view.say("Approve"), lambda: _ask(view, decision, "approved", question), class_="plain strong")
        button(view.say("Decline"), lambda: _ask(view, decision, "declined", ""))


def _decided(view: View, decision: Decision) -> Markup:
    when = decision.decided_at
    at = f"{when.astimezone(view.ws.settings.zone):%Y-%m-%d %H:%M}" if when else ""
    said = " · ".join(word for word in (decision.decided_by, at, decision.note) if word)
    return span("mark note", view.say(decision.status)) + span("muted", said)


def _ask(view: View, decision: Decision, word: Verdict, question: str) -> None:
    title = view.say("Approve") if word == "approved" else view.say("Decline")
    text = question or view.say("Nothing will be done; the proposal stays on record.")
    asked = Question(title, text, title, {"note": view.say("Why, for the log")})
    action = loop.APPROVE if word == "approved" else loop.DECLINE
    ask(view, asked, lambda typed: view.perform(action, {"decision": decision.decision_id, **typed}))
