"""The sections of the form around the steps: what begins a journey and for whom, when it ends early, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from quanyu import ledger
from quanyu.tables.text.mask import masked
from quanyu.text import Text
from quanyu.web.pages.journeys.editor.control import duration, typed
from quanyu.web.pages.journeys.editor.day import day_fields
from quanyu.web.pages.journeys.editor.fields import verbs
from quanyu.web.pages.journeys.editor.hand import FIELD, Heard
from quanyu.web.pages.journeys.editor.written import FIELDS, Written
from quanyu.web.pages.journeys.journey_words import BEGINS
from quanyu.web.parts.markup import put, tag

AGAIN: Mapping[str, Text] = {
    "never": "Never again",
    "always": "As often as it happens",
    "after": "After a while",
}


def titled(hand: Heard, number: str, title: Text) -> None:
    """Place the heading of a section."""
    put(
        tag("h2", tag("span", number, class_="number", aria_hidden="true"), hand.view.say(title)),
        class_="section",
    )


def entry(hand: Heard, written: Written, redraw: Callable[[], object]) -> None:
    """Place the name, what begins the journey, for whom, and how often; `redraw` hears that other fields are needed."""
    view, document = hand.view, written.document
    name = _writing(written, "name")
    if written.before is None:
        typed(hand, view.say("Name: letters, digits and hyphens"), document.get("name"), name, name="name")
    titled(hand, "1", "What begins it, and for whom")

    async def begin(event: Any) -> None:
        written.begin(str(event.value or ""))
        redraw()
        await hand.changed()

    begins = ui.select(
        {key: view.say(word) for key, word in BEGINS.items()},
        value=written.begins,
        label=view.say("It begins when"),
    )
    begins.props(f"{FIELD} data-name=begins").classes("wide").on_value_change(begin)
    _occasion(hand, written)
    typed(
        hand,
        view.say("Of whom this must hold (empty: everybody)"),
        document.get("whom"),
        _writing(written, "whom"),
        name="whom",
    )
    _again(hand, written, redraw)


def _occasion(hand: Heard, written: Written) -> None:
    """Place what says the occasion itself."""
    view, field = hand.view, written.begins
    value, write = written.document.get(field), _writing(written, field) if field else None
    if write is None:
        return
    if field in ("enters", "leaves"):
        names = [one.segment_id for one in ledger.list_segments(view.ws.ledger)]
        _chosen(
            hand,
            view.say("Segment"),
            [*names, *([str(value)] if value and value not in names else [])],
            value,
            write,
        )
        return
    if field == "day":
        given = dict(value) if isinstance(value, Mapping) else {}
        day_fields(hand, given, lambda: write({**given}), name="day")
        return
    labels: Mapping[str, Text] = {
        "when": "What somebody does, such as: did add_to_cart",
        "every": "A cron line, such as: 0 9 * * 1",
    }
    typed(hand, view.say(labels[field]), value, write, name=field, hints=verbs() if field == "when" else None)
    if field == "when":
        label = view.say("One entry for each (empty: person), such as: properties.cart_id")
        typed(hand, label, written.document.get("per"), _writing(written, "per"), name="per")


def _chosen(
    hand: Heard, label: str, names: Sequence[str], value: Any, write: Callable[[Any], object]
) -> None:
    async def take(event: Any) -> None:
        write(event.value or "")
        await hand.changed()

    made = ui.select(
        {name: masked(name) for name in names},
        value=value or None,
        label=label,
        on_change=take,
        with_input=len(names) > 6,
    )
    made.props(f"{FIELD} data-name=segment").classes("wide")


def _again(hand: Heard, written: Written, redraw: Callable[[], object]) -> None:
    view, value = hand.view, str(written.document.get("again", FIELDS["again"]))
    chosen = value if value in AGAIN else "after"

    async def take(event: Any) -> None:
        written.put("again", "30 days" if event.value == "after" else str(event.value))
        redraw()
        await hand.changed()

    options = {name: view.say(word) for name, word in AGAIN.items()}
    select = ui.select(options, value=chosen, label=view.say("Who was in it may enter again"), on_change=take)
    select.props(f"{FIELD} data-name=again").classes("wide")
    if chosen == "after":
        duration(hand, view.say("After"), value, _writing(written, "again"), name="after")


def ending(hand: Heard, written: Written) -> None:
    """Place when somebody leaves early, and how the journey is measured."""
    view, document = hand.view, written.document
    label = view.say("Goal: whoever does this leaves at once, such as: bought")
    typed(hand, label, document.get("goal"), _writing(written, "goal"), name="goal", hints=verbs())
    label = view.say("Whoever this holds of leaves at once")
    typed(hand, label, document.get("ends_when"), _writing(written, "ends_when"), name="ends_when")
    with ui.element("div").classes("choices fields"):
        _number(hand, written, "control_share", view.say("Share kept out"), "%")
        _number(hand, written, "window_days", view.say("Compared over, in days"), "")
        _number(hand, written, "latest_hours", view.say("Too late after, in hours"), "")


def _number(hand: Heard, written: Written, name: str, label: str, suffix: str) -> None:
    given = written.document.get(name, FIELDS[name])
    scale = 100 if suffix else 1
    value = round(given * scale, 6) if isinstance(given, int | float) else None

    async def take(event: Any) -> None:
        n = None if event.value is None else round(float(event.value) / scale, 8)
        written.put(name, int(n) if n is not None and n == int(n) and scale == 1 else n)
        await hand.changed()

    field = ui.number(label, value=value, min=0, suffix=suffix or None, on_change=take, format="%g")
    field.props(f"outlined dense debounce=300 data-name={name}")


def _writing(written: Written, name: str) -> Callable[[Any], None]:
    return lambda value: written.put(name, value)
