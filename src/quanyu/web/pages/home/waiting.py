"""What waits for a decision: every proposal in a line, with what it is expected to bring, and the way to it."""

from __future__ import annotations

from markupsafe import Markup

from quanyu.decide.read import decisions
from quanyu.ledger import Decision
from quanyu.tables.view.data_words import DECISIONS
from quanyu.text import Text
from quanyu.web.pages.decided import PLACES, about_decision, expectation
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View


def waiting(view: View) -> None:
    """Place the proposals that nobody has decided yet."""
    fill(view, _waiting, decisions)


def _waiting(view: View, listed: list[Decision]) -> None:
    open_ = [decision for decision in listed if decision.status == "proposed"]
    title = tag("h2", view.say("Waits for your decision"))
    if not open_:
        said = span("muted", view.say("Nothing: the next turn proposes again."))
        put(div("choices", title, said), "section", "panel")
        return
    lines = [
        tag(
            "li",
            span("mark note", _kind(view, decision)),
            div("", tag("strong", about_decision(view, decision)), div("muted", expectation(view, decision))),
            tag("a", view.say("Look and decide"), href=PLACES.get(decision.kind, "/"), class_="plain strong"),
        )
        for decision in open_
    ]
    count = span("note", view.say("{n} proposals", n=len(open_)))
    put(div("bar", title, count) + tag("ul", Markup("").join(lines), class_="waits"), "section", "panel")


def _kind(view: View, decision: Decision) -> str:
    kind: Text = DECISIONS.get(decision.kind, decision.kind)
    return view.say(kind)
