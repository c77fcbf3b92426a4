"""The return curve of every ad channel, with today's spend and the proposed one on it."""

from __future__ import annotations

from nicegui import ui

from quanyu.decide.budget import budget_read
from quanyu.figure import figure
from quanyu.tables.owned.curve import DOUBTS, VERDICTS
from quanyu.text import Text
from quanyu.web.pages.labels import EVIDENCE, slice_label
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.plot import response
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.view import View

AXES: Text = (
    "Across: spend per day, kept up. Up: margin per day of the orders it causes, with its 95 % interval. "
    "Black: today; orange: proposed. Below the dashed line it brings less than it costs."
)
"""How a return curve is read."""


def curves(view: View, spend_plan: budget_read.BudgetView) -> None:
    """Place a chart per channel and the table of all figures."""
    title = view.say("What each channel truly brings")
    with ui.element("div").classes("w12 stack"):
        put(tag("h2", title, class_="head part") + tag("p", view.say(AXES), class_="muted"))
    drawn = [curve for curve in spend_plan.curves if curve.points]
    has_proposal = spend_plan.main is not None and spend_plan.main.status == "proposed"
    for curve in drawn:
        with ui.element("div").classes("w4"):
            _curve(view, curve, has_proposal=has_proposal)
    with ui.element("section").classes("panel w12"):
        grid(view, _figures(view, spend_plan), about_it=_what_caused(view))


def _curve(view: View, curve: budget_read.CurveView, *, has_proposal: bool) -> None:
    name = slice_label(view, curve.channel)
    columns = tuple(
        Head(view.say(label), "currency") for label in ("Spend per day", "Margin per day", "Low", "High")
    )
    points = [(spot.amount, spot.mean, spot.low, spot.high) for spot in curve.points]
    marks = [
        response.Mark(view.say(label), (spot.amount, spot.mean), color)
        for label, spot, color in (
            ("Proposed", curve.proposed if has_proposal else None, palette.PROPOSED),
            ("Present", curve.now, palette.INK),
        )
        if spot is not None
    ]
    names = (
        view.say("Margin per day"), view.say("95 % interval"), view.say("Money comes back as much as it costs"),
    )  # fmt: skip
    note = view.say(EVIDENCE.get(curve.evidence, VERDICTS[curve.verdict]))
    definitions = (
        view.say(AXES),
        view.say(DOUBTS[curve.reason]) if curve.reason in DOUBTS else "", _shrunk(view, curve),
    )  # fmt: skip
    sheet = Sheet(name, columns, tuple(points))
    drawing = response.curve(view, names, points, marks, is_known=curve.status == "known")
    chart(view, Chart(sheet, drawing, definitions, note))


def _shrunk(view: View, curve: budget_read.CurveView) -> str:
    """Return from what to what the orders a channel causes were shrunk; empty where nothing was fitted."""
    raw, caused = (curve.figures.get(name) for name in ("n_caused_raw", "n_caused"))
    if raw is None or caused is None:
        return ""
    ends = {name: figure(value, "times", view.language) for name, value in (("raw", raw), ("caused", caused))}
    return view.say(
        "Orders per day at the present spend: drawn from {raw} to {caused}, as the clearest of many is overdrawn by chance.",
        **ends,
    )


def _figures(view: View, spend_plan: budget_read.BudgetView) -> Sheet:
    heads: tuple[tuple[Text, Kind, str], ...] = (
        ("Spend per day", "currency", "spend_amount"), ("Claimed orders per day", "number", "n_claimed"),
        ("Caused orders per day, raw", "number", "n_caused_raw"),
        ("Caused orders per day", "number", "n_caused"), ("Low", "number", "n_caused_low"),
        ("High", "number", "n_caused_high"), ("Margin per day", "currency", "return_amount"),
        ("Marginal return", "number", "marginal_return"), ("Low", "number", "marginal_return_low"),
        ("High", "number", "marginal_return_high"), ("Profit ROI", "ratio", "profit_roi"),
        ("P if no effect", "number", "p_no_effect"), ("Carry-over", "number", "carry"),
        ("Half saturation", "currency", "half_amount"), ("Ceiling per day", "currency", "ceiling_amount"),
    )  # fmt: skip
    rows = tuple(
        (
            slice_label(view, curve.channel),
            " ".join(slice_label(view, name) for name, _ in curve.lands_on),
            view.say(EVIDENCE.get(curve.evidence, VERDICTS[curve.verdict])),
            *(curve.told.get(name) for *_, name in heads),
        )
        for curve in spend_plan.curves
    )
    first = tuple(Head(view.say(label)) for label in ("Channel", "Lands on", "Verdict"))
    columns = tuple(Head(view.say(label), kind) for label, kind, _ in heads)
    return Sheet(view.say("Claimed and caused"), first + columns, rows)


def _what_caused(view: View) -> str:
    return view.say(
        "Claimed: what the platform reports. Caused: orders that would not have come without the spend, from how the orders of "
        "the sales channel move with it against those of the other sales channels, and from tests of the spend where there were "
        "any. Where neither tells an effect, only its bounds stand here. Raw: the likeliest curve; the figures beside it are "
        "drawn towards what the other channels return, as the clearest of many is overdrawn by chance."
    )
