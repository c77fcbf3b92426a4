"""Sources and keys: what sends events live, how its client is set up, and the end of a key."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import run, ui

from quanyu import ledger
from quanyu.collect.collector.source import ADD_SOURCE, REVOKE_SOURCE, snippets
from quanyu.collect.collector.wire import wires
from quanyu.ledger import Source
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.live.pulls import pulls
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import fault, lead, report
from quanyu.web.parts.write import writer
from quanyu.web.view import View


@dataclass
class Typed:
    """What stands in the form of a new source."""

    name: str = ""
    kind: str = "browser"


def sources(view: View) -> None:
    """Draw the sources with their snippets, and the form of a new one."""
    put(tag("h1", view.say("Sources and keys")), class_="head")
    listed = ledger.list_sources(view.ws.ledger)
    n_valid = sum(one.is_valid for one in listed)
    lead(
        view.say("{n} sources may send events.", n=n_valid),
        view.say("A write key stands in pages and apps for all to see: it lets events in and shows nothing."),
    )
    with ui.element("div").classes("panels"):
        with ui.element("section").classes("panel w8"):
            with ui.element("div").classes("bar"):
                put(tag("h2", view.say("Sources")), class_="choices")
                put(tag("a", view.say("Live events"), href="/live", class_="plain"), class_="tools")
            if not listed:
                put(tag("p", view.say("No source yet."), class_="muted"))
            with ui.element("div").classes("sources"):
                for one in listed:
                    _source(view, one)
        with ui.element("section").classes("panel w4 stack builder"):
            put(tag("h2", view.say("Add a source")), class_="bar")
            _form(view)
    pulls(view)


def _source(view: View, one: Source) -> None:
    """Place a source: what it is, its key, how its clients are set up."""
    state: Text = "valid" if one.is_valid else "not valid"
    label: Text = wires()[one.kind].label if one.kind in wires() else one.kind
    mark = span(f"mark {'note' if one.is_valid else 'stop'}", view.say(state))
    made = view.say("by {who}", who=one.made_by) + " · " + writer(view)(one.made_at, "time")
    with ui.element("article") as place:
        place.props["data-source"] = one.name
        facts = span("muted", f"{view.say(label)} · {made}")
        with ui.element("div").classes("bar"):
            put(tag("h3", one.name) + mark, class_="choices")
            if one.is_valid:
                with ui.element("div").classes("tools"):
                    title = view.say("Revoke {name}", name=one.name)
                    button(view.say("Revoke"), lambda: _revoke(view, one), title=title, class_="plain danger")
        put(div("", facts, tag("code", one.write_key, class_="command", data_name="key")))
        if one.is_valid:
            for setup in snippets(view.ws, one):
                install = tag("code", setup.install, class_="command") if setup.install else ""
                code = tag(
                    "pre", setup.code.rstrip(), class_="command", tabindex="0", aria_label=setup.client
                )
                put(
                    tag(
                        "details",
                        tag("summary", view.say("Set up: {client}", client=setup.client)),
                        install,
                        code,
                    )
                )


def _revoke(view: View, one: Source) -> None:
    """Ask once more, and let the key open nothing any more."""

    async def act() -> None:
        await run.io_bound(view.perform, REVOKE_SOURCE, {"name": one.name})
        ui.navigate.reload()

    with ui.dialog() as dialog, ui.card().classes("panel ask"):
        put(tag("h2", view.say("Revoke {name}", name=one.name) + "?"))
        put(tag("p", view.say("Its clients are refused from then on; what they sent stays.")))
        with ui.element("div").classes("choices"):
            button(view.say("Revoke it"), act, class_="plain strong danger")
            button(view.say("Cancel"), dialog.close)
    dialog.open()


def _form(view: View) -> None:
    typed = Typed()
    name = ui.input(view.say("What sends the events")).bind_value(typed, "name").classes("wide")
    name.props("outlined dense autocomplete=off data-name=source-name maxlength=64")
    kinds = {wire.name: view.say(wire.label) for wire in wires().values()}
    kind = ui.select(kinds, label=view.say("Client")).bind_value(typed, "kind").classes("wide")
    kind.props(f'outlined dense options-dense data-name=source-kind aria-label="{view.say("Client")}"')
    said = ui.element("div").props("role=status")

    async def add() -> None:
        said.clear()
        try:
            await run.io_bound(view.perform, ADD_SOURCE, {"name": typed.name.strip(), "kind": typed.kind})
        except Exception as error:
            report(error)
            with said:
                fault(view, error)
            return
        ui.navigate.reload()

    with ui.element("div").classes("choices"):
        button(view.say("Add a source"), add, class_="plain strong")


PAGE = Page(
    "/sources",
    "Sources and keys",
    sources,
    "Data",
    "Sources",
    "M12 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM5 17a9 9 0 0 1 0-14M19 3a9 9 0 0 1 0 14M12 13v8",
    3,
    roles=("owner",),
)
