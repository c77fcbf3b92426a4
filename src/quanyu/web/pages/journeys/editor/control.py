"""Controls that forms of steps share: a line of text, a time as a number and its unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from quanyu.text import Text
from quanyu.web.pages.journeys.editor.hand import FIELD, Heard

UNITS: Mapping[str, Text] = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}
WRITTEN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(minute|hour|day|week)s?\s*$")


def typed(
    hand: Heard,
    label: str,
    value: Any,
    write: Callable[[str], object],
    *,
    name: str,
    hints: list[str] | None = None,
) -> None:
    """Place a line of text; `write` hears what is typed."""

    async def take(event: Any) -> None:
        write(str(event.value or ""))
        await hand.changed()

    made = ui.input(label, value="" if value is None else str(value), on_change=take, autocomplete=hints)
    made.props(f'outlined dense debounce=300 autocomplete=off data-name="{name}"').classes("wide")


def duration(hand: Heard, label: str, value: Any, write: Callable[[str], object], *, name: str) -> None:
    """Place a time as a number and its unit."""
    found = WRITTEN.match(str(value or ""))
    with ui.element("div").classes("choices fields"):
        number = ui.number(label, value=float(found[1]) if found else None, min=0, format="%g")
        number.props(f'outlined dense debounce=300 data-name="{name}"')
        units = {unit: hand.view.say(word) for unit, word in UNITS.items()}
        unit = ui.select(units, value=found[2] if found else "day", label=hand.view.say("Unit"))
        unit.props(f'{FIELD} data-name="unit-{name}"')

    async def take() -> None:
        n = float(number.value or 0)
        write(f"{n:g} {unit.value}{'' if n == 1 else 's'}")
        await hand.changed()

    number.on_value_change(take)
    unit.on_value_change(take)
