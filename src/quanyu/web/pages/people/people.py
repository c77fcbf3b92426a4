"""Find a person by a name, phone, mail address or any identifier; what is typed stays out of the address."""

from __future__ import annotations

from nicegui import run, ui

from quanyu.text import Text
from quanyu.understand.rfm import Buyer, rfm_members
from quanyu.understand.search import Hit, search
from quanyu.web.page import Page
from quanyu.web.pages.labels import group_label
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import empty, fault, not_run, nothing_loaded, report
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import button, grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

MOST = 50


def people(view: View) -> None:
    """Draw the search field and, before anything is searched, the people who spent most."""
    put(tag("h1", view.say("Find people")), class_="head")
    if not view.ws.warehouse.count("people"):
        empty_state = (
            not_run
            if view.ws.warehouse.count("orders") or view.ws.warehouse.count("members")
            else nothing_loaded
        )
        empty_state(view)
        return
    typed = {"text": ""}
    label = view.say("Name, phone, e-mail, member number or any identifier")
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("search").props("role=search"):
            field = ui.element("input").props(
                f'type="search" placeholder="{label}" aria-label="{label}" autocomplete="off" autofocus'
            )
            field.on(
                "input",
                lambda event: typed.update(text=str(event.args)),
                js_handler="(e) => emit(e.target.value)",
            )
            field.on(
                "keydown.enter", lambda event: find(str(event.args)), js_handler="(e) => emit(e.target.value)"
            )
            button(view.say("Search"), lambda: find(typed["text"]), class_="plain strong")
        put(
            tag(
                "p",
                view.say("A phone or e-mail must be complete; a name may be its beginning."),
                class_="note muted",
            )
        )
    place = ui.element("div")
    with place:
        fill(view, _spenders, rfm_members, None, None, MOST)

    async def find(text: str) -> None:
        if not text.strip():
            return
        place.clear()
        with place:
            try:
                _hits(view, await run.io_bound(search, view.ws, text, MOST) or [])
            except Exception as error:
                report(error)
                fault(view, error)


def _hits(view: View, hits: list[Hit]) -> None:
    with ui.element("section").classes("panel").props("role=status"):
        if not hits:
            empty(
                view,
                "Nobody was found for this.",
                "A phone or e-mail must be complete; a name may be its beginning.",
            )
            return
        heads = ("Person", "Name", "Phone", "E-mail", "Region", "City", "Tier")
        rows = tuple(
            (hit.person_id, hit.name, hit.phone, hit.email, hit.region, hit.city, hit.member_tier)
            for hit in hits
        )
        sheet = Sheet(view.say("Found people"), tuple(Head(view.say(head)) for head in heads), rows)
        grid(view, sheet, link=lambda person: f"/people/{person}")


def _spenders(view: View, buyers: list[Buyer]) -> None:
    if not buyers:
        return
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Person", "text"),
        ("Group", "text"),
        ("Days since last order", "count"),
        ("Orders", "count"),
        ("Money", "currency"),
        ("Region", "text"),
        ("Tier", "text"),
    )
    rows = tuple(
        (buyer.person_id, group_label(view, buyer.group_id), buyer.recency_days, buyer.frequency, buyer.monetary_amount,
         buyer.region or "", buyer.member_tier or "")
        for buyer in buyers
    )  # fmt: skip
    with ui.element("section").classes("panel"):
        sheet = Sheet(
            view.say("People who spent most"),
            tuple(Head(view.say(label), kind) for label, kind in heads),
            rows,
        )
        grid(view, sheet, link=lambda person: f"/people/{person}")


PAGE = Page(
    "/people",
    "Find people",
    people,
    "Customers",
    "Customers",
    "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-5 15-5 16 0",
    1,
)
