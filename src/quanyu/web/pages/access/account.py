"""One's own account: role, password, and the way out."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from nicegui import run, ui

from quanyu.errors import AccessError
from quanyu.part.access import user
from quanyu.part.role import ROLES
from quanyu.web.page import Page
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import empty, fault, lead, report
from quanyu.web.view import View


@dataclass
class Typed:
    """What stands in the form of the password."""

    old: str = ""
    new: str = ""
    again: str = ""


def account(view: View) -> None:
    """Draw one's own account; without a login there is none."""
    put(tag("h1", view.say("Your account")), class_="head")
    if view.session is None:
        empty(
            view,
            "Nobody has to sign in",
            "The console answers this machine only. Before others may open it, add an owner; from then on everybody signs in.",
            "quanyu user add NAME --role owner",
        )
        return
    role = view.caller.role
    lead(
        view.say("{name} has the role {role}.", name=view.session.name, role=view.say(role)),
        view.say(ROLES[role].does),
    )
    with ui.element("div").classes("panels"):
        with ui.element("section").classes("panel w6 stack builder"):
            put(tag("h2", view.say("Change the password")), class_="bar")
            _password(view)
        with ui.element("section").classes("panel w6"):
            put(tag("h2", view.say("Sign out")), class_="bar")
            put(_way_out(view))


def _way_out(view: View) -> Markup:
    """Return the forms that end this session, or all of one's own."""
    everywhere = tag("input", type="hidden", name="everywhere", value="1")
    forms = (
        tag(
            "form",
            more,
            tag("button", view.say(label), type="submit", class_=f"plain{strong}"),
            method="post",
            action="/logout",
        )
        for label, more, strong in (
            ("Sign out", "", " strong"),
            ("Sign out everywhere", everywhere, ""),
        )
    )
    return tag("div", *forms, class_="choices")


def _password(view: View) -> None:
    typed = Typed()
    fields = (
        ("old", view.say("Old password")),
        ("new", view.say("New password")),
        ("again", view.say("Once more")),
    )
    for name, label in fields:
        known_as = "current-password" if name == "old" else "new-password"
        field = ui.input(label, password=True).bind_value(typed, name).classes("wide")
        field.props(f'outlined dense autocomplete={known_as} data-name={name} aria-label="{label}"')
    said = ui.element("div").props("role=status")

    async def change() -> None:
        said.clear()
        try:
            await run.io_bound(_change, view, typed)
        except Exception as error:
            report(error)
            with said:
                fault(view, error)
            return
        ui.navigate.to("/login")

    with ui.element("div").classes("choices"):
        button(view.say("Change the password"), change, class_="plain strong")
    put(tag("p", view.say("All your sessions end; sign in again with the new one."), class_="note muted"))


def _change(view: View, typed: Typed) -> None:
    if typed.new != typed.again:
        raise AccessError("The two passwords are not the same.", "Type it again.")
    view.perform(user.RENEW, {"old": typed.old, "new": typed.new})


PAGE = Page("/account", "Your account", account)
