"""What a campaign truly earned: treated against control, with intervals, and what that means."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.measure.experiment import REASONS, Result, results
from quanyu.text import Text
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.markup import div, put, tag
from quanyu.web.parts.plot import interval
from quanyu.web.parts.sheet import Cell, Head, Kind, Sheet
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

METRICS: Mapping[str, Text] = {
    "conversion": "Buyers",
    "orders": "Orders",
    "revenue": "Net revenue",
    "margin": "Margin",
}
TONES = {
    "works": "note",
    "fails": "warning",
    "cannot_tell": "",
    "running": "",
    "broken": "stop",
    "unread": "",
}


def result(view: View, campaign_id: str) -> None:
    """Place the measured lifts of a campaign and the verdict."""
    fill(view, lambda view, outcomes: _shown(view, outcomes, campaign_id), results)


def _shown(view: View, outcomes: list[Result], campaign_id: str) -> None:
    outcome = next((each for each in outcomes if each.campaign_id == campaign_id), None)
    title = view.say("Treated against control")
    if outcome is None:
        with ui.element("section").classes("panel"):
            put(tag("h2", title), class_="bar")
            put(
                tag(
                    "p",
                    view.say("There is no reading yet: load the orders of the days after, and run a turn."),
                )
            )
        return
    put(_verdict(view, outcome))
    if all(lift.relative.low is None for lift in outcome.lifts):
        return
    drawn = [
        interval.Whisker(
            view.say(METRICS[lift.metric]), lift.relative.value, lift.relative.low, lift.relative.high
        )
        for lift in outcome.lifts
    ]
    definitions = (
        view.say(
            "Everybody who was assigned counts in their arm, whatever became of the message. "
            "The interval holds the true effect 19 times out of 20."
        ),
        view.say(
            "Drawn is the change against the control group; the table has the effect per person and in total."
        ),
    )
    note = view.say("{n} treated, {m} in control", n=f"{outcome.n_treated:,}", m=f"{outcome.n_control:,}")
    if interval.goes_on(drawn):
        note += " · " + view.say("an arrow: the interval goes on beyond the picture; the table has its end")
    chart(view, Chart(_sheet(view, title, outcome), interval.forest(view, drawn, "ratio"), definitions, note))


def _verdict(view: View, outcome: Result) -> Markup:
    words = [tag("strong", view.say(outcome.sentence))]
    currency = view.ws.settings.currency
    profit = outcome.profit
    if profit.value is not None and profit.low is not None and profit.high is not None:
        low, middle, high = (
            figure.money(value, currency) for value in (profit.low, profit.value, profit.high)
        )
        said = view.say(
            "Margin less cost of contacts: {middle} ({low} to {high}).", middle=middle, low=low, high=high
        )
        words.append(tag("div", said))
    if outcome.days_left:
        words.append(tag("div", view.say("{n} days are left to observe.", n=outcome.days_left)))
    if outcome.n_more_people:
        more = view.say("About {n} people more would tell.", n=f"{outcome.n_more_people:,}")
        words.append(tag("div", more, class_="muted"))
    return div(f"notice {TONES[outcome.verdict]}", *words, role="status")


def _sheet(view: View, title: str, outcome: Result) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Metric", "text"), ("Treated", "number"), ("Control", "number"), ("Lift per person", "number"),
        ("Low", "number"), ("High", "number"), ("Relative lift", "ratio"), ("In total", "number"), ("Note", "text"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            view.say(METRICS[lift.metric]), lift.mean_treated, lift.mean_control, lift.lift.value, lift.lift.low,
            lift.lift.high, lift.relative.value, lift.incremental.value,
            view.say(REASONS[lift.reason]) if lift.reason in REASONS else lift.reason,
        )
        for lift in outcome.lifts
    )  # fmt: skip
    return Sheet(title, tuple(Head(view.say(label), kind) for label, kind in heads), rows)
