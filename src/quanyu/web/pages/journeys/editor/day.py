"""The fields of a day that is known ahead: by what it is told, how many days before or after, and at which time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from quanyu.act.journey.day import SORTS
from quanyu.tables.festival import DAYS
from quanyu.text import Text
from quanyu.web.pages.journeys.editor.control import typed
from quanyu.web.pages.journeys.editor.hand import FIELD, Heard

WORDS: Mapping[str, Text] = {
    "date": "A date", "festival": "A festival", "trait": "A day of each person",
    "anniversary": "Its return every year, such as a birthday",
}  # fmt: skip
LABELS: Mapping[str, Text] = {
    "date": "Day, such as: 2026-12-24", "festival": "Festival", "trait": "Trait that holds a day",
    "anniversary": "Trait that holds a day, such as: birthday_on",
}  # fmt: skip


def day_fields(hand: Heard, given: dict[str, Any], write: Callable[[], object], *, name: str) -> None:
    """Place the fields of a day; `write` hears when something in `given` has changed."""
    view = hand.view
    sort = next((one for one in SORTS if one in given), "anniversary")
    given.setdefault(sort, "")
    box = ui.element("div").classes("stacked")

    def put(field: str, value: Any) -> None:
        given.pop(field, None)
        if value not in (None, "", 0):
            given[field] = value
        write()

    async def choose(event: Any) -> None:
        for one in SORTS:
            given.pop(one, None)
        given[str(event.value)] = ""
        draw(str(event.value))
        write()
        await hand.changed()

    def draw(chosen: str) -> None:
        box.clear()
        with box:
            if chosen == "festival":
                _festival(hand, view.say(LABELS[chosen]), given, write, name=f"{name}-name")
            else:
                typed(
                    hand,
                    view.say(LABELS[chosen]),
                    given.get(chosen),
                    lambda text: put(chosen, text),
                    name=f"{name}-name",
                )

    select = ui.select(
        {one: view.say(word) for one, word in WORDS.items()}, value=sort, label=view.say("Which day")
    )
    select.props(f'{FIELD} data-name="{name}-sort"').classes("wide").on_value_change(choose)
    draw(sort)
    with ui.element("div").classes("choices fields"):
        _days(hand, given.get("days"), lambda n: put("days", n), name=f"{name}-days")
        typed(
            hand,
            view.say("At what time"),
            given.get("time"),
            lambda text: put("time", text),
            name=f"{name}-time",
        )


def _festival(
    hand: Heard, label: str, given: dict[str, Any], write: Callable[[], object], *, name: str
) -> None:
    async def take(event: Any) -> None:
        given["festival"] = str(event.value or "")
        write()
        await hand.changed()

    value = str(given.get("festival") or "")
    options = {one: hand.view.say(one) for one in DAYS} | (
        {value: value} if value and value not in DAYS else {}
    )
    made = ui.select(options, value=value or None, label=label, on_change=take)
    made.props(f'{FIELD} data-name="{name}"').classes("wide")


def _days(hand: Heard, value: Any, write: Callable[[int], object], *, name: str) -> None:
    async def take(event: Any) -> None:
        write(int(event.value or 0))
        await hand.changed()

    label = hand.view.say("Days after it; below 0: before it")
    made = ui.number(
        label, value=value if isinstance(value, int) else 0, on_change=take, precision=0, format="%d"
    )
    made.props(f'outlined dense debounce=300 data-name="{name}"')
