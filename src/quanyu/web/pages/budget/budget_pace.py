"""The month against its plan, and how to begin where nothing is known."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui

from quanyu import figure
from quanyu.decide.budget import budget_read
from quanyu.text import Text
from quanyu.web.pages.labels import slice_label
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.view import View

STATES: Mapping[str, Text] = {
    "on_plan": "on plan",
    "over": "over plan",
    "under": "under plan",
    "no_plan": "no plan",
}
JOBS: Mapping[str, Text] = {
    "reach": "Reach new people",
    "convert": "Convert those who search",
    "keep": "Keep buyers",
    "try": "Try what is new",
}
STAGES: Mapping[str, Text] = {"start": "starting", "growth": "growing", "mature": "mature"}


def pace(view: View, spend_plan: budget_read.BudgetView) -> None:
    """Place the pace of the month: what was spent, what was due by now, and where the month will end."""
    if spend_plan.month is None:
        return
    title = view.say("Pace of {month}", month=figure.month(spend_plan.month, view.language))
    names = [slice_label(view, progress.channel) for progress in spend_plan.paces]
    drawn = [
        axes.Line(view.say("Spent"), [progress.spent for progress in spend_plan.paces]),
        axes.Line(view.say("Due by now"), [progress.due for progress in spend_plan.paces], palette.GHOST),
        axes.Line(
            view.say("Forecast of the month"), [progress.forecast for progress in spend_plan.paces], "#86a6ea"
        ),
        axes.Line(
            view.say("Plan of the month"), [progress.plan for progress in spend_plan.paces], palette.FAINT
        ),
    ]
    columns = (
        Head(view.say("Channel")), *(Head(line.name, "currency") for line in drawn), Head(view.say("State")),
    )  # fmt: skip
    rows = tuple(
        (
            name,
            progress.spent,
            progress.due,
            progress.forecast,
            progress.plan,
            view.say(STATES[progress.status]),
        )
        for name, progress in zip(names, spend_plan.paces, strict=True)
    )
    said = view.say(
        "The plan is that of the settings, else what was spent per day in the 28 days before the month. "
        "The forecast adds the pace of the last 7 days."
    )
    sheet = Sheet(title, columns, rows)
    with ui.element("div").classes("w12"):
        chart(view, Chart(sheet, axes.bars(view, names, drawn, "currency"), (said,), is_tall=True))


def start(view: View, spend_plan: budget_read.BudgetView) -> None:
    """Place the division to start with at the company's stage."""
    rows = tuple((view.say(JOBS[part.job]), part.share, part.amount) for part in spend_plan.start)
    columns = (
        Head(view.say("Job")), Head(view.say("Share"), "ratio"), Head(view.say("Amount per day"), "currency"),
    )  # fmt: skip
    title = view.say("To begin with, for a {stage} company", stage=view.say(STAGES[spend_plan.stage]))
    said = view.say(
        "A convention and no finding; the stage is in the settings, [budget] stage. Curves replace it."
    )
    with ui.element("section").classes("panel w12"):
        grid(view, Sheet(title, columns, rows), about_it=said, is_short=True)
