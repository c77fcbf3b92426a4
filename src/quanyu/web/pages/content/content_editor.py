"""Write a content: its form, what one person would be sent while it is written, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from nicegui import run, ui

from quanyu import ledger
from quanyu.act.content.kept import ACTIONS, Draft, Trial, draft_of
from quanyu.act.content.value import variables
from quanyu.errors import ContentError, QuanyuError
from quanyu.tables.text.mask import masked
from quanyu.text import Language
from quanyu.web.page import Page
from quanyu.web.pages.content.content_form import Typed, content_form, variable_list
from quanyu.web.pages.content.content_preview import WIDTHS, shown_trial
from quanyu.web.parts.button import button
from quanyu.web.parts.campaign import shown_findings
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, report
from quanyu.web.view import View
from quanyu.workspace import Workspace

MOST_PEOPLE = 40


def content_editor(view: View) -> int | None:
    """Draw the form of a new content, or of the one that the address names."""
    name = view.query.get("name", "")
    kept = ledger.find_content(view.ws.ledger, name) if name else None
    title = view.say("Change the content {name}", name=name) if kept else view.say("New content")
    put(tag("a", "← ", view.say("Content"), href="/content", class_="plain"), class_="back")
    put(tag("h1", title), class_="head")
    if name and kept is None:
        fault(view, ContentError("There is no content {name!r}.", "It may have another name.", name=name))
        return 404
    draft = draft_of(kept) if kept else None
    typed = Typed.of(draft) if draft else Typed()
    with ui.element("div").classes("panels builder"):
        with ui.element("section").classes("panel w6"):
            form = ui.element("div").classes("stacked")
        with ui.element("section").classes("panel w6"):
            refresh = _outlook(view, typed, draft)
    with form:
        content_form(view, typed, refresh, is_new=draft is None)
        note = ui.input(view.say("What was changed, and why")).bind_value(typed, "note")
        note.props("outlined dense data-name=note").classes("wide")
        _saving(view, typed, draft)
        variable_list(view, view.ask(_listed, view.language))
    ui.timer(0.01, refresh, once=True)
    return None


def _outlook(view: View, typed: Typed, kept: Draft | None) -> Callable[[], object]:
    """Place the person picker, the message and the findings; return what draws them anew."""
    width = {"now": next(iter(WIDTHS))}
    put(tag("h2", view.say("What is sent")), class_="bar")
    with ui.element("div").classes("choices fields"):
        people = view.ask(some_people)
        picker = ui.select(
            {"": view.say("Nobody: made-up values"), **people},
            value="",
            label=view.say("Somebody"),
            with_input=True,
        )
        picker.props("outlined dense options-dense data-name=person hide-selected fill-input")
        widths = ui.toggle({size: view.say(label) for size, label in WIDTHS.items()}, value=width["now"])
        widths.props("dense unelevated no-caps toggle-color=primary")
    message = ui.element("div").classes("message").props("role=status")
    put(tag("h2", view.say("What was found")), class_="bar")
    counted = button(view.say("Count who would miss a variable"), lambda: refresh(is_counted=True))
    counted.props["data-name"] = "count"
    findings = ui.element("div").classes("said").props("role=status")

    async def refresh(*_: object, is_counted: bool = False) -> None:
        typed.n_asked += 1
        asked = typed.n_asked
        typed.person_id = str(picker.value or "")
        trial = await run.io_bound(tried, view, typed, kept, is_counted=is_counted)
        if asked != typed.n_asked or trial is None:
            return
        message.clear()
        with message:
            shown_trial(view, trial, width["now"])
        findings.clear()
        with findings:
            shown_findings(view, trial.findings)

    async def resize() -> None:
        width["now"] = int(widths.value)
        await refresh()

    picker.on_value_change(refresh)
    widths.on_value_change(resize)
    return refresh


def tried(view: View, typed: Typed, kept: Draft | None, *, is_counted: bool = False) -> Trial:
    """Return what the variant that is looked at says, and what is wrong with it, whatever stands in the form."""
    try:
        draft = typed.draft(kept)
        given = {"draft": draft, "place": typed.place, "person_id": typed.person_id, "is_counted": is_counted}
        return cast("Trial", view.perform(ACTIONS["try_content"], given))
    except QuanyuError as error:
        return Trial(None, error)


def _saving(view: View, typed: Typed, kept: Draft | None) -> None:
    said = ui.element("div").props("role=status")

    async def save() -> None:
        said.clear()
        try:
            await run.io_bound(save_typed, view, typed, kept)
        except Exception as error:
            report(error)
            with said:
                fault(view, error)
            return
        ui.navigate.to("/content")

    with ui.element("div").classes("choices"):
        button(view.say("Save"), save, class_="plain strong")


def save_typed(view: View, typed: Typed, kept: Draft | None) -> None:
    """Keep what stands in the form; a content that is there is only changed by who set out to change it."""
    draft = typed.draft(kept)
    if kept is None and ledger.find_content(view.ws.ledger, draft.name):
        raise ContentError(
            "There is a content {name!r} already.", "Choose another name, or edit that one.", name=draft.name
        )
    given = {**draft.body, "name": draft.name, "channel": draft.channel, "note": draft.note}
    view.perform(ACTIONS["keep_content"], given)


def some_people(ws: Workspace) -> dict[str, str]:
    """Return some people whose names are known, by person_id: their names, masked, and where they live."""
    people = ws.warehouse.table("people")
    rows = people.filter(people.name.notnull()).select("person_id", "name", "city").order_by("person_id")
    return {
        row["person_id"]: masked(" · ".join(filter(None, (row["name"], row["city"], row["person_id"][:8]))))
        for row in ws.warehouse.read(rows.limit(MOST_PEOPLE)).to_pylist()
    }


def _listed(ws: Workspace, language: Language) -> list[tuple[str, str]]:
    return [(one.name, one.said(language)) for one in variables(ws)]


PAGE = Page("/content/edit", "New content", content_editor, "Marketing", roles=("marketer",))
