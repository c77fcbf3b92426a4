"""Keys of programs: the list, one that is made and shown once, and one that is revoked."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from nicegui import run, ui

from quanyu import ledger
from quanyu.ledger import ApiKey
from quanyu.part.access import api_key
from quanyu.part.role import ROLES
from quanyu.text import Text
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import fault, report
from quanyu.web.parts.write import writer
from quanyu.web.view import View


@dataclass
class Typed:
    """What stands in the form of a new key."""

    name: str = ""
    role: str = "viewer"
    days: float = 90


def keys(view: View) -> None:
    """Place the keys and the form of a new one."""
    listed = ledger.list_keys(view.ws.ledger)
    with ui.element("div").classes("panels"):
        with ui.element("section").classes("panel w8"):
            put(tag("h2", view.say("Keys of programs")), class_="bar")
            if not listed:
                put(
                    tag(
                        "p",
                        view.say("No key yet. A program that asks over the network needs one."),
                        class_="muted",
                    )
                )
            with ui.element("ul").classes("users"):
                for one in listed:
                    _line(view, one)
        with ui.element("section").classes("panel w4 stack builder"):
            put(tag("h2", view.say("Make a key")), class_="bar")
            _form(view)


def _line(view: View, one: ApiKey) -> None:
    write, is_valid = writer(view), one.is_valid(view.ws.now())
    role: Text = one.role
    state: Text = "valid" if is_valid else "not valid"
    facts = " · ".join(
        [
            view.say("by {who}", who=one.made_by),
            view.say("until {time}", time=write(one.expires_at, "time")),
            view.say("last used: {time}", time=write(one.used_at, "time")),
        ]
    )
    with ui.element("li") as line:
        line.props["data-key"] = one.prefix
        mark = span(f"mark {'note' if is_valid else 'stop'}", view.say(state))
        put(
            div("", tag("strong", one.name), " ", tag("code", f"qy_{one.prefix}_…"), " ", mark)
            + span("muted", facts)
        )
        put(span("", view.say(role)))
        with ui.element("div").classes("choices"):
            if is_valid:
                title = view.say("Revoke {name}", name=one.name)
                button(
                    view.say("Revoke"), lambda: _revoke(view, one.prefix), title=title, class_="plain danger"
                )


async def _revoke(view: View, prefix: str) -> None:
    await run.io_bound(view.perform, api_key.REVOKE, {"prefix": prefix})
    ui.navigate.reload()


def _form(view: View) -> None:
    typed = Typed()
    name = ui.input(view.say("What will use it")).bind_value(typed, "name").classes("wide")
    name.props("outlined dense autocomplete=off data-name=key-name maxlength=64")
    roles = {role: view.say(role) for role in ROLES}
    role = ui.select(roles, label=view.say("Role")).bind_value(typed, "role").classes("wide")
    role.props(f'outlined dense options-dense data-name=key-role aria-label="{view.say("Role")}"')
    days = ui.number(
        view.say("Days it is valid; 0: until it is revoked"), min=0, max=api_key.LONGEST, precision=0
    )
    days.bind_value(typed, "days").props("outlined dense data-name=key-days").classes("wide")
    said = ui.element("div").props("role=status")

    async def add() -> None:
        said.clear()
        try:
            given = {"name": typed.name, "role": typed.role, "days": int(typed.days or 0)}
            made = await run.io_bound(view.perform, api_key.ADD_KEY, given)
        except Exception as error:
            report(error)
            with said:
                fault(view, error)
            return
        if made is not None:
            _show(view, made.secret)

    with ui.element("div").classes("choices"):
        button(view.say("Make a key"), add, class_="plain strong")


def _show(view: View, secret: str) -> None:
    """Show the secret of a new key: now, and never again."""
    with ui.dialog().props("persistent") as dialog, ui.card().classes("panel ask"):
        put(tag("h2", view.say("The key")))
        put(tag("p", view.say("Keep it now: it is not shown again.")))
        put(Markup('<code class="command" data-name="secret">{}</code>').format(secret))
        with ui.element("div").classes("choices"):
            button(view.say("I have kept it"), ui.navigate.reload, class_="plain strong")
    dialog.open()
