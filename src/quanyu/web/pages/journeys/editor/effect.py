"""The forms of steps that make something: a task, a request to a program, a trait, a coupon, points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from quanyu import ledger
from quanyu.act.journey.step.effect import SHORT
from quanyu.text import Text
from quanyu.web.pages.journeys.editor.control import duration, typed
from quanyu.web.pages.journeys.editor.hand import FIELD, At, Hand

FIELDS: Mapping[str, Mapping[str, Text]] = {
    "task": {"what": "What is to be done", "who": "Who does it (empty: anybody)", "within": "Within"},
    "webhook": {"name": "By which name programs know it", "to": "Which program"},
    "trait": {
        "name": "Name of the trait, such as: wants_a_call",
        "value": "Value: true, a number, a day, today, or a text",
    },
    "coupon": {"pool": "Which coupon", "n": "How many"},
    "points": {"n": "How many points", "why": "What for"},
}
"""The fields of each kind, in their order."""
TAKEN_BACK = ("task", "coupon", "points")


def effect_fields(hand: Hand, at: At) -> bool:
    """Place the form of a step; say whether it can show what stands there."""
    fields = FIELDS[at.word]
    given = dict(at.written) if isinstance(at.written, dict) else {SHORT[at.word]: at.written}
    beside = {"on_exit"} if at.word in TAKEN_BACK else set()
    if set(given) - set(fields) - beside or any(isinstance(value, dict | list) for value in given.values()):
        return False

    def writing(name: str, *, is_number: bool = False) -> Callable[[str], object]:
        def write(text: str) -> None:
            value: Any = _read(text) if at.word == "trait" and name == "value" else text
            given[name] = int(text) if is_number and text.isdecimal() else value
            at.write({key: one for key, one in given.items() if one not in ("", None)})

        return write

    for name, label in fields.items():
        said = hand.view.say(label)
        if name == "within":
            duration(hand, said, given.get(name), writing(name), name=at.name(name))
        elif name == "to":
            _program(hand, at, said, str(given.get(name) or ""), writing(name))
        else:
            value = _shown(given.get(name))
            typed(hand, said, value, writing(name, is_number=name == "n"), name=at.name(name))
    if beside:
        _taken_back(hand, at, given, writing("on_exit"))
    return True


def _read(text: str) -> Any:
    """Return what is typed as a value: true, false and numbers are no texts."""
    flags = {"true": True, "false": False}
    if text.strip().lower() in flags:
        return flags[text.strip().lower()]
    try:
        return int(text) if text.strip().lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text


def _shown(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _program(hand: Hand, at: At, label: str, value: str, write: Callable[[str], object]) -> None:
    view = hand.view
    options = {"": view.say("All that listen to journeys")}
    options |= {hook.hook_id: hook.url for hook in ledger.list_hooks(view.ws.ledger)}

    async def take(event: Any) -> None:
        write(str(event.value or ""))
        await hand.changed()

    made = ui.select(
        {**options, **({value: value} if value not in options else {})}, value=value, label=label
    )
    made.props(f'{FIELD} data-name="{at.name("to")}"').classes("wide").on_value_change(take)


def _taken_back(hand: Hand, at: At, given: Mapping[str, Any], write: Callable[[str], object]) -> None:
    async def take(event: Any) -> None:
        write("cancel" if event.value else "")
        await hand.changed()

    made = ui.checkbox(hand.view.say("Take it back from whoever leaves early and has not used it"))
    made.props(f'dense data-name="{at.name("on_exit")}"').value = given.get("on_exit") == "cancel"
    made.on_value_change(take)
