"""The button that shows a person's phone, mail and name in clear, and leaves a line of the audit log."""

from __future__ import annotations

from markupsafe import Markup, escape
from nicegui import run, ui

from quanyu import figure
from quanyu.understand.contact import REVEAL, Contact
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, report
from quanyu.web.view import View


def reveal(view: View, person_id: str) -> None:
    """Place the button; what it shows stands only on this page, and is gone when it is left."""
    place = ui.element("div").props("role=status").classes("in-clear")

    async def show() -> None:
        try:
            contact = await run.io_bound(view.perform, REVEAL, {"person_id": person_id})
        except Exception as error:
            report(error)
            with place:
                fault(view, error)
            return
        if contact is not None:
            place.clear()
            with place:
                put(_told(view, contact))

    with place:
        button(view.say("Show in clear"), show, title=view.say("Show phone, mail and name in clear"))
        said = view.say("Who looked, at whom and when, stands in the audit log.")
        put(tag("span", said, class_="note muted"), "span")


def _told(view: View, contact: Contact) -> Markup:
    """Return the values as they are; this is the one place whose texts are not masked."""
    facts = (
        (view.say("Name of the person"), contact.name),
        (view.say("Phone"), contact.phone),
        (view.say("E-mail"), contact.email),
    )
    listed = [
        tag("div", tag("dt", label), tag("dd", escape(value or figure.NOTHING))) for label, value in facts
    ]
    return tag("dl", *listed, class_="facts")
