"""What staff record for somebody: what they were told, and a contact that must not be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import run, ui

from quanyu.act.consent import ACTIONS
from quanyu.tables.owned.people import ALL_CHANNELS
from quanyu.text import Text
from quanyu.web.pages.consent.consent_words import channel_labels
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, report
from quanyu.web.view import View

DEEDS: Mapping[str, Text] = {
    "bar": "Bar: the contact must not be used",
    "lift": "Lift what staff or a bounce barred",
    "no": "They said no",
    "yes": "They said yes, and this shows it",
}


@dataclass
class Typed:
    """What stands in the form."""

    deed: str = "bar"
    channel: str = ALL_CHANNELS
    note: str = ""


def record(view: View, who: str, again: Callable[[], Any]) -> None:
    """Place the form; `again` looks the person up anew after something was recorded."""
    typed = Typed()
    said = ui.element("div").props("role=status")
    with ui.element("details").classes("record"):
        put(tag("span", view.say("Record something for them")), "summary")
        with ui.element("div").classes("choices fields"):
            deed = ui.select(
                {name: view.say(label) for name, label in DEEDS.items()},
                value=typed.deed,
                label=view.say("What is recorded"),
            )
            deed.bind_value(typed, "deed").props("outlined dense options-dense data-name=deed")
            channel = ui.select(channel_labels(view), value=typed.channel, label=view.say("Channel"))
            channel.bind_value(typed, "channel").props("outlined dense options-dense data-name=channel")
            note = ui.input(view.say("Why, or what shows it")).bind_value(typed, "note")
            note.props("outlined dense data-name=note")

        async def do() -> None:
            said.clear()
            try:
                await run.io_bound(recorded, view, who, typed)
            except Exception as error:
                report(error)
                with said:
                    fault(view, error)
                return
            await again()

        button(view.say("Record"), do, class_="plain strong").props["data-name"] = "record"


def recorded(view: View, who: str, typed: Typed) -> None:
    """Record what stands in the form; it takes effect at once."""
    given = {"who": who, "channel": typed.channel}
    if typed.deed in ("yes", "no"):
        word = {"is_granted": typed.deed == "yes", "proof": typed.note}
        view.perform(ACTIONS["record_consent"], given | word)
    else:
        view.perform(ACTIONS["bar_contact"], given | {"note": typed.note, "is_lifted": typed.deed == "lift"})
