"""The list of contents: what each is for, in how many variants, and who changed it last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from nicegui import ui

from quanyu.act.channel import channels
from quanyu.act.content.kept import ACTIONS
from quanyu.web.page import Page
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.ledger import KeptContent

EDITOR = "/content/edit"


def contents(view: View) -> None:
    """Draw the list of contents."""
    new = tag("a", view.say("New content"), href=EDITOR, class_="plain strong")
    put(tag("h1", view.say("Content")) + new, class_="head")
    listed: list[KeptContent] = view.perform(ACTIONS["list_contents"], {})
    if not listed:
        empty(
            view,
            "No content yet",
            "A content is what a message says: a template with variables, for one channel, in one or several variants. Every "
            "change is a version of its own.",
        )
        return
    labels = {channel.name: view.say(channel.label) for channel in channels()}
    with ui.element("section").classes("panel"):
        put(Markup("").join(_line(view, one, labels) for one in listed), "ul", "contents")


def _line(view: View, one: KeptContent, labels: dict[str, str]) -> Markup:
    n, at = len(one.body["variants"]), one.changed_at.astimezone(view.ws.settings.zone)
    facts = view.say("Version {version}, {n} variants", version=one.version, n=n)
    return tag(
        "li",
        div("who", tag("a", one.content_id, href=view.link(EDITOR, name=one.content_id))),
        div("", span("mark note", labels.get(one.channel, one.channel))),
        div("muted", facts),
        div("faint", f"{at:%Y-%m-%d %H:%M} · {one.author}"),
        div("note muted", one.note),
    )  # fmt: skip


PAGE = Page(
    "/content",
    "Content",
    contents,
    "Marketing",
    "Content",
    "M5 4h14v16H5zM8 8h8M8 12h8M8 16h5",
    3,
    roles=("marketer",),
)
