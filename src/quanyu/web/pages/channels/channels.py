"""Channels: who is credited with the orders by which model, where the models differ, and what channels cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.measure.attribution import Channels, flows
from quanyu.tables.owned.measured import LEVELS
from quanyu.tables.settings import AttributionSettings
from quanyu.tables.view.credit import CLAIMED, UNATTRIBUTED, Credit, CreditBook, Disagreement
from quanyu.tables.view.model_names import CREDIT
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.channels.channel_paths import paths
from quanyu.web.pages.channels.channel_words import MEANING, key_name, model_name
from quanyu.web.pages.channels.channel_worth import Worth, answer, returned, worth
from quanyu.web.parts.card import plain
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.choice import dropdown, segments
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, is_ready, lead, notice
from quanyu.web.parts.plot import model_chart
from quanyu.web.parts.sheet import Cell, Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

LEVEL: Mapping[str, Text] = {"channel": "Channel", "campaign": "Campaign"}
MOST = 14
"""Rows that the chart shows; the table below has all."""


def channels_page(view: View) -> None:
    """Draw the screen; level, window and model stand in the address."""
    if not is_ready(view, "Channels and attribution", ("orders", "touches", "events"), "credits"):
        return
    level = view.query.get("level", LEVELS[0])
    fill(view, _channels, worth, level if level in LEVELS else LEVELS[0], view.query.get("window", "30d"))


def _channels(view: View, known: Worth) -> None:
    attribution, book = known.attribution, known.attribution.book
    head = tag("h1", view.say("Channels and attribution"))
    if not book.touched:
        put(head, class_="head")
        _nothing(view)
        return
    model = view.query.get("model", "markov")
    model = model if model in (*book.models, CLAIMED) else next(iter(book.models))
    with ui.element("div").classes("head"):
        put(head)
        _choices(view, book, model)
    put(tag("p", _covered(view, book), class_="muted covered"))
    lead(*answer(view, known, model))
    _cards(view, attribution)
    with ui.element("div").classes("panels"):
        if known.returns.channels:
            with ui.element("section").classes("panel w12"):
                grid(view, returned(view, known, model), about_it=_what_comes_back(view))
        with ui.element("div").classes("w12"):
            _caution(view, attribution)
        with ui.element("div").classes("w8"):
            _models(view, attribution, model)
        with ui.element("section").classes("panel w4"):
            _difference(view, attribution)
        with ui.element("section").classes("panel w12"):
            _table(view, attribution, model)
        with ui.element("div").classes("w12"):
            fill(view, paths, flows, book.window)


def _choices(view: View, book: CreditBook, model: str) -> None:
    levels = {name: view.say(LEVEL[name]) for name in LEVELS}
    windows = {name: view.say("{n} days", n=name.rstrip("d")) for name in book.windows}
    listed = {name: view.say(label) for name, label in CREDIT.items() if name in (*book.models, CLAIMED)}
    days = div(
        "choices",
        span("muted", view.say("Touches counted before the order")),
        segments(view, "window", windows, book.window, view.say("Days before the order")),
    )
    with ui.element("div").classes("choices"):
        put(segments(view, "level", levels, book.level, view.say("Level")) + days, class_="choices")
        dropdown(view, "model", {"": listed}, model, view.say("Model"))


def _covered(view: View, book: CreditBook) -> str:
    """Say which days are covered, and what the chosen number of days means."""
    last = book.as_of and book.as_of - dt.timedelta(days=1)
    return view.say(
        "Orders from {since} to {last}; a touch is credited if it came at most {days} days before the order. The more days, "
        "the more orders are credited and the more early touches count.",
        since=book.since, last=last, days=book.window.rstrip("d"),
    )  # fmt: skip


def _what_comes_back(view: View) -> str:
    return view.say(
        "Margin of the orders that would not have come without the spend, per unit of money at the present spend, with its "
        "95 % interval. P that it pays: the probability that more comes back than is spent. Beside it what attribution "
        "credits, which is no proof."
    )


def _nothing(view: View) -> None:
    empty(
        view, "No order follows a known touch",
        "Load clicks and messages (the table touches), or events with channel or campaign, and the files that link "
        "identifiers to buyers; then run one turn of the loop.",
        "quanyu load FILES", "quanyu run",
    )  # fmt: skip


def _caution(view: View, attribution: Channels) -> None:
    said = view.say(
        "Attribution divides the orders that happened among the touches before them. It does not say which orders "
        "would not have happened: people who were about to buy anyway also click, so search and brand ads look better "
        "than they are."
    )
    better = view.say(
        "Better evidence: a control group ({n_lifts} campaigns were read against one) or a change of spend (the return "
        "curves of {n_curves} channels are known). Where they speak, believe them first.",
        n_lifts=attribution.n_lifts, n_curves=attribution.n_curves,
    )  # fmt: skip
    put(notice(said, better, "warning"))


def _cards(view: View, attribution: Channels) -> None:
    book, currency = attribution.book, view.ws.settings.currency
    differ = book.disagreement()
    days = book.window.rstrip("d")
    listed = (
        ("Orders", figure.figure(book.n_orders, "count", view.language),
         view.say("Sales from {since} to before {day}, on the day they were ordered.", since=book.since, day=book.as_of)),
        ("With a touch before", figure.percent(book.attributed_share),
         view.say("Share of orders whose buyer is known and had a touch in the {days} days before.", days=days)),
        ("Without one", figure.figure(book.unattributed, "count", view.language),
         view.say("Orders of unknown buyers, and of buyers who came by themselves as far as can be seen; "
                  "no channel is credited with them.")),
        ("Cost", figure.figure(book.cost_amount, "currency", view.language, currency),
         view.say("What channels cost in the same days: ads as spend says, messages as touches say.")),
        ("Models differ on", figure.percent(differ.share) if differ else figure.NOTHING,
         view.say("Share of the credited orders that change hands between the two models that differ most.")),
    )  # fmt: skip
    plain(view, listed)


def _models(view: View, attribution: Channels, model: str) -> None:
    book = attribution.book
    keys = book.keys[:MOST] if model == CLAIMED else book.touched[:MOST]
    names = [key_name(view, attribution, key) for key in keys]
    chosen = [book.of(model, key) for key in keys]
    drawn = model_chart.Model(
        model_name(view, model),
        [credit.conversions for credit in chosen],
        [credit.low for credit in chosen],
        [credit.high for credit in chosen],
    )
    others = [
        model_chart.Model(model_name(view, name), [book.of(name, key).conversions for key in keys])
        for name in CREDIT
        if name in book.fixed and name != model
    ]
    title = view.say("Credited orders by model")
    heads = [Head(view.say(LEVEL[book.level]))]
    for name in (*book.models, CLAIMED):
        heads += [Head(model_name(view, name), "number")]
        heads += [Head(view.say("{model}, low", model=model_name(view, name)), "number"),
                  Head(view.say("{model}, high", model=model_name(view, name)), "number")] if name != CLAIMED else []  # fmt: skip
    rows = tuple(_said(view, attribution, key) for key in (*book.keys, UNATTRIBUTED))
    said = view.say("Bar: the chosen model, with the interval of {n} refits. Marks: the other models that divide orders.",
                    n=view.ws.settings.of(AttributionSettings).n_resamples)  # fmt: skip
    definitions = (said, f"{model_name(view, model)}: {view.say(MEANING[model])}")
    chart(
        view,
        Chart(
            Sheet(title, tuple(heads), rows),
            model_chart.models(view, names, drawn, others, "count"),
            definitions,
            is_tall=True,
        ),
    )


def _said(view: View, attribution: Channels, key: str) -> tuple[Cell, ...]:
    cells: list[Cell] = [key_name(view, attribution, key)]
    for model in attribution.book.models:
        credit = attribution.book.of(model, key)
        cells += [credit.conversions, credit.low, credit.high]
    return (*cells, attribution.book.of(CLAIMED, key).conversions)


def _difference(view: View, attribution: Channels) -> None:
    title = view.say("Where models differ")
    meaning = [
        f"{model_name(view, name)}: {view.say(MEANING[name])}"
        for name in CREDIT
        if name in (*attribution.book.models, CLAIMED)
    ]
    put(Markup("").join([tag("h2", title), about(view, title, *meaning)]), class_="bar choices")
    differ = attribution.book.disagreement()
    if differ is None:
        put(tag("p", view.say("There is one model only, so there is nothing to compare."), class_="muted"))
        return
    put(tag("p", _sentence(view, attribution, differ)))
    rows = []
    for key in attribution.book.touched[:MOST]:
        least, most = attribution.book.span(key)
        rows.append(
            tag(
                "li",
                span("", key_name(view, attribution, key)),
                " ",
                span("nums muted", f"{least:,.0f} – {most:,.0f}"),
            )
        )
    put(Markup("").join(rows), "ul", "standout")
    said = view.say(
        "Least and most that any model which divides orders credits. A wide span means: do not decide by one model."
    )
    put(tag("p", said, class_="muted"))


def _sentence(view: View, attribution: Channels, differ: Disagreement) -> str:
    return view.say(
        "Between {first} and {second}, {share} of the credited orders change hands. The widest span is {channel}: "
        "{least} orders by {least_by}, {most} by {most_by}.",
        first=model_name(view, differ.models[0]), second=model_name(view, differ.models[1]),
        share=figure.percent(differ.share), channel=key_name(view, attribution, differ.key),
        least=f"{differ.least:,.0f}", most=f"{differ.most:,.0f}",
        least_by=model_name(view, differ.least_by), most_by=model_name(view, differ.most_by),
    )  # fmt: skip


def _table(view: View, attribution: Channels, model: str) -> None:
    book = attribution.book
    heads = (
        Head(view.say(LEVEL[book.level])), Head(view.say("Touches"), "count"), Head(view.say("Cost"), "currency"),
        Head(view.say("Orders"), "number"), Head(view.say("Low"), "number"), Head(view.say("High"), "number"),
        Head(view.say("Revenue"), "currency"), Head(view.say("ROAS"), "number"), Head(view.say("New buyers"), "number"),
        Head(view.say("CAC"), "currency"), Head(view.say("Margin less cost"), "currency"),
        Head(view.say("Claimed orders"), "count"),
    )  # fmt: skip
    rows = tuple(
        _row(view, attribution, credit) for credit in (*book.column(model), book.of(model, UNATTRIBUTED))
    )
    title = view.say("Cost and return by {model}", model=model_name(view, model))
    said = " ".join(
        view.say(sentence)
        for sentence in (
            "ROAS: credited revenue per money spent. CAC: cost per credited new buyer. "
            "All of them divide what happened; none is the return of spending more.",
            "A dash under orders means that no touch of this channel is known by person, so no model can credit it; "
            "what the platform claims stands beside.",
        )
    )
    grid(view, Sheet(title, heads, rows), about_it=said)


def _row(view: View, attribution: Channels, credit: Credit) -> tuple[Cell, ...]:
    claimed = attribution.book.of(CLAIMED, credit.key).conversions
    return (
        key_name(view, attribution, credit.key), credit.n_contacts, credit.cost_amount, credit.conversions, credit.low, credit.high,
        credit.revenue_amount, credit.roas, credit.new_buyers, credit.cac, credit.profit_amount, claimed,
    )  # fmt: skip


PAGE = Page(
    "/channels",
    "Channels and attribution",
    channels_page,
    "Marketing",
    "Channels",
    "M5 6h5l4 6h5M5 18h5l4-6M17 9l3 3-3 3",
    1,
)
