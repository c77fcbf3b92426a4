"""Tests of spend on the page of the budget: what is proposed, what runs, and what was shown."""

from __future__ import annotations

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.decide.spend_test import FIGURES, SpendTests, SpendTestView
from quanyu.text import Text, told
from quanyu.web.pages.labels import slice_label
from quanyu.web.parts.decision import verdict
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import notice
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.view import View


def proposed_tests(view: View, tests: SpendTests) -> None:
    """Say which test would tell, with its buttons, and which are under way."""
    for test in tests.tests:
        if test.decision.status in ("proposed", "approved"):
            _proposed(view, test)
        elif test.status == "running":
            _running(view, test)


def shown_tests(view: View, tests: SpendTests) -> None:
    """Place what tests have shown, and why no other is proposed."""
    over = [
        test
        for test in tests.tests
        if test.decision.status == "measured" or test.status in ("read", "refused")
    ]
    title = view.say("What tests of spend have shown")
    with ui.element("section").classes("panel w12"):
        put(tag("h2", title) + about(view, title, _what(view)), class_="bar choices")
        if not over:
            put(tag("p", view.say("No test has been carried out yet."), class_="muted"))
            return
        put(tag("ul", *[_told(view, test) for test in over], class_="links"))
    with ui.element("section").classes("panel w12"):
        grid(view, _results(view, over), about_it=_what(view))


def _told(view: View, test: SpendTestView) -> Markup:
    verdict_ = [view.say(word) for word in (test.verdict, test.reason) if word]
    measured = told(test.measured, view.language) if test.measured else "–"
    before = told(test.believed, view.language) if test.believed else "–"
    beside = view.say("Measured: {measured}. Believed before: {before}.", measured=measured, before=before)
    said = tag("div", told(test.says, view.language), " · ", beside, class_="muted")
    return tag("li", tag("strong", slice_label(view, test.channel)), " ", view.say(". ").join(verdict_), said)


def _proposed(view: View, test: SpendTestView) -> None:
    name = slice_label(view, test.channel)
    title = view.say("Test the spend of {channel}", channel=name)
    hint = view.say(
        "{what}. Spend that brings nothing is told in {power} of all cases from spend that pays for itself; what lies between, less "
        "often. Believed now: {believed}. Expected cost: {cost} "
        "of profit (at worst {worst}); knowing is expected to gain {value} in the next year.",
        what=told(test.says, view.language), power=figure.percent(test.power, 0),
        believed=told(test.believed, view.language) if test.believed else "–",
        cost=_money(view, test.cost), worst=_money(view, test.cost_high), value=_money(view, test.value),
    )  # fmt: skip
    question = view.say(
        "The days of high and low spend are drawn by lot and written to a file for those who set them on the platforms; "
        "the test begins tomorrow, and until it is over the budget leaves the channel alone."
    )
    with ui.element("div").classes("answer"):
        put(notice(title, hint))
        verdict(view, test.decision, question)


def _running(view: View, test: SpendTestView) -> None:
    title = view.say("A test of {channel} is running", channel=slice_label(view, test.channel))
    hint = view.say(
        "{what}. Day {done} of {days}, until {last}. The turn after that reads it.",
        what=told(test.says, view.language), done=test.n_days_done, days=test.n_days, last=test.ends_on,
    )  # fmt: skip
    put(notice(title, hint))


def _results(view: View, over: list[SpendTestView]) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Channel", "text"), ("From", "day"), ("Until", "day"), ("Return measured", "number"), ("Low", "number"), ("High", "number"),
        ("Orders per day", "number"), ("Low", "number"), ("High", "number"), ("P if no effect", "number"),
        ("Spent on low days", "currency"), ("Spent on high days", "currency"),
    )  # fmt: skip
    rows = tuple(
        (
            slice_label(view, test.channel), test.starts_on, test.ends_on,
            *(test.figures.get(name) for name in FIGURES),
        )
        for test in over
    )  # fmt: skip
    title = view.say("Tests of spend in figures")
    return Sheet(title, tuple(Head(view.say(label), kind) for label, kind in heads), rows)


def _what(view: View) -> str:
    return view.say(
        "Measured: the margin that one more unit of money brought between the two levels, with its 95 % interval, from the difference "
        "in orders between days that were drawn by lot. It enters what the budget knows of the channel."
    )


def _money(view: View, amount: float) -> str:
    return figure.figure(amount, "currency", view.language, view.ws.settings.currency)
