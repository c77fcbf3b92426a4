"""The month against its plan, and how to begin where nothing is known."""

from __future__ import annotations

from nicegui import ui

from quanyu import figure
from quanyu.decide.budget import BudgetView
from quanyu.web.pages.labels import slice_label
from quanyu.web.parts.chart import FAINT, GHOST, Chart, Line, bars, chart
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.view import View

STATES = {"on_plan": "on plan", "over": "over plan", "under": "under plan", "no_plan": "no plan"}
JOBS = {
    "reach": "Reach new people",
    "convert": "Convert those who search",
    "keep": "Keep buyers",
    "try": "Try what is new",
}
STAGES = {"start": "starting", "growth": "growing", "mature": "mature"}


def pace(view: View, found: BudgetView) -> None:
    """Place the pace of the month: what was spent, what was due by now, and where the month will end."""
    if found.month is None:
        return
    title = view.say("Pace of {month}", month=figure.month(found.month, view.language))
    names = [slice_label(view, one.channel) for one in found.paces]
    drawn = [
        Line(view.say("Spent"), [one.spent for one in found.paces]),
        Line(view.say("Due by now"), [one.due for one in found.paces], GHOST),
        Line(view.say("Forecast of the month"), [one.forecast for one in found.paces], "#86a6ea"),
        Line(view.say("Plan of the month"), [one.plan for one in found.paces], FAINT),
    ]
    columns = (
        Head(view.say("Channel")), *(Head(line.name, "currency") for line in drawn), Head(view.say("State")),
    )  # fmt: skip
    rows = tuple(
        (name, one.spent, one.due, one.forecast, one.plan, view.say(STATES[one.status]))
        for name, one in zip(names, found.paces, strict=True)
    )
    said = view.say(
        "The plan is that of the settings, else what was spent per day in the 28 days before the month. "
        "The forecast adds the pace of the last 7 days."
    )
    sheet = Sheet(title, columns, rows)
    with ui.element("div").classes("w12"):
        chart(view, Chart(sheet, bars(view, names, drawn, "currency"), (said,), is_tall=True))


def start(view: View, found: BudgetView) -> None:
    """Place the division to start with at the company's stage."""
    rows = tuple((view.say(JOBS[one.job]), one.share, one.amount) for one in found.start)
    columns = (
        Head(view.say("Job")), Head(view.say("Share"), "ratio"), Head(view.say("Amount per day"), "currency"),
    )  # fmt: skip
    title = view.say("To begin with, for a {stage} company", stage=view.say(STAGES[found.stage]))
    said = view.say(
        "A convention and no finding; the stage is in the settings, [budget] stage. Curves replace it."
    )
    with ui.element("section").classes("panel w12"):
        grid(view, Sheet(title, columns, rows), about_it=said, is_short=True)
