"""Cards of figures with their definitions; that of a metric has the changes on before and last year, and a sparkline."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from quanyu import figure
from quanyu.tables.metric.metric import Metric
from quanyu.tables.view.metric_view import Card
from quanyu.text import Text
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.spark import spark
from quanyu.web.parts.write import shown
from quanyu.web.view import View


def cards(view: View, listed: Iterable[Card]) -> None:
    """Place the cards side by side."""
    put(Markup("").join(card(view, reading) for reading in listed), class_="cards")


def plain(view: View, listed: Iterable[tuple[Text, str, str]]) -> None:
    """Place cards of (label in English, value as shown, definition) side by side."""
    made = (
        tag(
            "article",
            div("label", view.say(label)),
            div("about-place", about(view, view.say(label), definition)),
            div("value", value),
            class_="card",
            aria_label=view.say(label),
        )
        for label, value, definition in listed
    )
    put(Markup("").join(made), class_="cards")


def card(view: View, reading: Card) -> Markup:
    """Return one card; its value leads to the metric's own page."""
    label = reading.metric.name_in(view.language)
    address = view.link("/metrics", metric=reading.metric.name, period=reading.period.name)
    lunar = view.say("Last year is aligned by the Chinese calendar.") if reading.alignment == "lunar" else ""
    return tag(
        "article",
        div("label", label),
        div("about-place", about(view, label, reading.metric.definition_in(view.language), lunar)),
        div("value", tag("a", shown(view, reading.value, reading.metric.unit), href=address)),
        div("spark", spark(reading.spark)),
        div(
            "foot",
            arrow(view, view.say("vs before"), reading.change, reading.metric),
            arrow(view, view.say("vs last year"), reading.change_on_year, reading.metric),
        ),
        class_="card",
        aria_label=label,
        data_metric=reading.metric.name,
    )


def arrow(view: View, label: str, change: float | None, metric: Metric) -> Markup:
    """Return a change: the arrow says up or down, the colour good or bad by the workspace's custom, grey neither."""
    if change is None:
        return span("", label, " ", span("flat", figure.NOTHING))
    sign, kind = "▲" if change > 0 else "▼" if change < 0 else "", metric.judged(change)
    said = {"better": view.say("better"), "worse": view.say("worse")}.get(kind)
    return span("", label, " ", span(kind, sign, " ", figure.change(change).lstrip("+-"), title=said))
