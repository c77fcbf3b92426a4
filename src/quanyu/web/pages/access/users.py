"""Users and keys: who may sign in, in which role; and which programs may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from nicegui import run, ui

from quanyu import ledger
from quanyu.ledger import User
from quanyu.part.access import user
from quanyu.part.action import Action
from quanyu.part.role import ROLES
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.access.keys import keys
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import fault, lead, report
from quanyu.web.parts.write import writer
from quanyu.web.view import View


@dataclass
class Typed:
    """What stands in the form of a new user."""

    name: str = ""
    role: str = "owner"
    password: str = ""


def users(view: View) -> None:
    """Draw the users with what can be changed of them, the form of a new one, the keys, and what roles may do."""
    put(tag("h1", view.say("Users and keys")), class_="head")
    listed = ledger.list_users(view.ws.ledger)
    if listed:
        n = sum(one.is_active for one in listed)
        lead(
            view.say("{n} users may sign in.", n=n),
            view.say("A change of role or password ends their sessions at once."),
        )
    else:
        lead(
            view.say("Nobody has to sign in: the console answers this machine only."),
            view.say(
                "From the first user on, who is an owner, everybody signs in, and other machines may reach it."
            ),
        )
    with ui.element("div").classes("panels"):
        with ui.element("section").classes("panel w8"):
            put(tag("h2", view.say("Users")), class_="bar")
            said = ui.element("div").props("role=status")
            if not listed:
                put(tag("p", view.say("No user yet."), class_="muted"))
            with ui.element("ul").classes("users"):
                for one in listed:
                    _line(view, one, said)
        with ui.element("section").classes("panel w4 stack builder"):
            put(tag("h2", view.say("Add a user")), class_="bar")
            _form(view, is_first=not listed)
    keys(view)
    put(_duties(view), "section", "panel")


def _line(view: View, one: User, said: ui.element) -> None:
    """Place a user with what can be changed."""
    seen = writer(view)(one.seen_at, "time")
    state = Markup("") if one.is_active else span("mark stop", view.say("may not sign in"))
    with ui.element("li") as line:
        line.props["data-user"] = one.name
        last = span("muted", view.say("Last here: {time}", time=seen))
        put(div("", tag("strong", one.name), " ", state) + last)
        select = ui.select(_roles(view), value=one.role).props("outlined dense options-dense")
        select.props["aria-label"] = view.say("Role of {name}", name=one.name)

        async def place() -> None:
            if select.value != one.role and not await _did(
                view, said, user.PLACE, {"name": one.name, "role": select.value}
            ):
                select.value = one.role

        select.on_value_change(place)
        word: Text = "Disable" if one.is_active else "Enable"
        label: Text = "Disable {name}" if one.is_active else "Enable {name}"
        given = {"name": one.name, "is_active": not one.is_active}
        with ui.element("div").classes("choices"):
            button(
                view.say(word),
                lambda: _did(view, said, user.ACTIVATE, given),
                title=view.say(label, name=one.name),
            )
            title = view.say("New password for {name}", name=one.name)
            button(view.say("New password"), lambda: _ask_password(view, one.name), title=title)


def _form(view: View, *, is_first: bool) -> None:
    """Place the form of a new user; the first one is an owner."""
    typed = Typed(role="owner" if is_first else "viewer")
    name = ui.input(view.say("Name")).bind_value(typed, "name").classes("wide")
    name.props("outlined dense autocomplete=off data-name=name maxlength=64")
    role = ui.select(_roles(view), label=view.say("Role")).bind_value(typed, "role").classes("wide")
    role.props(f'outlined dense options-dense data-name=role aria-label="{view.say("Role")}"')
    role.set_enabled(not is_first)
    password_field(view, view.say("Password")).bind_value(typed, "password")
    said = ui.element("div").props("role=status")

    async def add() -> None:
        await _did(view, said, user.ADD, vars(typed))

    with ui.element("div").classes("choices"):
        button(view.say("Add"), add, class_="plain strong")


def password_field(view: View, label: str) -> ui.input:
    """Place a field of a new password."""
    field = ui.input(label, password=True).classes("wide")
    field.props(f'outlined dense autocomplete=new-password data-name=password aria-label="{label}"')
    return field


def _ask_password(view: View, name: str) -> None:
    with ui.dialog() as dialog, ui.card().classes("panel ask stack builder"):
        put(tag("h2", view.say("New password for {name}", name=name)))
        put(tag("p", view.say("All sessions of this user end."), class_="muted"))
        field = password_field(view, view.say("Password"))
        said = ui.element("div").props("role=status")

        async def act() -> None:
            await _did(view, said, user.RESET, {"name": name, "password": field.value or ""})

        with ui.element("div").classes("choices"):
            button(view.say("Save"), act, class_="plain strong")
            button(view.say("Cancel"), dialog.close)
    dialog.open()


async def _did(view: View, said: ui.element, action: Action, given: Mapping[str, Any]) -> bool:
    """Do an action and show the page anew, or say what stands in the way."""
    said.clear()
    try:
        await run.io_bound(view.perform, action, given)
    except Exception as error:
        report(error)
        with said:
            fault(view, error)
        return False
    ui.navigate.reload()
    return True


def _roles(view: View) -> dict[str, str]:
    return {role: view.say(role) for role in ROLES}


def _duties(view: View) -> Markup:
    """Return what each role may do."""
    rows = [
        tag("tr", tag("th", view.say(role), scope="row"), tag("td", view.say(duty.does)),
            tag("td", ", ".join(view.say(one) for one in duty.includes)))
        for role, duty in ROLES.items()
    ]  # fmt: skip
    heads = tag(
        "tr", *(tag("th", view.say(label), scope="col") for label in ("Role", "Does", "And what these do"))
    )
    body = tag("table", tag("thead", heads), tag("tbody", *rows), class_="sheet")
    return tag("h2", view.say("What roles may do")) + div("scroll", body, tabindex=0)


PAGE = Page(
    "/users",
    "Users and keys",
    users,
    "Shop",
    "Users",
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20c1-5 13-5 14 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .7 3.5 2.5 4 5.5",
    1,
    roles=("owner",),
)
