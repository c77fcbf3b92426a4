"""The budget: what is proposed and why, what every channel brings, other totals, and the pace of the month."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.decide.budget import budget_read
from quanyu.decide.read import decisions
from quanyu.decide.spend_test import SpendTests, spend_test_view
from quanyu.ledger import Decision
from quanyu.tables.owned.curve import DOUBTS
from quanyu.tables.owned.decided import REFUSALS, SCENARIOS
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.budget.budget_curve import curves
from quanyu.web.pages.budget.budget_pace import pace, start
from quanyu.web.pages.budget.budget_test import proposed_tests, shown_tests
from quanyu.web.pages.labels import EVIDENCE, slice_label
from quanyu.web.parts.card import plain
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.choice import segments
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, is_ready, notice
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.verdict import verdict
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

TOTALS: Mapping[str, Text] = {"keep": "Total as now", "less": "A fifth less", "more": "A fifth more"}


def budget(view: View) -> None:
    """Draw the budget of the newest turn; the scenario is in the address."""
    if not is_ready(view, ("orders", "spend"), "budgets"):
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
    _answer(view, spend_plan, chosen)
    tests: SpendTests = view.ask(spend_test_view)
    proposed_tests(view, tests)
    _cards(view, spend_plan, chosen)
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


def _answer(view: View, spend_plan: budget_read.BudgetView, chosen: budget_read.ScenarioView) -> None:
    """Say what is proposed or why nothing is; a proposal that waits can be decided here."""
    if chosen.status == "proposed":
        hint = view.say(
            "Expected profit a week: {gain} more ({low} to {high}); a gain with a probability of {p}.",
            gain=_money(view, chosen.gain), low=_money(view, chosen.gain_low), high=_money(view, chosen.gain_high),
            p=figure.percent(chosen.p_gain, 0),
        )  # fmt: skip
        put(notice(view.say("Divide the money as below"), hint))
        if chosen.name == SCENARIOS[0]:
            _decide(view, spend_plan.proposal_id)
        return
    reason = view.say(REFUSALS[chosen.reason]) if chosen.reason in REFUSALS else chosen.reason
    hint = ""
    if chosen.gain is not None:
        hint = view.say(
            "The best division found: {gain} a week ({low} to {high}), a gain with a probability of {p}; {asked} is asked for.",
            gain=_money(view, chosen.gain), low=_money(view, chosen.gain_low), high=_money(view, chosen.gain_high),
            p=figure.percent(chosen.p_gain, 0), asked=figure.percent(spend_plan.confidence, 0),
        )  # fmt: skip
    level = "note" if chosen.status == "kept" else "warning"
    title = reason if chosen.status == "kept" else view.say("Cannot tell: {reason}", reason=reason)
    put(notice(title, hint, level))


def _decide(view: View, proposal_id: str) -> None:
    """Place the buttons of the decision that stands for this proposal, once a turn has put it on record."""
    recorded: list[Decision] = view.ask(decisions, "budget")
    for decision in recorded:
        if decision.decision_id.endswith(proposal_id):
            question = view.say(
                "The amounts per channel are written to a file for those who set them on the platforms."
            )
            verdict(view, decision, question)


def _cards(view: View, spend_plan: budget_read.BudgetView, chosen: budget_read.ScenarioView) -> None:
    limits = view.say(
        "No channel moves by more than {step} in one turn; floors, caps and the total are kept.",
        step=figure.percent(spend_plan.step, 0),
    )
    listed = (
        ("Present spend", _money(view, chosen.current), view.say("Mean per day of the last 28 days, all ad channels.")),
        ("Proposed spend", _money(view, chosen.proposed), limits),
        ("Expected gain a week", _signed(view, chosen.gain), view.say(
            "Profit: margin of the orders caused, less spend, against the present division; the mean over all draws of the curves.")),
        ("Probability of a gain", figure.percent(chosen.p_gain, 0), view.say("Share of the draws in which the change is a gain.")),
        ("Reserve", _money(view, chosen.reserve), view.say(
            "What is not given to any channel: kept back by the settings, or not worth spending.")),
    )  # fmt: skip
    plain(view, listed)


def _before_and_after(view: View, chosen: budget_read.ScenarioView) -> None:
    title = view.say("Before and after, per day")
    names = [slice_label(view, line.channel) for line in chosen.lines]
    drawn = [
        axes.Line(view.say("Present"), [line.current for line in chosen.lines], palette.FAINT),
        axes.Line(view.say("Proposed"), [line.proposed for line in chosen.lines]),
    ]
    columns = (
        Head(view.say("Channel")), Head(view.say("Present"), "currency"), Head(view.say("Proposed"), "currency"),
        Head(view.say("Change"), "ratio"),
    )  # fmt: skip
    rows = tuple(
        (name, line.current, line.proposed, line.change)
        for name, line in zip(names, chosen.lines, strict=True)
    )
    chart(
        view,
        Chart(Sheet(title, columns, rows), axes.bars(view, names, drawn, "currency"), (_what_lines(view),)),
    )


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
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Channel", "text"), ("Effect", "text"), ("Present", "currency"), ("Proposed", "currency"), ("Change", "ratio"),
        ("Least", "currency"), ("Most", "currency"), ("Marginal return", "number"), ("Marginal return then", "number"),
        ("Gain a week", "currency"), ("Gain, low", "currency"), ("Gain, high", "currency"),
    )  # fmt: skip
    rows = tuple(
        (
            slice_label(view, line.channel), _known(view, line),
            line.current, line.proposed, line.change, line.least, line.most, line.marginal, line.marginal_proposed,
            line.gain, line.gain_low, line.gain_high,
        )
        for line in chosen.lines
    )  # fmt: skip
    title = view.say("Channel by channel")
    return Sheet(title, tuple(Head(view.say(label), kind) for label, kind in heads), rows)


def _known(view: View, line: budget_read.LineView) -> str:
    if line.status != "known":
        return view.say("cannot tell")
    return view.say(EVIDENCE.get(line.evidence, "known"))


def _what_lines(view: View) -> str:
    return view.say(
        "Marginal return: the margin that one more unit of money brings; below 1 it does not come back. "
        "Channels whose effect is not known keep what they have."
    )


def _money(view: View, amount: float | None) -> str:
    return figure.figure(amount, "currency", view.language, view.ws.settings.currency)


def _signed(view: View, amount: float | None) -> str:
    return ("+" if amount is not None and amount > 0 else "") + _money(view, amount)


PAGE = Page(
    "/budget", "Budget", budget, "Marketing", "Budget", "M4 7h16v12H4zM4 7l3-3h10l3 3M12 10v6M9.5 13h5", 2
)
