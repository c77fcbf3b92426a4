"""People: find one by what is at hand, or read a list; what is typed stays out of the address."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from markupsafe import escape
from nicegui import ui

from quanyu.errors import RuleError
from quanyu.understand.people_list import Whom, plain_rule
from quanyu.web.page import Page
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, lead, not_run, nothing_loaded
from quanyu.web.parts.people import condition_picker, in_words, joined, people_list
from quanyu.web.view import View

HINT = "A phone, an e-mail or an order number must be complete; a name may be its beginning."


def people(view: View) -> None:
    """Draw the search field and a list: whom the text of a search stands for, a rule finds, or everybody."""
    put(tag("h1", view.say("Find people")), class_="head")
    if not view.ws.warehouse.count("people"):
        has_some = view.ws.warehouse.count("orders") or view.ws.warehouse.count("members")
        (not_run if has_some else nothing_loaded)(view)
        return
    n_people = view.ws.warehouse.count("people")
    lead(
        view.say("{n} people are known. Find one by what is at hand, or narrow the list.", n=f"{n_people:,}")
    )
    mark, rule = view.query.get("found", ""), view.query.get("rule", "")
    text = cast("str | None", view.memory.find(mark)) if mark else ""
    _search(view, text or "")
    if text is None:
        put(tag("p", view.say("This search is over; search again."), class_="muted"), class_="panel")
    else:
        _listed(view, Whom(rule, text))


def _listed(view: View, whom: Whom) -> None:
    try:
        whom = replace(whom, rule=view.ask(plain_rule, whom.rule))
        said = in_words(view, whom.rule)
    except RuleError as error:
        fault(view, error)
        return
    with ui.element("details").classes("panel"):
        put(escape(view.say("Narrow the list")), "summary")
        condition_picker(view, lambda condition: _narrow(view, whom.rule, condition))
    people_list(view, view.say("Found people") if whom.text and not whom.rule else said, whom)


def _narrow(view: View, rule: str, condition: str) -> None:
    ui.navigate.to(view.link(rule=joined(rule, condition), page=None))


def _search(view: View, text: str) -> None:
    typed = {"text": text}
    label = view.say("Name, phone, e-mail, order number, member number or any identifier")

    def find() -> None:
        wanted = typed["text"].strip()
        ui.navigate.to(view.link("/people", found=view.memory.keep(wanted) if wanted else None))

    with ui.element("section").classes("panel"):
        with ui.element("div").classes("search").props("role=search"):
            field = ui.input(
                value=text,
                placeholder=label,
                on_change=lambda event: typed.update(text=str(event.value or "")),
            )
            field.props(
                f'outlined dense clearable type=search aria-label="{label}" autocomplete=off autofocus'
            )
            field.on("keydown.enter", find)
            button(view.say("Search"), find, class_="plain strong")
        put(tag("p", view.say(HINT), class_="note muted"))


PAGE = Page(
    "/people",
    "Find people",
    people,
    "Customers",
    "Customers",
    "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-5 15-5 16 0",
    1,
    is_near=True,
    roles=("analyst", "agent"),
)
