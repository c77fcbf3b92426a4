"""How people spread over a trait, or over two together, and who is behind a bar or a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from quanyu import figure
from quanyu.text import Text
from quanyu.understand.trait import FAMILIES, Trait, bar_rule, profile, traits
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.choice import dropdown
from quanyu.web.parts.heat import Cell, Heat, heat
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.people import trait_kind
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import writer
from quanyu.web.view import View

DEFAULT = "life_cycle"
GRAINS: Mapping[str, Text] = {
    "": "",
    "week": "By week, from its Monday",
    "month": "By month",
    "quarter": "By quarter",
    "year": "By year",
}
FLAGS: Mapping[str, Text] = {"true": "Yes", "false": "No"}
UNITS: Mapping[str, Text] = {"day": "{n} days", "minute": "{n} minutes", "hour": "{n}:00"}
"""Units that are written out; the label of a count says what it counts."""

WEEKDAYS: tuple[Text, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def distributions(view: View) -> None:
    """Draw the picker of traits and the distribution of the chosen one."""
    listed = {trait.name: trait for trait in traits(view.ws)}
    chosen = listed.get(view.query.get("trait", DEFAULT)) or next(iter(listed.values()))
    groups = {
        view.pick(*FAMILIES[family]): {
            option.name: option.label(view.language) for option in listed.values() if option.family == family
        }
        for family in FAMILIES
    }
    other = listed.get(view.query.get("with", ""))
    with ui.element("div").classes("head part"):
        put(tag("h1", view.say("Traits"), id="traits"))
        with ui.element("div").classes("choices"):
            dropdown(view, "trait", groups, chosen.name, view.say("Trait"))
            alone = {"": {"": view.say("no other trait")}}
            dropdown(view, "with", alone | groups, other.name if other else "", view.say("Together with"))
    fill(view, _distribution, profile.distribution, chosen.name)
    if other and other.name != chosen.name:
        fill(view, _pair, profile.pair, chosen.name, other.name)


def _word(value: object) -> Text:
    return str(value)


def trait_value(view: View, trait: Trait, value: Any) -> str:
    """Return a value of a trait as screens show it: words translated, numbers with their unit."""
    if value is None:
        return figure.NOTHING
    kind = trait_kind(trait)
    if kind == "text":
        return view.say(_word(value))
    if trait.unit == "weekday" and value in range(1, 8):
        return view.say(WEEKDAYS[int(value) - 1])
    written = writer(view)(value, kind)
    return view.say(UNITS[trait.unit], n=written) if trait.unit in UNITS else written


def _distribution(view: View, histogram: profile.Distribution) -> None:
    trait, total = histogram.trait, histogram.n_known + histogram.n_unknown
    labels = _labels(view, histogram)
    drawn = axes.Line(view.say("People"), [bar.n_people for bar in histogram.bars])
    option = (
        axes.columns(view, labels, drawn, "count")
        if histogram.is_ordered
        else axes.bars(view, labels, [drawn], "count")
    )
    title = view.say("Distribution of {trait}", trait=trait.label(view.language))
    heads = (
        Head(trait.label(view.language)),
        Head(view.say("People"), "count"),
        Head(view.say("Share"), "ratio"),
    )
    rows = tuple(
        (label, bar.n_people, bar.n_people / histogram.n_known if histogram.n_known else None)
        for label, bar in zip(labels, histogram.bars, strict=True)
    )
    note = view.say(GRAINS[histogram.grain]) + " · " if histogram.grain else ""
    note += view.say("Known for {n} of {total} people", n=f"{histogram.n_known:,}", total=f"{total:,}")
    if rest := histogram.n_known - sum(bar.n_people for bar in histogram.bars):
        more = view.say("{n} people have other, rarer values", n=f"{rest:,}")
        note += f" · {more}"
    if histogram.median is not None and trait.unit != "weekday":
        note += f" · {view.say('Median')} {trait_value(view, trait, histogram.median)}"

    def opened(event: Any) -> None:
        place = int(event.data_index)
        outer = (place == 0, place == len(histogram.bars) - 1)
        rule = bar_rule(trait.name, histogram.bars[place], outer)
        if rule:
            ui.navigate.to(view.link("/people", rule=rule))

    definitions = (trait.definition(view.language), view.say("Click a bar to see who is behind it."))
    chart(view, Chart(Sheet(title, heads, rows), option, definitions, note, on_point=opened))


def _labels(view: View, histogram: profile.Distribution) -> list[str]:
    """Return what the bars of a trait are called: words translated, ranges as they are."""
    if histogram.trait.unit == "weekday":
        return [
            trait_value(view, histogram.trait, int(bar.label)) if bar.label.isdigit() else bar.label
            for bar in histogram.bars
        ]
    words = [FLAGS.get(bar.label, bar.label) for bar in histogram.bars]
    return words if histogram.is_ordered else [view.say(word) for word in words]


def _pair(view: View, told: profile.Pair) -> None:
    """Place two traits as a heat map: words stand from above, numbers and days from below."""
    first, second = told.first, told.second
    across, up = _labels(view, first), _labels(view, second)
    names = [side.trait.label(view.language) for side in (first, second)]
    turned = list(range(len(up))) if second.is_ordered else list(range(len(up)))[::-1]
    most = max(told.cells.values(), default=1)
    cells = {
        (x, turned[y]): Cell(
            figure.figure(n, "count", view.language), n / most,
            view.say("{axes}: {value}; see who is in it", axes=f"{across[x]} × {up[y]}", value=f"{n:,}"), _cell_link(view, told, x, y),
        )
        for (x, y), n in sorted(told.cells.items())
    }  # fmt: skip
    title = view.say("{first} and {second} together", first=names[0], second=names[1])
    rows = tuple((across[x], up[y], n) for (x, y), n in sorted(told.cells.items()))
    sheet = Sheet(title, (*(Head(name) for name in names), Head(view.say("People"), "count")), rows)
    definitions = (
        view.say("People by both traits: {first} across, {second} upright.", first=names[0], second=names[1]),
        view.say("{n} people are in no cell: one of the two is not known of them, or is a rarer word.", n=f"{told.n_beside:,}"),
        view.say("Click a cell to see who is in it."),
    )  # fmt: skip
    upward = [up[turned[place]] for place in range(len(up))]
    nobody = view.say("–: nobody has these two together.")
    heat(view, Heat(sheet, across, upward, cells, empty=nobody, definitions=definitions, note=definitions[1]))


def _cell_link(view: View, told: profile.Pair, across: int, up: int) -> str:
    """Return the address of the people in a cell; empty where no rule as text finds them."""
    rules = [
        bar_rule(side.trait.name, side.bars[place], (place == 0, place == len(side.bars) - 1))
        for side, place in ((told.first, across), (told.second, up))
    ]
    return view.link("/people", rule="; ".join(rules)) if all(rules) else ""
