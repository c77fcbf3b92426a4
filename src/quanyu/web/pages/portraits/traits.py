"""How people spread over a trait, and who is behind a bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.text import Text
from quanyu.understand.trait import FAMILIES, Trait, bar_rule, profile, traits
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.choice import dropdown
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.people import trait_kind
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import writer
from quanyu.web.view import View

DEFAULT = "life_cycle"
UNITS: Mapping[str, Text] = {"day": "{n} days", "minute": "{n} minutes", "hour": "{n}:00"}
"""Units that are written out; the label of a count says what it counts."""


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
    picker = dropdown(view, "trait", groups, chosen.name, view.say("Trait"))
    put(Markup("").join([tag("h1", view.say("Traits"), id="traits"), picker]), class_="head part")
    fill(view, _distribution, profile.distribution, chosen.name)


def _word(value: object) -> Text:
    return str(value)


def trait_value(view: View, trait: Trait, value: Any) -> str:
    """Return a value of a trait as screens show it: words translated, numbers with their unit."""
    if value is None:
        return figure.NOTHING
    kind = trait_kind(trait)
    if kind == "text":
        return view.say(_word(value))
    written = writer(view)(value, kind)
    return view.say(UNITS[trait.unit], n=written) if trait.unit in UNITS else written


def _distribution(view: View, histogram: profile.Distribution) -> None:
    trait, total = histogram.trait, histogram.n_known + histogram.n_unknown
    words: Mapping[str, Text] = {"true": "Yes", "false": "No"}
    labels = [
        words.get(bar.label, bar.label) if bar.low is not None else view.say(words.get(bar.label, bar.label))
        for bar in histogram.bars
    ]
    drawn = axes.Line(view.say("People"), [bar.n_people for bar in histogram.bars])
    option = (
        axes.columns(view, labels, drawn, "count")
        if histogram.median is not None
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
    note = view.say("Known for {n} of {total} people", n=f"{histogram.n_known:,}", total=f"{total:,}")
    if rest := histogram.n_known - sum(bar.n_people for bar in histogram.bars):
        more = view.say("{n} people have other, rarer values", n=f"{rest:,}")
        note += f" · {more}"
    if histogram.median is not None:
        note += f" · {view.say('Median')} {trait_value(view, trait, histogram.median)}"

    def opened(event: Any) -> None:
        place = int(event.data_index)
        outer = (place == 0, place == len(histogram.bars) - 1)
        rule = bar_rule(trait.name, histogram.bars[place], outer)
        if rule:
            ui.navigate.to(view.link("/people", rule=rule))

    definitions = (trait.definition(view.language), view.say("Click a bar to see who is behind it."))
    chart(view, Chart(Sheet(title, heads, rows), option, definitions, note, on_point=opened))
