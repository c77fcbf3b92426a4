"""The kinds of conditions that the builder offers: the fields of each, and the condition that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from quanyu.errors import RuleError
from quanyu.rule import known_columns, parse
from quanyu.rule.place import centre
from quanyu.rule.tree import (
    EVER,
    Ago,
    Anniversary,
    Apply,
    Did,
    During,
    Literal,
    Lot,
    Measure,
    Member,
    Name,
    Near,
    Node,
    Rank,
    Window,
)  # fmt: skip
from quanyu.rule.verb import VERBS
from quanyu.text import Text
from quanyu.understand.segment import segment_states
from quanyu.web.parts.people.column import column_heads
from quanyu.web.parts.people.condition_picker import trait_fields
from quanyu.web.view import View

Make = Callable[[], Node]
"""Makes the condition that stands in the fields; raises `RuleError` while they are not whole."""
FIELD = "outlined dense options-dense"
OFTEN: Mapping[str, Text] = {">=": "at least", "<=": "at most", "=": "exactly"}
WHENCE: Mapping[bool, Text] = {True: "Highest", False: "Lowest"}


def _trait(view: View) -> Make:
    picked = trait_fields(view)

    def make() -> Node:
        (claim,) = parse(_whole(picked())).operands
        return claim

    return make


def _did(view: View) -> Make:
    verbs = {name: view.say(verb.label) for name, verb in VERBS.items()}
    verb = _select(view.say("What was done"), verbs, "bought", "verb")
    detail = ui.input(view.say("Event or channel")).props(f"{FIELD} data-name=detail")
    detail.bind_visibility_from(verb, "value", lambda name: VERBS[str(name)].detail is not None)
    sign = _select(
        view.say("How often"), {mark: view.say(word) for mark, word in OFTEN.items()}, ">=", "often"
    )
    times = _number(view.say("Times"), 1, "times")
    days = _number(view.say("In the last days (empty: ever)"), 90, "days", least=1)

    def make() -> Node:
        chosen = VERBS[str(verb.value)]
        named = str(detail.value or "").strip() if chosen.detail is not None else ""
        did = Did(str(verb.value), _whole(named) if chosen.needs_detail else named or None)
        during = EVER if days.value is None else Window(Ago(int(days.value)))
        return Apply(str(sign.value), (Measure(did, window=during), Literal(_written(times))))

    return make


def _segment(view: View) -> Make:
    names = {one.segment.segment_id: one.segment.segment_id for one in segment_states(view.ws)}
    name = _select(view.say("Segment"), names, next(iter(names), None), "segment")
    return lambda: Member("segment", _whole(str(name.value or "")))


def _rank(view: View) -> Make:
    column = _column(view, lambda kind: kind in {"count", "number", "currency", "ratio"})
    is_top = _select(view.say("End"), {end: view.say(word) for end, word in WHENCE.items()}, True, "end")
    share = _number(view.say("Share"), 10, "share", suffix="%")
    return lambda: Apply(
        "<=",
        (Rank(Name(_whole(str(column.value or ""))), bool(is_top.value)), Literal(f"{_written(share)}%")),
    )


def _lot(view: View) -> Make:
    share = _number(view.say("Share"), 10, "share", suffix="%")
    label = ui.input(view.say("Name of the draw (another name draws others)")).props(f"{FIELD} data-name=lot")
    return lambda: Apply("<", (Lot(str(label.value or "").strip()), Literal(f"{_written(share)}%")))


def _near(view: View) -> Make:
    column = _column(view, lambda kind: kind == "text", "city")
    km = _number(view.say("Kilometres"), 100, "km")
    of = ui.input(view.say("City, or (latitude, longitude)")).props(f"{FIELD} data-name=of")

    def make() -> Node:
        place = _whole(str(of.value or "").strip())
        centre(place, view.ws.settings.home)
        return Near(Name(_whole(str(column.value or ""))), float(_written(km)), place)

    return make


def _anniversary(view: View) -> Make:
    column = _column(view, lambda kind: kind == "day")
    days = _number(view.say("In the next days"), 7, "days", least=1)
    return lambda: During(
        Anniversary(Name(_whole(str(column.value or "")))),
        Window(Ago(0), Ago(-int(_written(days)))),
    )


KINDS: Mapping[str, tuple[Text, Callable[[View], Make]]] = {
    "did": ("Did something, so often, in the last days", _did),
    "trait": ("A trait", _trait),
    "segment": ("Is in a segment", _segment),
    "rank": ("Stands among the highest or lowest", _rank),
    "lot": ("A random share", _lot),
    "near": ("Lives within a distance of a city", _near),
    "anniversary": ("A day returns, such as a birthday", _anniversary),
}
"""Every kind: what it is called, and what places its fields."""


def _column(view: View, fits: Callable[[str], bool], first: str = "") -> ui.select:
    known, heads = known_columns(view.ws.warehouse.table), column_heads(view)
    named = {
        name: f"{heads[name].label} · {name}" for name in known if name in heads and fits(heads[name].kind)
    }
    chosen = first if first in named else next(iter(named), None)
    return _select(view.say("Trait"), named, chosen, "column")


def _select(label: str, options: Mapping[Any, str], value: Any, name: str) -> ui.select:
    return ui.select(dict(options), label=label, value=value, with_input=len(options) > 6).props(
        f"{FIELD} data-name={name}"
    )


def _number(label: str, value: float, name: str, *, least: float = 0, suffix: str = "") -> ui.number:
    field = ui.number(label, value=value, min=least, suffix=suffix or None)
    return field.props(f"{FIELD} data-name={name}")


def _written(field: ui.number) -> str:
    return f"{float(_whole(str(field.value if field.value is not None else ''))):.10g}"


def _whole(word: str) -> str:
    if not word:
        raise RuleError("The condition is not whole.", "Fill in every field.")
    return word


__all__ = ["KINDS", "Make"]
