"""Pick a condition by the names that people know: a trait, how it is compared, and a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import run, ui

from quanyu.errors import QuanyuError
from quanyu.rule import known_columns
from quanyu.tables.view.rfm_groups import GROUPS
from quanyu.text import Text
from quanyu.understand.trait import profile
from quanyu.web.parts.button import button
from quanyu.web.parts.people.column import column_heads
from quanyu.web.view import View

NUMBER_SIGNS: Mapping[str, Text] = {
    ">=": "at least", "<=": "at most", "=": "is", "!=": "is not", ">": "above", "<": "below",
}  # fmt: skip
FLAGS: Mapping[str, Text] = {"true": "Yes", "false": "No"}
WORD_SIGNS: Mapping[str, Text] = {"=": "is", "!=": "is not", "in": "is one of"}


def joined(rule: str, condition: str) -> str:
    """Return a rule with one more condition.

    >>> joined("frequency >= 2;", "group = lost"), joined("", "group = lost")
    ('frequency >= 2; group = lost', 'group = lost')
    """
    before = rule.rstrip("; \n；")
    return f"{before}; {condition}" if before else condition


def condition_picker(view: View, take: Callable[[str], object]) -> None:
    """Place the picker; `take` gets the text of each condition that is picked."""
    label = view.say("Add a condition")
    with ui.element("div").classes("choices picker").props(f'role=group aria-label="{label}"'):
        picked = trait_fields(view)
        more = button(view.say("Add"), lambda: None)

    def add() -> None:
        if condition := picked():
            take(condition)

    more.on("click", add)


def trait_fields(view: View) -> Callable[[], str]:
    """Place the fields of a condition over a trait; return what tells its text, nothing while it is not whole."""
    heads = column_heads(view)
    columns = {
        name: f"{heads[name].label} · {name}" if name in heads else name
        for name in known_columns(view.ws.warehouse.table)
    }
    column = ui.select(columns, label=view.say("Trait"), with_input=True).props(
        "outlined dense options-dense"
    )
    sign = ui.select({}, label=view.say("Compared")).props("outlined dense options-dense")
    place = ui.element("div").classes("value")
    value: dict[str, Any] = {}

    def is_words() -> bool:
        head = heads.get(str(column.value))
        return head is None or head.kind in {"text", "flag"}

    async def chosen() -> None:
        signs = WORD_SIGNS if is_words() else NUMBER_SIGNS
        sign.set_options({mark: view.say(word) for mark, word in signs.items()}, value=next(iter(signs)))
        words = await run.io_bound(_words, view, str(column.value)) if is_words() else {}
        place.clear()
        with place:
            said = view.say("Value")
            value["field"] = (
                ui.select(words, label=said, multiple=True, with_input=True) if words else ui.input(said)
            )
            value["field"].props("outlined dense options-dense")

    def picked() -> str:
        given = value["field"].value if value else None
        words = [str(word) for word in given] if isinstance(given, list) else [str(given or "").strip()]
        if not column.value or not any(words):
            return ""
        mark = "in" if len(words) > 1 and sign.value == "=" else sign.value
        return f"{column.value} {mark} {', '.join(words)}"

    column.on_value_change(chosen)
    return picked


def _words(view: View, column: str) -> dict[str, str]:
    """Return the values a column of words has, with what they are called."""
    if column == "group":
        return {group.group_id: group.name_in(view.language) for group in GROUPS}
    try:
        bars = view.ask(profile.distribution, column).bars
    except QuanyuError:
        return {}
    words: dict[str, Text] = {bar.label: bar.label for bar in bars if not {";", ",", "；"} & set(bar.label)}
    return {word: view.say(FLAGS.get(word, shown)) for word, shown in words.items()}
