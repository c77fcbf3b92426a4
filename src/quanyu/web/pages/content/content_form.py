"""What stands in the form of a content while it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nicegui import ui

from quanyu.act.channel import channels
from quanyu.act.compliance import CATEGORIES
from quanyu.act.content.kept import Draft, read_draft
from quanyu.text import Text
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.view import View

MAIL = "mail"
MOST_VARIANTS = 6
PARTS: Mapping[str, tuple[tuple[str, Text], ...]] = {
    MAIL: (("subject", "Subject"), ("html", "HTML"), ("text", "Plain text; made of the HTML where nothing stands here")),
    "sms": (
        ("text", "Text"),
        ("template", "Template that the provider has approved"),
        ("fields", "Parameters of the template, one a line: name = value"),
    ),
    "": (
        ("subject", "Title"),
        ("text", "Text"),
        ("link", "Where it leads"),
        ("template", "Template that the provider has approved"),
        ("fields", "Parameters of the template, one a line: name = value"),
    ),
}  # fmt: skip
"""The parts that a channel shows; other channels show a title, a text and where it leads."""
ONE_LINE = ("subject", "link", "template")


@dataclass
class Typed:
    """The fields of the form: `variants` as texts by their part, `place` the one that is looked at."""

    name: str = ""
    channel: str = MAIL
    category: str = "general"
    is_service: bool = False
    note: str = ""
    variants: list[dict[str, str]] = field(default_factory=lambda: [{}])
    place: int = 0
    person_id: str = ""
    n_asked: int = 0

    @classmethod
    def of(cls, draft: Draft) -> Typed:
        """Return the form of a draft that was kept."""
        parts = ("subject", "text", "html", "link", "template")
        variants = [
            {**{part: getattr(one, part) for part in parts}, "fields": _lines(one.fields)}
            for one in draft.variants
        ]
        return cls(draft.name, draft.channel, draft.category, draft.is_service, variants=variants)

    def draft(self, kept: Draft | None = None) -> Draft:
        """Return what stands in the form as a draft; what the form does not show stays as it was kept."""
        before = kept.body["variants"] if kept else []
        variants = [
            {
                **(before[place] if place < len(before) else {"name": chr(ord("A") + place)}),
                **typed,
                "fields": _fields(typed.get("fields", "")),
            }
            for place, typed in enumerate(self.variants)
        ]
        given = {
            "name": self.name.strip(), "channel": self.channel, "category": self.category, "is_service": self.is_service,
            "note": self.note.strip(), "variants": variants,
        }  # fmt: skip
        return read_draft(given)


def _lines(fields: Mapping[str, str]) -> str:
    """Return parameters as lines.

    >>> _lines({"code": "{{ coupon.code }}"}), _fields("code = {{ coupon.code }}\\n\\n x=a=b ")
    ('code = {{ coupon.code }}', {'code': '{{ coupon.code }}', 'x': 'a=b'})
    """
    return "\n".join(f"{name} = {value}" for name, value in fields.items())


def _fields(lines: str) -> dict[str, str]:
    parts = (line.partition("=") for line in lines.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in parts}


def content_form(view: View, typed: Typed, changed: Callable[[], object], *, is_new: bool) -> None:
    """Place name, channel, category, kind, variants and their parts."""
    name = ui.input(view.say("Name of the content"), value=typed.name).bind_value(typed, "name")
    name.props(f"outlined dense data-name=name maxlength=64 {'' if is_new else 'readonly'}").classes("wide")
    with ui.element("div").classes("choices fields"):
        people = {one.name: view.say(one.label) for one in channels() if one.audience == "people"}
        channel = ui.select(people, value=typed.channel, label=view.say("Channel"))
        channel.bind_value(typed, "channel").props("outlined dense options-dense data-name=channel")
        goods = {one: view.say(one) for one in CATEGORIES}
        category = ui.select(goods, value=typed.category, label=view.say("What is advertised"))
        category.bind_value(typed, "category").props("outlined dense options-dense data-name=category")
    service = ui.checkbox(view.say("A service message: an order, a delivery, nothing that advertises"))
    service.bind_value(typed, "is_service").props("dense")
    parts = ui.element("div").classes("parts")

    def draw() -> None:
        parts.clear()
        with parts:
            _variants(view, typed, draw, changed)

    draw()
    channel.on_value_change(draw)
    for choice in (channel, category, service):
        choice.on_value_change(changed)


def _variants(view: View, typed: Typed, draw: Callable[[], None], changed: Callable[[], object]) -> None:
    """Place the choice of the variant and the fields of the one that is looked at."""

    def choose(place: int) -> None:
        typed.place = place
        draw()
        changed()

    def add() -> None:
        typed.variants.append(dict(typed.variants[typed.place]))
        choose(len(typed.variants) - 1)

    with ui.element("div").classes("bar"):
        if len(typed.variants) > 1:
            names = {place: chr(ord("A") + place) for place in range(len(typed.variants))}
            several = ui.toggle(names, value=typed.place).props(
                "dense unelevated no-caps toggle-color=primary"
            )
            several.props["aria-label"] = view.say("Variant")
            several.on_value_change(lambda event: choose(int(event.value)))
        if len(typed.variants) < MOST_VARIANTS:
            button(view.say("Add a variant"), add)
    variant = typed.variants[typed.place]
    for part, label in PARTS.get(typed.channel, PARTS[""]):
        variant.setdefault(part, "")
        make = ui.input if part in ONE_LINE else ui.textarea
        typed_part = make(view.say(label), value=variant[part]).bind_value(variant, part)
        grows = "" if part in ONE_LINE else "autogrow input-style='max-height:420px;min-height:120px'"
        typed_part.props(f"outlined dense debounce=500 data-name={part} {grows}").classes("wide template")
        typed_part.on_value_change(changed)


def variable_list(view: View, listed: list[tuple[str, str]]) -> None:
    """Place the variables that a content may ask for."""
    rows = [
        tag("tr", tag("td", tag("code", f"{{{{ {name} }}}}")), tag("td", label)) for name, label in listed
    ]
    body = tag("table", tag("tbody", *rows), class_="sheet")
    put(
        tag("details", tag("summary", view.say("Variables")), tag("div", body, class_="scroll", tabindex="0"))
    )
