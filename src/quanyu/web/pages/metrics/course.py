"""The slices of a metric over time in one chart: a line for each."""

from __future__ import annotations

from quanyu.measure.metric.explore import Exploration
from quanyu.text import Text
from quanyu.web.pages.labels import DIMENSIONS, slice_label
from quanyu.web.pages.metrics.cut import cut_label, part_label
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.write import UNITS
from quanyu.web.view import View

TITLES: dict[str, Text] = {
    "day": "{metric} by {dimension} and day",
    "week": "{metric} by {dimension} and week",
    "month": "{metric} by {dimension} and month",
}
FIRST: dict[str, Text] = {"day": "Day", "week": "Week from", "month": "Month from"}
LARGEST: Text = "The {n} largest of {whole} are drawn; the table and the files hold all."
SHAPES = {"day": "%m-%d", "week": "%m-%d", "month": "%Y-%m"}
"""How periods stand below charts."""


def courses(view: View, told: Exploration) -> None:
    """Place the chart of the slices; the table and the files hold those too that are not drawn."""
    trend, shown = told.trend, told.courses[: len(palette.LINES)]
    drawn = [
        axes.Line(part_label(view, told.cut, course.slice), course.values, *palette.LINES[place])
        for place, course in enumerate(shown)
    ]
    places = [day.strftime(SHAPES[trend.grain]) for day in trend.on]
    option = axes.lines(
        view, places, drawn, trend.metric.unit, has_lead=False, is_unfinished=bool(told.newest)
    )
    title = view.say(
        TITLES[trend.grain],
        metric=trend.metric.name_in(view.language),
        dimension=cut_label(view, told.cut).lower(),
    )
    sheet = _wide(view, told, title) if len(told.cut.by) == 1 else _long(view, told, title)
    about = (trend.metric.definition_in(view.language), _adds_up(view, told))
    chart(view, Chart(sheet, option, about, _note(view, told, len(shown)), is_tall=True))


def _note(view: View, told: Exploration, n_shown: int) -> str:
    """Return what a reader of the chart must know: lines that are left out, a newest period that is not over."""
    left_out = view.say(LARGEST, n=n_shown, whole=len(told.courses))
    words = [left_out] if n_shown < len(told.courses) else []
    words += [shaded] if (shaded := newest_note(view, told)) else []
    return view.pick("", " ").join(words)


def newest_note(view: View, told: Exploration) -> str:
    """Return what the shaded end of a chart is, nothing where the newest period is over."""
    if told.newest is None:
        return ""
    n, whole = told.newest
    return view.say("The shaded end has {n} of {whole} days so far.", n=n, whole=whole)


def _adds_up(view: View, told: Exploration) -> str:
    if told.is_divided:
        return view.say("The slices add up to the total.")
    return view.say(
        "The slices do not add up: a rate is never a sum of rates, and a person who is in two slices counts once in the total."
    )


def _wide(view: View, told: Exploration, title: str) -> Sheet:
    """Return a row per period and a column per slice, and the total."""
    kind = UNITS[told.trend.metric.unit]
    heads = [Head(part_label(view, told.cut, course.slice), kind) for course in told.courses]
    total = view.say("Total of what is chosen") if told.cut.among else view.say("Total")
    values = zip(*(course.values for course in told.courses), told.whole, strict=True)
    rows = tuple((day, *told_values) for day, told_values in zip(told.trend.on, values, strict=True))
    return Sheet(title, (Head(view.say(FIRST[told.trend.grain]), "day"), *heads, Head(total, kind)), rows)


def _long(view: View, told: Exploration, title: str) -> Sheet:
    """Return a row per period and pair of slices."""
    metric = told.trend.metric
    names = [Head(view.say(DIMENSIONS[name])) for name in told.cut.by]
    value = Head(metric.name_in(view.language), UNITS[metric.unit])
    rows = tuple(
        (day, *(slice_label(view, name) for name in told.cut.names(course.slice)), course.values[place])
        for place, day in enumerate(told.trend.on)
        for course in told.courses
    )
    return Sheet(title, (Head(view.say(FIRST[told.trend.grain]), "day"), *names, value), rows)
