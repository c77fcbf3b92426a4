"""A message as its reader sees it, and beside it what is wrong with it. What it says runs nothing and loads nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nicegui import ui

from quanyu import figure
from quanyu.text import Text
from quanyu.web.parts.markup import div, put, tag
from quanyu.web.parts.notice import fault
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.content.kept import Trial
    from quanyu.act.content.preview import Preview

PICTURE = re.compile(r"""(<img\b[^>]*?\ssrc\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b.*?(?:</script\s*>|$)", re.IGNORECASE | re.DOTALL)
GREY = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='320' height='120'%3E%3Crect width='320' "
    "height='120' fill='%23e5e9f0'/%3E%3C/svg%3E"
)
"""What stands in for pictures: the console asks nobody outside for anything."""
WIDTHS: dict[int, Text] = {640: "Screen", 375: "Phone"}


def still(html: str) -> str:
    """Return HTML that loads no pictures and holds no scripts; these could not run anyway.

    >>> still('<img alt="x" src="https://a.cn/b.jpg">').startswith('<img alt="x" src="data:')
    True
    """
    return PICTURE.sub(lambda match: f'{match[1]}"{GREY}"', SCRIPT.sub("", html))


def shown_trial(view: View, trial: Trial, width: int) -> None:
    """Place the message, or why it cannot be written."""
    if trial.fault is not None:
        fault(view, trial.fault)
    if trial.preview is None:
        return
    made = trial.preview.content
    if made.subject:
        put(tag("p", made.subject, class_="lead subject"))
    if made.html:
        frame = ui.element("iframe").classes("mail").style(f"width:{width}px")
        frame.props["sandbox"] = ""
        frame.props["title"] = view.say("The message")
        frame.props["srcdoc"] = still(made.html)
        text = tag("pre", made.text, class_="plain-text")
        put(tag("details", tag("summary", view.say("Plain text")), text))
    elif made.text:
        put(div("bubble", made.text))
    _facts(view, trial.preview)


def _facts(view: View, shown: Preview) -> None:
    """Place what a message comes to, its fields, and where its links lead."""
    if shown.n_parts:
        amount = figure.money(shown.amount, view.ws.settings.currency)
        text = view.say(
            "{n} letters, {parts} parts, {amount} each", n=shown.length, parts=shown.n_parts, amount=amount
        )
        put(tag("p", text, class_="note muted cost"))
    fields = [tag("li", tag("code", name), " ", text) for name, text in shown.content.fields.items()]
    if fields:
        put(tag("ul", *fields))
    if shown.links:
        links = [tag("li", tag("code", target)) for target in shown.links]
        summary = tag("summary", view.say("{n} links", n=len(links)))
        put(tag("details", summary, tag("ol", *links, class_="links")))
