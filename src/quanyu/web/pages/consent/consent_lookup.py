"""Look one person or contact up: what they said when, what stands against them, and what staff record for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from markupsafe import Markup
from nicegui import run, ui

from quanyu.act.consent import ACTIONS
from quanyu.part.role import may
from quanyu.tables.owned.people import PURPOSES
from quanyu.web.pages.consent.consent_record import record
from quanyu.web.pages.consent.consent_words import REASONS, STATES, channel_told
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, fault, report
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import exports, table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.consent.standing import Standing

SHORT = 14
"""Letters of an identifier that a table shows; its file has all of them."""


def lookup(view: View, changed: Callable[[], Awaitable[None]]) -> None:
    """Place the field of what is at hand, and below it what is on record. What is typed stands in no address.

    `changed` is called when something was recorded.
    """
    put(tag("h2", view.say("What did somebody say?")), class_="bar")
    label = view.say("Phone, mail, member number, person id or identifier")

    async def show() -> None:
        who = str(field.value or "").strip()
        place.clear()
        with place:
            try:
                found = await run.io_bound(view.perform, ACTIONS["show_consent"], {"who": who})
                if found is not None:
                    _found(view, who, found, again)
            except Exception as error:
                report(error)
                fault(view, error)

    async def again() -> None:
        await show()
        await changed()

    with ui.element("div").classes("search"):
        field = ui.input(label, value=view.query.get("person", "")).props(
            f'outlined dense data-name=who aria-label="{label}" autocomplete=off'
        )
        button(view.say("Look up"), show, class_="plain strong")
    place = ui.element("div").props("role=status").classes("standing")
    field.on("keydown.enter", show)
    if field.value:
        ui.timer(0.01, show, once=True)


def _found(view: View, who: str, found: list[Standing], again: Callable[[], object]) -> None:
    if not found:
        empty(
            view,
            "Nothing is on record",
            "Nobody has this identifier, and no contact of this kind ever said anything.",
        )
    for standing in found:
        with ui.element("div").classes("proposal"):
            _one(view, standing)
            if may(view.caller.role, ACTIONS["bar_contact"].role):
                record(view, standing.person_id or _key(who, standing), again)


def _key(who: str, standing: Standing) -> str:
    """Return the identifier of a contact that is nobody's, as it is on record."""
    known = [one.id_key for one in standing.told] + [one.id_key for one in standing.suppressions]
    return known[0] if known else who


def _one(view: View, standing: Standing) -> None:
    if standing.person_id:
        link = tag("a", standing.person_id, href=f"/people/{standing.person_id}", class_="code")
        put(tag("h3", view.say("Person"), " ", link))
        put(
            Markup("").join(_state(view, name, state) for name, state in standing.states.items()),
            class_="states",
        )
    else:
        put(tag("h3", view.say("A contact that is nobody's")))
    if standing.suppressions:
        put(tag("h3", view.say("On the list of suppressions")) + _listed(view, standing))
    if standing.told:
        with ui.element("div").classes("bar"):
            put(tag("h3", view.say("What was said, newest first")))
            with ui.element("div").classes("tools"):
                exports(view, _sheet(view, standing, is_whole=True))
        put(table(_sheet(view, standing), writer(view)))
    else:
        put(tag("p", view.say("They never said anything about being written to."), class_="muted"))


def _state(view: View, channel: str, state: str) -> Markup:
    level = "note" if state == "" else "" if state in ("no_contact", "no_consent") else "warning"
    return div("state", channel_told(view, channel), " ", span(f"mark {level}", view.say(STATES[state])))


def _listed(view: View, standing: Standing) -> Markup:
    write = writer(view)
    lines = [
        tag(
            "li",
            div(
                "", span("mark warning", view.say(STATES[one.reason])), " ", channel_told(view, one.channel), " ",
                span("faint", write(one.at, "time")),
            ),
            div("muted", view.say(REASONS[one.reason]), " ", one.note),
        )
        for one in standing.suppressions
    ]  # fmt: skip
    return tag("ul", *lines, class_="found")


def _sheet(view: View, standing: Standing, *, is_whole: bool = False) -> Sheet:
    """Return what was said; an identifier whole where a file keeps it as a proof."""
    heads = (
        Head(view.say("When"), "time"), Head(view.say("Said")), Head(view.say("Channel")), Head(view.say("Purpose")),
        Head(view.say("Source")), Head(view.say("Text version")), Head(view.say("Proof")), Head(view.say("Identifier")),
    )  # fmt: skip
    rows = tuple(
        (
            one.decided_at, view.say("Yes") if one.is_granted else view.say("No"), channel_told(view, one.channel),
            view.say(PURPOSES[one.purpose]) if one.purpose in PURPOSES else one.purpose, one.source, one.text_version,
            one.proof, one.id_key if is_whole else _short(one.id_key),
        )
        for one in standing.told
    )  # fmt: skip
    return Sheet(view.say("Consent of {who}", who=standing.person_id or view.say("a contact")), heads, rows)


def _short(id_key: str) -> str:
    return f"{id_key[:SHORT]}…" if len(id_key) > SHORT + 1 else id_key
