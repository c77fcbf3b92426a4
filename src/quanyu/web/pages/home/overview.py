"""The first screen: what waits for a decision, how the shop is doing, what stands out, and how fresh the data is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui

from quanyu import figure, ledger
from quanyu.ledger import Run
from quanyu.measure.metric import Trend, read, trend
from quanyu.plan.advice import Advice, advice
from quanyu.plan.review import review
from quanyu.tables.metric.catalogue import metric
from quanyu.tables.metric.period import Period
from quanyu.tables.view.metric_view import Card, Slice
from quanyu.text import Language
from quanyu.understand.rfm import RfmMap, rfm_map
from quanyu.web.page import Page
from quanyu.web.pages.home.waiting import waiting, warm_waiting
from quanyu.web.pages.labels import slice_label
from quanyu.web.parts.card import cards
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.choice import chosen_period, period_picker, segments
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import not_run, nothing_loaded
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import UNITS
from quanyu.web.view import View
from quanyu.workspace import Workspace

MAIN = ("net_revenue", "n_orders", "n_new_buyers", "refund_rate", "roas")
"""The figures that a day begins with."""
MORE = (
    "gmv",
    "n_buyers",
    "aov_per_order",
    "aov_per_buyer",
    "repurchase_rate",
    "visitors",
    "pay_conversion_rate",
    "cost",
    "cac",
    "satisfaction",
)
TRENDS = ("net_revenue", "gmv", "n_orders", "visitors")

BEHIND: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "revenue": ("/metrics", {"metric": "net_revenue"}), "refunds": ("/metrics", {"metric": "refund_rate"}),
    "slipping": ("/people", {"rule": "group in at_risk, must_win_back"}),
    "champions": ("/people", {"rule": "group = champions"}),
    "newcomers": ("/metrics", {"metric": "n_new_buyers"}), "spending": ("/channels", {}),
    "unknown": ("/data", {"part": "quality"}), "repurchase": ("/metrics", {"metric": "repurchase_rate"}),
    "quality": ("/data", {"part": "quality"}),
}  # fmt: skip
"""Where a reader sees more of what stands out: the people themselves, or the figures behind it."""


def overview(view: View) -> None:
    """Draw the screen: the newest complete days before the as-of day unless the address names others."""
    if not view.ws.warehouse.count("orders") and not view.ws.warehouse.count("events"):
        put(tag("h1", view.say("Overview")), class_="head")
        nothing_loaded(view)
        return
    day = view.ask(read.as_of)
    if day is None:
        put(tag("h1", view.say("Overview")), class_="head")
        not_run(view)
        return
    period = chosen_period(view, day)
    with ui.element("div").classes("head"):
        put(tag("h1", view.say("Overview")))
        period_picker(view, period, day)
    fill(view, _lead, stands_out, view.language)
    waiting(view)
    fill(view, _cards, kpis, period)
    name = view.query.get("trend", TRENDS[0])
    name = name if name in TRENDS else TRENDS[0]
    grain = "day" if period.days <= 120 else "week"
    with ui.element("div").classes("panels"):
        with ui.element("div").classes("w7"):
            fill(view, _trend, trend, name, grain, period)
        with ui.element("section").classes("panel w5"):
            put(tag("h2", view.say("What stands out")), class_="bar")
            fill(view, _advice, stands_out, view.language)
        with ui.element("div").classes("w6"):
            fill(view, _channels, read.breakdown, "net_revenue", "channel", period)
        with ui.element("div").classes("w6"):
            fill(view, _groups, rfm_map)
    fill(view, _more, more, period)
    with ui.element("section").classes("panel"):
        _freshness(view)


def warm(view: View) -> None:
    """Read what the screen shows first."""
    day = view.ask(read.as_of)
    if day is None:
        return
    period = chosen_period(view, day)
    for told in (kpis, more):
        view.ask(told, period)
    view.ask(stands_out, view.language)
    warm_waiting(view)
    view.ask(trend, TRENDS[0], "day", period)
    view.ask(read.breakdown, "net_revenue", "channel", period)
    view.ask(rfm_map)


def kpis(ws: Workspace, period: Period) -> list[Card]:
    """Return the main cards; metrics that the data cannot tell are left out."""
    return [card for card in read.metric_cards(ws, MAIN, period) if card.value is not None]


def more(ws: Workspace, period: Period) -> list[Card]:
    """Return the other cards; metrics that the data cannot tell are left out."""
    return [card for card in read.metric_cards(ws, MORE, period) if card.value is not None]


def stands_out(ws: Workspace, language: Language) -> tuple[Advice, ...]:
    """Return the sentences of the review."""
    return advice(review(ws), language)


def _lead(view: View, sentences: tuple[Advice, ...]) -> None:
    if sentences:
        put(tag("p", sentences[0].says, class_="lead"))


def _cards(view: View, readings: list[Card]) -> None:
    if readings:
        cards(view, readings)
    else:
        put(div("notice", view.say("Nothing happened in this period; choose another one.")))


def _more(view: View, readings: list[Card]) -> None:
    if readings:
        put(tag("h2", view.say("More figures")), class_="head part")
        cards(view, readings)


def _trend(view: View, series: Trend) -> None:
    chosen_metric = series.metric
    label = chosen_metric.name_in(view.language)
    places = [day.strftime("%m-%d") if series.grain == "day" else day.isoformat() for day in series.on]
    heads = (view.say("This period"), view.say("Period before"), view.say("A year ago"))
    sides = (series.values, series.previous, series.last_year)
    styles = ((palette.ACCENT, False), (palette.GHOST, True), (palette.FAINT, False))
    drawn = [
        axes.Line(head, side, *style)
        for head, side, style in zip(heads, sides, styles, strict=True)
        if any(value is not None for value in side)
    ]
    kind = UNITS[chosen_metric.unit]
    columns = (Head(view.say("Day"), "day"), *(Head(head, kind) for head in heads))
    sheet = Sheet(label, columns, tuple(zip(series.on, *sides, strict=True)))
    options = {name: metric(name).name_in(view.language) for name in TRENDS}
    switch = segments(view, "trend", options, chosen_metric.name, view.say("Metric"))
    chart(
        view,
        Chart(
            sheet,
            axes.lines(view, places, drawn, chosen_metric.unit),
            (chosen_metric.definition_in(view.language),),
            is_tall=True,
        ),
        beside=switch,
    )


def _channels(view: View, slices: list[Slice]) -> None:
    revenue = metric("net_revenue")
    rows = [part for part in slices if part.value or part.previous][:10]
    title = view.say("{metric} by channel", metric=revenue.name_in(view.language))
    names = [slice_label(view, part.slice) for part in rows]
    drawn = [
        axes.Line(view.say("This period"), [part.value for part in rows]),
        axes.Line(view.say("Period before"), [part.previous for part in rows], palette.FAINT),
    ]
    columns = (
        Head(view.say("Channel")),
        Head(view.say("This period"), "currency"),
        Head(view.say("Period before"), "currency"),
        Head(view.say("Change"), "ratio"),
        Head(view.say("Share"), "ratio"),
    )
    cells = tuple((name, p.value, p.previous, p.change, p.share) for name, p in zip(names, rows, strict=True))
    chart(
        view,
        Chart(
            Sheet(title, columns, cells),
            axes.bars(view, names, drawn, revenue.unit),
            (revenue.definition_in(view.language),),
        ),
    )


def _groups(view: View, rfm: RfmMap) -> None:
    title = view.say("Customer groups (RFM)")
    names = [view.pick(group_size.group.zh, group_size.group.en) for group_size in rfm.groups]
    drawn = [
        axes.Line(
            view.say("Share of buyers"), [group_size.people_share for group_size in rfm.groups], palette.FAINT
        ),
        axes.Line(view.say("Share of money"), [group_size.money_share for group_size in rfm.groups]),
    ]
    columns = (
        Head(view.say("Group")),
        Head(view.say("People"), "count"),
        Head(view.say("Money"), "currency"),
        Head(view.say("Share of buyers"), "ratio"),
        Head(view.say("Share of money"), "ratio"),
        Head(view.say("Usual action")),
    )
    cells = tuple(
        (
            name,
            group_size.n_people,
            group_size.monetary_amount,
            group_size.people_share,
            group_size.money_share,
            view.say(group_size.group.action),
        )
        for name, group_size in zip(names, rfm.groups, strict=True)
    )
    about = view.say(
        "Buyers by how recently, how often and for how much they bought; each axis is cut in high and low."
    )
    note = view.say("{n} buyers, as of {day}", n=f"{rfm.n_people:,}", day=rfm.as_of)
    chart(view, Chart(Sheet(title, columns, cells), axes.bars(view, names, drawn, "ratio"), (about,), note))


def _advice(view: View, sentences: tuple[Advice, ...]) -> None:
    lines = [
        tag(
            "li",
            tag("a", sentence.says, href=behind(view, sentence.about)),
            *([tag("div", sentence.do, class_="muted")] if sentence.do else []),
            class_=sentence.tone,
        )
        for sentence in sentences[1:]
    ] or [tag("li", view.say("Nothing unusual."))]
    put(Markup("").join(lines), "ul", "standout")


def behind(view: View, about: str) -> str:
    """Return the address of what a sentence is about."""
    path, query = BEHIND[about]
    return view.link(path, **query)


def _freshness(view: View) -> None:
    put(tag("h2", view.say("Freshness")), class_="bar")
    ran = ledger.list_runs(view.ws.ledger, limit=1)
    loaded = ledger.list_loads(view.ws.ledger, limit=1)
    facts: list[tuple[str, Any]] = [
        (view.say("Data until"), figure.day(view.ask(read.as_of) or view.ws.today(), view.language)),
        (view.say("Last load"), _when(view, loaded[0].started_at) if loaded else figure.NOTHING),
        (view.say("Last run"), _ran(view, ran[0]) if ran else figure.NOTHING),
        (view.say("Orders"), f"{view.ws.warehouse.count('orders'):,}"),
        (view.say("Events"), f"{view.ws.warehouse.count('events'):,}"),
        (view.say("People"), f"{view.ws.warehouse.count('people'):,}"),
    ]
    put(Markup("").join(div("", tag("dt", label), tag("dd", value)) for label, value in facts), "dl", "facts")


def _when(view: View, at: Any) -> str:
    return f"{at.astimezone(view.ws.settings.zone):%Y-%m-%d %H:%M}"


def _ran(view: View, run: Run) -> Markup:
    level = {"done": "note", "failed": "stop"}.get(run.status, "warning")
    return Markup("").join([_when(view, run.started_at), " ", span(f"mark {level}", view.say(run.status))])


PAGE = Page(
    "/", "Overview", overview, "", "Overview", "M3 12 12 4l9 8M6 10v10h12V10", is_near=True, warm=warm
)
