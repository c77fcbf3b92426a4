"""The budget: what is proposed and why, what every channel brings, other totals, and the pace of the month."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu.decide.budget import budget_read
from quanyu.decide.spend_test import SpendTests, spend_test_view
from quanyu.tables.owned.curve import DOUBTS
from quanyu.tables.owned.decided import SCENARIOS
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.budget.budget_answer import answer, figures
from quanyu.web.pages.budget.budget_curve import curves
from quanyu.web.pages.budget.budget_pace import pace, start
from quanyu.web.pages.budget.budget_test import proposed_tests, shown_tests
from quanyu.web.pages.labels import EVIDENCE, slice_label
from quanyu.web.parts.card import plain
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.choice import segments
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, is_ready
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

TOTALS: Mapping[str, Text] = {"keep": "Total as now", "less": "A fifth less", "more": "A fifth more"}

COLUMNS: tuple[tuple[Text, Kind, str, bool], ...] = (
    ("Present", "currency", "current", True), ("Proposed", "currency", "proposed", False),
    ("Change of spend", "ratio", "change", False),
    ("Effect", "text", "evidence", True), ("Gain a week", "currency", "gain", False), ("Gain, low", "currency", "gain_low", False),
    ("Gain, high", "currency", "gain_high", False), ("Marginal return", "number", "marginal", True),
    ("Marginal return then", "number", "marginal_proposed", False), ("Least", "currency", "least", True),
    ("Most", "currency", "most", True),
)  # fmt: skip
"""Columns of the table: label, kind, the figure of a line, and whether it tells something where nothing is proposed."""


def budget(view: View) -> None:
    """Draw the budget of the newest turn; the scenario is in the address."""
    if not is_ready(view, "Budget", ("orders", "spend"), "budgets"):
        return
    fill(view, _budget, budget_read.budget_view)


def _budget(view: View, spend_plan: budget_read.BudgetView) -> None:
    name = view.query.get("total", SCENARIOS[0])
    chosen = next((scenario for scenario in spend_plan.scenarios if scenario.name == name), spend_plan.main)
    if chosen is None:
        put(tag("h1", view.say("Budget")), class_="head")
        empty(
            view, "No ad spend has been loaded",
            "Load the ad reports of your platforms; then run one turn of the loop.",
            "quanyu load FILES", "quanyu run",
        )  # fmt: skip
        start(view, spend_plan)
        return
    labels = {key: view.say(text) for key, text in TOTALS.items()}
    said = view.say("per day, as of {day}", day=spend_plan.as_of)
    choice = segments(view, "total", labels, chosen.name, view.say("Total"))
    put(tag("h1", view.say("Budget")) + span("muted", said) + choice, class_="head")
    answer(view, spend_plan, chosen)
    tests: SpendTests = view.ask(spend_test_view)
    proposed_tests(view, tests)
    plain(view, figures(view, spend_plan, chosen))
    with ui.element("div").classes("panels"):
        with ui.element("div").classes("w7"):
            _before_and_after(view, chosen)
        with ui.element("section").classes("panel w5"):
            _untold(view, chosen, tests)
        with ui.element("section").classes("panel w12"):
            grid(view, _sheet(view, chosen), about_it=_what_lines(view))
        shown_tests(view, tests)
        curves(view, spend_plan)
        pace(view, spend_plan)
        if not spend_plan.is_known:
            start(view, spend_plan)


def _before_and_after(view: View, chosen: budget_read.ScenarioView) -> None:
    """Place the spend of every channel: as it is, and as proposed where something is."""
    is_proposed = chosen.status == "proposed"
    title = view.say("Before and after, per day" if is_proposed else "Present spend per day")
    names = [slice_label(view, line.channel) for line in chosen.lines]
    now = [line.current for line in chosen.lines]
    columns = [Head(view.say("Channel")), Head(view.say("Present"), "currency")]
    if not is_proposed:
        sheet = Sheet(title, tuple(columns), tuple(zip(names, now, strict=True)))
        chart(view, Chart(sheet, axes.bars(view, names, [axes.Line(view.say("Present"), now)], "currency")))
        return
    drawn = [
        axes.Line(view.say("Present"), now, palette.FAINT),
        axes.Line(view.say("Proposed"), [line.proposed for line in chosen.lines]),
    ]
    columns += [Head(view.say("Proposed"), "currency"), Head(view.say("Change of spend"), "ratio")]
    rows = tuple(
        (name, line.current, line.proposed, line.change)
        for name, line in zip(names, chosen.lines, strict=True)
    )
    sheet = Sheet(title, tuple(columns), rows)
    chart(view, Chart(sheet, axes.bars(view, names, drawn, "currency"), (_what_lines(view),)))


def _untold(view: View, chosen: budget_read.ScenarioView, tests: SpendTests) -> None:
    """List the channels whose effect cannot be told, each with the reason and whether a test would tell."""
    title = view.say("What cannot be told, and what would tell")
    said = view.say(
        "A test alternates the spend by the half week between two levels, on days drawn by lot. One is proposed where the profit "
        "that knowing is expected to gain in a year exceeds what the test costs."
    )
    put(tag("h2", title) + about(view, title, said), class_="bar choices")
    open_ = [line for line in chosen.lines if line.status != "known"]
    if not open_:
        put(tag("p", view.say("The effect of every channel is known."), class_="muted"))
        return
    why_not = dict(tests.why_not)
    put(tag("ul", *[_doubt(view, line, why_not.get(line.channel, "")) for line in open_], class_="links"))


def _doubt(view: View, line: budget_read.LineView, why_not: Text) -> Markup:
    why = view.say(DOUBTS[line.reason]) if line.reason in DOUBTS else line.reason
    test = (
        view.say("No test: {reason}", reason=view.say(why_not))
        if why_not
        else view.say("A test is proposed.")
    )
    return tag(
        "li", tag("strong", slice_label(view, line.channel)), " ", why, tag("div", test, class_="muted")
    )


def _sheet(view: View, chosen: budget_read.ScenarioView) -> Sheet:
    """Return the channels with their limits and returns, and with what they would get where something is proposed."""
    columns = COLUMNS if chosen.status == "proposed" else [column for column in COLUMNS if column[3]]
    rows = tuple(
        (
            slice_label(view, line.channel),
            *(_known(view, line) if name == "evidence" else getattr(line, name) for _, _, name, _ in columns),
        )
        for line in chosen.lines
    )
    heads = (Head(view.say("Channel")), *(Head(view.say(label), kind) for label, kind, *_ in columns))
    return Sheet(view.say("Channel by channel"), heads, rows)


def _known(view: View, line: budget_read.LineView) -> str:
    if line.status != "known":
        return view.say("cannot tell")
    return view.say(EVIDENCE.get(line.evidence, "known"))


def _what_lines(view: View) -> str:
    return view.say(
        "Marginal return: the margin that one more unit of money brings; below 1 it does not come back. "
        "Channels whose effect is not known keep what they have."
    )


PAGE = Page(
    "/budget",
    "Budget",
    budget,
    "Marketing",
    "Budget",
    "M4 7h16v12H4zM4 7l3-3h10l3 3M12 10v6M9.5 13h5",
    2,
    is_near=True,
)
