"""The forms of steps, by their kind; a step whose form cannot say what stands in it, or of another kind, is written as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from quanyu.act.journey.day import SORTS
from quanyu.errors import JourneyError
from quanyu.part.document import document_of, document_text
from quanyu.rule.verb import VERBS
from quanyu.tables.view.data_words import EVENTS
from quanyu.text import message_and_hint
from quanyu.web.pages.journeys.editor.control import duration, typed
from quanyu.web.pages.journeys.editor.day import day_fields
from quanyu.web.pages.journeys.editor.effect import effect_fields
from quanyu.web.pages.journeys.editor.hand import FIELD, At, Hand
from quanyu.web.pages.journeys.editor.send import send_fields
from quanyu.web.pages.journeys.journey_steps import Part, parts
from quanyu.web.pages.journeys.journey_words import DAYS
from quanyu.web.parts.button import button


def step_fields(hand: Hand, at: At) -> None:
    """Place the form of a step, and the steps of its ways."""
    fields = FORMS.get(at.word)
    if fields is None or not fields(hand, at):
        _as_text(hand, at)


def verbs() -> list[str]:
    """Return what people do, as conditions say it."""
    named = [f"did {event}" for event in EVENTS]
    return [*(name for name, verb in VERBS.items() if not verb.needs_detail), *named]


def _wait(hand: Hand, at: At) -> bool:
    duration(hand, hand.view.say("How long"), at.written, at.write, name=at.name("wait"))
    return True


def _wait_until(hand: Hand, at: At) -> bool:
    view = hand.view
    given = at.written if isinstance(at.written, dict) else {"time": at.written}
    if any(name in given for name in SORTS):
        return _until_day(hand, at, given)
    on = given.get("on") or []
    if not isinstance(on, list) or set(map(str, on)) - set(DAYS):
        return False

    async def take() -> None:
        chosen = [day for day in DAYS if day in (days.value or ())]
        at.write({"time": str(time.value or ""), **({"on": chosen} if chosen else {})})
        await hand.changed()

    with ui.element("div").classes("choices fields"):
        label = view.say("At what time")
        time = ui.time_input(label, value=str(given.get("time") or "")).classes("day")
        time.props(f'outlined dense mask="##:##" aria-label="{label}" data-name="{at.name("time")}"')
        time.button.props(f'dense size=sm aria-label="{view.say("Clock: {time}", time=label)}"')
        names = {day: view.say(word) for day, word in DAYS.items()}
        days = ui.select(
            names, value=list(map(str, on)), multiple=True, label=view.say("On which days; none: every day")
        )
        days.props(f'{FIELD} use-chips data-name="{at.name("days")}"')

    async def by_day() -> None:
        at.write({"anniversary": "", "then": [], "else": []})
        await hand.redraw(at.number)

    button(view.say("Wait for a day instead"), by_day).props(f'data-name="{at.name("by-day")}"')
    time.on_value_change(take)
    days.on_value_change(take)
    return True


def _until_day(hand: Hand, at: At, given: dict[str, Any]) -> bool:
    view = hand.view
    day_fields(hand, given, lambda: at.write(given), name=at.name("day"))
    for part, label in zip(
        parts(at.step), (view.say("On the day"), view.say("No such day ahead")), strict=True
    ):
        hand.nested(label, part, at.number)
    return True


def _wait_for(hand: Hand, at: At) -> bool:
    if not isinstance(at.written, dict):
        return False
    view, given = hand.view, at.written
    write: Callable[[str], Callable[[str], object]] = lambda name: lambda text: given.update({name: text})  # noqa: E731
    typed(
        hand, view.say("What they do"), given.get("what"), write("what"), name=at.name("what"), hints=verbs()
    )
    duration(hand, view.say("Within"), given.get("within"), write("within"), name=at.name("within"))
    for part, label in zip(parts(at.step), (view.say("In time"), view.say("Otherwise")), strict=True):
        hand.nested(label, part, at.number)
    return True


def _branch(hand: Hand, at: At) -> bool:
    if not isinstance(at.written, list) or not all(isinstance(one, dict) for one in at.written):
        return False
    view, ways = hand.view, at.written

    async def more() -> None:
        ways.insert(len([one for one in ways if "else" not in one]), {"if": "", "then": []})
        await hand.redraw(at.number)

    async def drop(holder: dict[str, Any]) -> None:
        at.write([one for one in at.written if one is not holder])
        await hand.redraw(at.number)

    listed = parts(at.step)
    for part in listed:
        if part.outcome == "else":
            hand.nested(view.say("Otherwise"), part, at.number)
            continue
        label = view.say("Way {n}: if", n=part.outcome)
        with ui.element("div").classes("choices way-head"):
            write: Callable[[str], object] = lambda text, part=part: part.holder.update({"if": text})  # type: ignore[misc]  # noqa: E731
            typed(hand, label, part.holder.get("if"), write, name=at.name(f"if-{part.outcome}"))
            if len(listed) > 2:
                button(
                    "×",
                    partial(drop, part.holder),
                    title=view.say("Remove way {n} of step {step}", n=part.outcome, step=at.number),
                )
        hand.nested(view.say("Way {n}", n=part.outcome), part, at.number)
    button(view.say("Add a way"), more).props(f'data-name="{at.name("way")}"')
    return True


def _split(hand: Hand, at: At) -> bool:
    ways = at.written
    if not isinstance(ways, dict) or not all(isinstance(one, dict) for one in ways.values()):
        return False
    view = hand.view

    async def more() -> None:
        name = next(letter for letter in map(chr, range(ord("A"), 0x10000)) if letter not in ways)
        ways[name] = {"steps": []}
        await hand.redraw(at.number)

    async def drop(name: str) -> None:
        ways.pop(name, None)
        await hand.redraw(at.number)

    async def rename(old: str, field: ui.input) -> None:
        new = str(field.value or "").strip()
        if new and new != old and new not in ways:
            at.write({new if name == old else name: one for name, one in ways.items()})
            await hand.redraw(at.number)

    for part in parts(at.step):
        with ui.element("div").classes("choices fields way-head"):
            name = ui.input(view.say("Name of the way"), value=part.outcome)
            name.props(f'outlined dense data-name="{at.name(f"way-{part.outcome}")}"')
            name.on("blur", partial(rename, part.outcome, name))
            _share(hand, at, part)
            if len(ways) > 2:
                title = view.say("Remove way {n} of step {step}", n=part.outcome, step=at.number)
                button("×", partial(drop, part.outcome), title=title)
        hand.nested(part.outcome, part, at.number)
    button(view.say("Add a way"), more).props(f'data-name="{at.name("way")}"')
    return True


def _share(hand: Hand, at: At, part: Part) -> None:
    share = part.holder.get("share")
    value = round(share * 100, 6) if isinstance(share, int | float) else None

    async def take(event: Any) -> None:
        part.holder.pop("share", None)
        if event.value is not None:
            steps = part.holder.pop("steps", [])
            part.holder.update(share=round(float(event.value) / 100, 8), steps=steps)
        await hand.changed()

    label = hand.view.say("Share; empty: what is left")
    field = ui.number(label, value=value, min=0, max=100, suffix="%", on_change=take, format="%g")
    field.props(f'outlined dense debounce=300 data-name="{at.name(f"share-{part.outcome}")}"')


def _exit(hand: Hand, at: At) -> bool:
    typed(hand, hand.view.say("Why, for the count"), at.written, at.write, name=at.name("exit"))
    return True


def _as_text(hand: Hand, at: At) -> None:
    """Place a step as YAML: what its form cannot say."""

    async def take(event: Any) -> None:
        try:
            at.write(document_of(str(event.value or ""), "YAML", JourneyError))
        except JourneyError as error:
            field.props["error-message"] = message_and_hint(error, hand.view.language)[0]
            field.props["error"] = True
            return
        field.props["error"] = False
        await hand.changed()

    text = "" if at.written is None else document_text(at.written).removesuffix("...\n")
    field = ui.textarea(hand.view.say("What it is given, as YAML"), value=text, on_change=take)
    field.props(f'outlined dense autogrow debounce=400 data-name="{at.name("yaml")}"').classes(
        "wide template"
    )


Form = Callable[[Hand, At], bool]
FORMS: Mapping[str, Form] = {
    "wait": _wait, "wait_until": _wait_until, "wait_for": _wait_for, "branch": _branch, "split": _split,
    "send": send_fields, "task": effect_fields, "webhook": effect_fields, "trait": effect_fields, "coupon": effect_fields,
    "points": effect_fields, "exit": _exit,
}  # fmt: skip
"""The form of each kind of step: it says whether it can show what stands there; a kind without one is written as text."""
