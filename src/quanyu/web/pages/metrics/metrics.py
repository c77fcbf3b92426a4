"""The explorer: one metric over time, against before and last year, by slice, with what moved it."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu.measure.metric import read
from quanyu.measure.metric.explore import Exploration, explore, known_slices
from quanyu.tables.metric.catalogue import BUYERS, SPENDING, TRADE, TRAFFIC, VOICE, metric
from quanyu.tables.metric.metric import Metric
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.metrics.course import LARGEST, SHAPES, courses, newest_note
from quanyu.web.pages.metrics.cut import (
    chosen_cut,
    cut_choices,
    cut_label,
    part_label,
    place_filters,
    tell_ignored,
)
from quanyu.web.pages.metrics.moved import moved, told_move
from quanyu.web.parts.card import card
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.choice import chosen_period, dropdown, period_picker, segments
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import not_run, nothing_loaded, notice
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import UNITS
from quanyu.web.view import View

FAMILIES: Mapping[Text, tuple[Metric, ...]] = {
    "Trade": TRADE, "Buyers": BUYERS, "Traffic": TRAFFIC, "Advertising": SPENDING, "Voice": VOICE,
}  # fmt: skip
GRAINS: Mapping[str, Text] = {"day": "By day", "week": "By week", "month": "By month"}
MOST = 15
"""Slices that the bars show; their table and files have all."""
WHOLE_ONLY: Text = "{metric} is kept for the whole shop only."
NO_WHOLE: Text = "Whoever came by two of the chosen slices counts in both, so they have no total here. Choose one slice, or all."


def metrics(view: View) -> None:
    """Draw the explorer; what is chosen stands in the address."""
    day = view.ask(read.as_of)
    if day is None:
        put(tag("h1", view.say("Metric explorer")), class_="head")
        has_some = view.ws.warehouse.count("orders") or view.ws.warehouse.count("events")
        (not_run if has_some else nothing_loaded)(view)
        return
    chosen_metric = metric(view.query.get("metric", "net_revenue"))
    period = chosen_period(view, day)
    grain = view.query.get("grain", "day" if period.days <= 120 else "week")
    grain = grain if grain in GRAINS else "day"
    known = view.ask(known_slices, chosen_metric.name)
    cut = chosen_cut(view, known)
    with ui.element("div").classes("head"):
        put(tag("h1", view.say("Metric explorer")))
        period_picker(view, period, day)
    _choices(view, chosen_metric, grain, cut_choices(view, cut, known))
    if known.slices:
        place_filters(view, cut, known)
    tell_ignored(view, chosen_metric, known)
    fill(view, _explored, explore, chosen_metric.name, grain, period, cut)


def _explored(view: View, told: Exploration) -> None:
    told_move(view, told)
    with ui.element("div").classes("panels"):
        if told.has_whole:
            with ui.element("div").classes("w4 stack"):
                put(card(view, told.card), class_="")
                put(_definition(view, told.card.metric), "section", "panel")
            with ui.element("div").classes("w8"):
                _trend(view, told)
        elif told.cut.among:
            put(notice(view.say(NO_WHOLE)), class_="w12")
        if not told.cut.by:
            label = told.card.metric.name_in(view.language)
            put(tag("p", view.say(WHOLE_ONLY, metric=label), class_="muted"), class_="panel")
            return
        with ui.element("div").classes("w8"):
            courses(view, told)
        with ui.element("div").classes("w4"):
            _slices(view, told)
        with ui.element("section").classes("panel w12"):
            moved(view, told)


def _choices(view: View, chosen_metric: Metric, grain: str, cuts: list[Markup]) -> None:
    groups = {
        view.say(family): {each.name: each.name_in(view.language) for each in listed}
        for family, listed in FAMILIES.items()
    }
    grains = {name: view.say(label) for name, label in GRAINS.items()}
    with ui.element("div").classes("choices head"):
        dropdown(view, "metric", groups, chosen_metric.name, view.say("Metric"))
        put(
            Markup("").join([segments(view, "grain", grains, grain, view.say("Grain")), *cuts]),
            class_="choices",
        )


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


def _trend(view: View, told: Exploration) -> None:
    series, chosen_metric = told.trend, told.trend.metric
    label, kind = chosen_metric.name_in(view.language), UNITS[chosen_metric.unit]
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
        f"{label} {view.say(GRAINS[series.grain]).lower()}",
        (Head(view.say("Day"), "day"), *(Head(head, kind) for head in heads)),
        tuple(zip(series.on, *sides, strict=True)),
    )
    places = [day.strftime(SHAPES[series.grain]) for day in series.on]
    chart(
        view,
        Chart(
            sheet,
            axes.lines(view, places, drawn, chosen_metric.unit, is_unfinished=bool(told.newest)),
            (chosen_metric.definition_in(view.language),),
            newest_note(view, told),
            is_tall=True,
        ),
    )


def _slices(view: View, told: Exploration) -> None:
    label, kind = told.card.metric.name_in(view.language), UNITS[told.card.metric.unit]
    by, slices = cut_label(view, told.cut), told.slices
    names = [part_label(view, told.cut, part.slice) for part in slices]
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
    drawing = axes.bars(view, names[:MOST], drawn, told.card.metric.unit)
    note = view.say(LARGEST, n=MOST, whole=len(slices)) if len(slices) > MOST else ""
    about = (told.card.metric.definition_in(view.language),)
    chart(view, Chart(sheet, drawing, about, note, is_tall=True))


PAGE = Page("/metrics", "Metric explorer", metrics, "Reports", "Metrics", "M4 20V4M4 20h16M8 16l4-5 3 3 5-7")
