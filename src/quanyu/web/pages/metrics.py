"""The explorer: one metric over time, against before and last year, by slice, with what moved it."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu.measure.metric import Explained, Trend, explain_change, read, trend
from quanyu.tables.metric.catalogue import BUYERS, SPENDING, TRADE, TRAFFIC, VOICE, metric
from quanyu.tables.metric.metric import Metric
from quanyu.tables.view.metric_view import Card, Slice
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.labels import DIMENSIONS, slice_label
from quanyu.web.parts.card import card
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.choice import chosen_period, dropdown, period_picker, segments
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import not_run
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import table
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import UNITS, writer
from quanyu.web.view import View

FAMILIES: Mapping[Text, tuple[Metric, ...]] = {
    "Trade": TRADE, "Buyers": BUYERS, "Traffic": TRAFFIC, "Advertising": SPENDING, "Voice": VOICE,
}  # fmt: skip
GRAINS: Mapping[str, Text] = {"day": "By day", "week": "By week", "month": "By month"}
MOST = 15
"""Slices that the bars show; the table below has all."""


def metrics(view: View) -> None:
    """Draw the explorer; what is chosen stands in the address."""
    day = view.ask(read.as_of)
    if day is None:
        not_run(view)
        return
    chosen_metric = metric(view.query.get("metric", "net_revenue"))
    period = chosen_period(view, day)
    grain = view.query.get("grain", "day" if period.days <= 120 else "week")
    grain = grain if grain in GRAINS else "day"
    dimension = view.query.get("dimension", "channel")
    dimension = dimension if dimension in DIMENSIONS and dimension != "all" else "channel"
    put(Markup("").join([tag("h1", view.say("Metric explorer")), period_picker(view, period)]), class_="head")
    put(_choices(view, chosen_metric, grain, dimension), class_="head")
    with ui.element("div").classes("panels"):
        with ui.element("div").classes("w4 stack"):
            fill(view, _card, read.metric_card, chosen_metric.name, period)
            put(_definition(view, chosen_metric), "section", "panel")
        with ui.element("div").classes("w8"):
            fill(view, _trend, trend, chosen_metric.name, grain, period)
        with ui.element("div").classes("w6"):
            fill(
                view,
                lambda v, slices: _slices(v, chosen_metric, dimension, slices),
                read.breakdown,
                chosen_metric.name,
                dimension,
                period,
            )
        with ui.element("section").classes("panel w6"):
            fill(view, _explained, explain_change, chosen_metric.name, dimension, period)


def _choices(view: View, chosen_metric: Metric, grain: str, dimension: str) -> Markup:
    groups = {
        view.say(family): {each.name: each.name_in(view.language) for each in listed}
        for family, listed in FAMILIES.items()
    }
    grains = {name: view.say(label) for name, label in GRAINS.items()}
    dimensions = {name: view.say(label) for name, label in DIMENSIONS.items() if name != "all"}
    return div(
        "choices",
        dropdown(view, "metric", groups, chosen_metric.name, view.say("Metric")),
        segments(view, "grain", grains, grain, view.say("Grain")),
        segments(view, "dimension", dimensions, dimension, view.say("Dimension")),
    )


def _card(view: View, reading: Card) -> None:
    put(card(view, reading), class_="")


def _definition(view: View, chosen_metric: Metric) -> Markup:
    formula = (
        f"{chosen_metric.numerator} / {chosen_metric.denominator}"
        if chosen_metric.is_ratio
        else f"sum({chosen_metric.numerator})"
    )
    scaled = f" × {chosen_metric.per:g}" if chosen_metric.per != 1 else ""
    better = {
        "up": "Higher is better",
        "down": "Lower is better",
        "none": "Neither higher nor lower is better",
    }[chosen_metric.better]
    return Markup("").join(
        [
            tag("h2", view.say("Definition")),
            tag("p", chosen_metric.definition_in(view.language)),
            tag("p", tag("code", f"{formula}{scaled}", class_="command")),
            tag("p", view.say(better), class_="muted"),
        ]
    )


def _trend(view: View, series: Trend) -> None:
    chosen_metric = series.metric
    label, kind = chosen_metric.name_in(view.language), UNITS[chosen_metric.unit]
    shape = "%m-%d" if series.grain == "day" else "%Y-%m" if series.grain == "month" else "%Y-%m-%d"
    heads = (view.say("This period"), view.say("Period before"), view.say("A year ago"))
    sides = (series.values, series.previous, series.last_year)
    drawn = [
        axes.Line(head, side, color, is_dashed)
        for head, side, color, is_dashed in zip(
            heads, sides, (palette.ACCENT, palette.GHOST, palette.FAINT), (False, True, False), strict=True
        )
        if any(value is not None for value in side)
    ]
    sheet = Sheet(
        f"{label} {view.say(GRAINS[series.grain])}",
        (Head(view.say("Day"), "day"), *(Head(head, kind) for head in heads)),
        tuple(zip(series.on, *sides, strict=True)),
    )
    places = [day.strftime(shape) for day in series.on]
    chart(
        view,
        Chart(
            sheet,
            axes.lines(view, places, drawn, chosen_metric.unit),
            (chosen_metric.definition_in(view.language),),
            is_tall=True,
        ),
    )


def _slices(view: View, chosen_metric: Metric, dimension: str, slices: list[Slice]) -> None:
    label, kind = chosen_metric.name_in(view.language), UNITS[chosen_metric.unit]
    by = view.say(DIMENSIONS[dimension])
    if not slices:
        put(_not_by(view, label, by), "section", "panel")
        return
    names = [slice_label(view, part.slice) for part in slices]
    drawn = [
        axes.Line(view.say("This period"), [part.value for part in slices[:MOST]]),
        axes.Line(view.say("Period before"), [part.previous for part in slices[:MOST]], palette.FAINT),
    ]
    columns = (
        Head(by), Head(view.say("This period"), kind), Head(view.say("Period before"), kind),
        Head(view.say("Change"), "ratio"), Head(view.say("Share"), "ratio"),
    )  # fmt: skip
    rows = tuple(
        (name, p.value, p.previous, p.change, p.share) for name, p in zip(names, slices, strict=True)
    )
    sheet = Sheet(view.say("{metric} by slice: {dimension}", metric=label, dimension=by), columns, rows)
    drawing = axes.bars(view, names[:MOST], drawn, chosen_metric.unit)
    chart(view, Chart(sheet, drawing, (chosen_metric.definition_in(view.language),), is_tall=len(slices) > 7))


def _explained(view: View, explained: Explained) -> None:
    label, kind = explained.metric.name_in(view.language), UNITS[explained.metric.unit]
    title = view.say("What moved {metric}", metric=label)
    explanation = view.say(
        "Each slice's part in the change on the period before. "
        "Mix: the slice grew or shrank; rate: its own value changed. The parts add up to the change."
    )
    put(Markup("").join([tag("h2", title), about(view, title, explanation)]), class_="bar")
    if not explained.parts:
        put(
            span(
                "muted",
                view.say(
                    "There is no period before to compare with, or this metric is not kept by this dimension."
                ),
            )
        )
        return
    heads = ("Slice", "Period before", "This period", "Contribution", "of which mix", "of which rate")
    columns = tuple(Head(view.say(head), kind if place else "text") for place, head in enumerate(heads))
    rows = tuple(
        (slice_label(view, part.slice), part.before, part.now, part.contribution, part.mix, part.rate)
        for part in explained.parts[:MOST]
    )
    put(table(Sheet(title, columns, rows), writer(view)))


def _not_by(view: View, label: str, by: str) -> Markup:
    return tag(
        "p", view.say("{metric} is not kept by {dimension}.", metric=label, dimension=by), class_="muted"
    )


PAGE = Page("/metrics", "Metric explorer", metrics, "Reports", "Metrics", "M4 20V4M4 20h16M8 16l4-5 3 3 5-7")
