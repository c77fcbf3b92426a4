"""The card of the forecast: its verdict, its parameters, and how it did on days it had not seen."""

from __future__ import annotations

from markupsafe import Markup, escape
from nicegui import ui

from quanyu import figure
from quanyu.tables.view.model_names import LIFETIME
from quanyu.understand.value import Told, value_card
from quanyu.web.pages.value.value_answer import missed
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import notice
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import exports, table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

LAST_BAND = 7


def verdict(view: View, card: value_card.ModelCard) -> None:
    """Place a warning where the forecast failed its test, and a note where it could not be tested."""
    reasons = [_said(view, reason) for reason in (*card.reasons, *card.leaving, *card.spending_reasons)]
    if card.fits is False:
        title = view.say("The forecast does not fit: use its order of customers, not its amounts.")
        put(notice(title, " ".join(reasons), "warning"))
    elif reasons:
        title = (
            view.say("Read the amounts with care.")
            if card.fits
            else view.say("The forecast is not tested yet.")
        )
        put(notice(title, " ".join(reasons)))


def model_panel(view: View, card: value_card.ModelCard) -> None:
    """Place the model's card: whether it holds and by how much it missed, why this one; its parameters are folded away."""
    level, word = {True: ("note", "fits"), False: ("warning", "does not fit"), None: ("", "not tested")}[
        card.fits
    ]
    marked = span(f"mark {level}", view.say(word))
    if card.holdout is not None:
        marked += span("note", view.say("in the test {off}", off=missed(view, card.holdout)))
    put(tag("h2", LIFETIME[card.model]) + marked, class_="bar")
    put(tag("p", _said(view, card.why), class_="muted"))
    if card.holdout is not None:
        put(_tested(view, card.holdout))
    put(tag("p", _said(view, card.money), class_="note muted"))
    with ui.element("details").classes("folded"):
        put(escape(view.say("Parameters of the forecast")), "summary")
        _parameters(view, card)


def _parameters(view: View, card: value_card.ModelCard) -> None:
    sheet = _parameter_sheet(view, card)
    tip = view.say(
        "The standard error is how far the parameter may be off by chance; – where the data cannot tell."
    )
    with ui.element("div").classes("bar"):
        put(tag("p", tip, class_="muted"), class_="choices")
        with ui.element("div").classes("tools"):
            exports(view, sheet)
    put(table(sheet, writer(view)))
    beats = view.say(
        "Log-likelihood {found}; if nobody ever left: {reference}.",
        found=f"{card.log_likelihood:,.1f}", reference=f"{card.reference_log_likelihood:,.1f}",
    )  # fmt: skip
    fitted = view.say(
        "Fitted to {n} of {all} buyers: those first seen where the data begin are left out.",
        n=f"{card.n_fitted:,}", all=f"{card.n_buyers:,}",
    )  # fmt: skip
    put(Markup("").join(tag("p", text, class_="note muted") for text in (beats, fitted)))
    put(tag("p", view.say("Fit"), " ", tag("code", card.fit_id), class_="note faint"))


def holdout_panel(view: View, card: value_card.ModelCard) -> None:
    """Place how the forecast did in the holdout, and the models and groups compared."""
    if card.holdout is not None:
        with ui.element("div").classes("w7"):
            _calibration(view, card)
    with ui.element("section").classes("panel w5" if card.holdout else "panel w12"):
        _rivals(view, card)
        if card.groups:
            _groups(view, card)


def _calibration(view: View, card: value_card.ModelCard) -> None:
    holdout = card.holdout
    if holdout is None:
        return
    names = [f"{band.level}+" if band.level == LAST_BAND else str(band.level) for band in holdout.bands]
    drawn = [
        axes.Line(view.say("Actual"), [band.actual for band in holdout.bands]),
        axes.Line(view.say("Expected"), [band.expected for band in holdout.bands], palette.FAINT),
    ]
    title = view.say("Orders per buyer in the last {days} days", days=holdout.days)
    heads = (
        Head(view.say("Repeat orders before")), Head(view.say("People"), "count"),
        Head(view.say("Actual"), "number"), Head(view.say("Expected"), "number"),
    )  # fmt: skip
    rows = tuple(
        (name, band.n, band.actual, band.expected) for name, band in zip(names, holdout.bands, strict=True)
    )
    said = view.say(
        "The forecast made {days} days ago beside what happened, by how often buyers had come back.",
        days=holdout.days,
    )
    chart(view, Chart(Sheet(title, heads, rows), axes.bars(view, names, drawn, "times"), (said,)))


def _tested(view: View, holdout: value_card.Holdout) -> Markup:
    """The figures of the holdout as a list."""
    correlation = figure.NOTHING if holdout.correlation is None else f"{holdout.correlation:.3f}"
    facts = (
        (view.say("Orders, actual and expected"), f"{holdout.actual:,.0f} / {holdout.expected:,.0f}"),
        (view.say("Correlation per buyer"), correlation),
        (view.say("Mean error per buyer"), f"{holdout.error:.3f}"),
        (view.say("Mean error of everybody's own rate"), f"{holdout.naive_error:.3f}"),
        (view.say("Buyers within their bounds"), figure.percent(holdout.covered)),
    )
    listed = [div("", tag("dt", label), tag("dd", shown)) for label, shown in facts]
    return tag("dl", *listed, class_="facts", style="margin:12px 0")


def _rivals(view: View, card: value_card.ModelCard) -> None:
    title = view.say("Models compared")
    heads = (
        Head(view.say("Model")),
        Head(view.say("Log-likelihood before"), "number"),
        Head(view.say("in the holdout"), "number"),
    )
    rows = tuple(
        (LIFETIME[rival.model], rival.log_likelihood, rival.holdout_log_likelihood) for rival in card.rivals
    )
    sheet = Sheet(title, heads, rows)
    tip = view.say("How probable what happened is under each model, as a logarithm: nearer to 0 is better.")
    with ui.element("div").classes("bar"):
        put(tag("h2", title) + about(view, title, tip), class_="choices")
        with ui.element("div").classes("tools"):
            exports(view, sheet)
    put(table(sheet, writer(view)))


def _groups(view: View, card: value_card.ModelCard) -> None:
    title = view.say("Groups")
    heads = (
        Head(view.say("Group")),
        Head(view.say("Buys × as often"), "number"),
        Head(view.say("Leaves × as easily"), "number"),
    )
    rows = tuple((group.name or view.say("others"), group.faster, group.sooner) for group in card.groups)
    put(tag("h3", title))
    put(table(Sheet(title, heads, rows), writer(view)))


def _parameter_sheet(view: View, card: value_card.ModelCard) -> Sheet:
    heads = (Head(view.say("Parameter")), Head(view.say("Value")), Head(view.say("Standard error")))
    listed = [*card.parameters, *card.spending]
    rows = tuple(
        (_name(parameter), _digits(parameter.value), _digits(parameter.standard_error))
        for parameter in listed
    )
    return Sheet(view.say("Parameters of the forecast"), heads, rows)


def _name(parameter: value_card.Parameter) -> str:
    return {"alpha": "α", "beta": "β", "gamma": "γ"}.get(parameter.name, parameter.name)


def _digits(value: float | None) -> str:
    return figure.NOTHING if value is None else f"{value:,.4g}"


def _said(view: View, told: Told) -> str:
    sentence, values = told
    named = {name: LIFETIME.get(str(value), value) for name, value in values.items()}
    return view.say(sentence, **named)
