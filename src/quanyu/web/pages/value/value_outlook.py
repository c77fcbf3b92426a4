"""The outlook of all customers together by days ahead: with its interval, or why nobody can tell how far it is off."""

from __future__ import annotations

from nicegui import ui

from quanyu import figure
from quanyu.tables.view.outlook import Outlook
from quanyu.text import Text
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import exports, table
from quanyu.web.parts.write import writer
from quanyu.web.view import View


def outlook_panel(view: View, outlooks: tuple[Outlook, ...]) -> None:
    """Place a table of days ahead: orders and value of known customers, each between which bounds."""
    title = view.say("Outlook of all customers")
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Days ahead", "count"), ("Expected orders", "count"), ("Orders, low", "count"), ("Orders, high", "count"),
        ("Expected value", "currency"), ("Value, low", "currency"), ("Value, high", "currency"), ("Why no bounds", "text"),
    )  # fmt: skip
    rows = tuple(
        (outlook.days, outlook.expected, outlook.low, outlook.high,
         outlook.amount, outlook.amount_low, outlook.amount_high, outlook.why(view.say))
        for outlook in outlooks
    )  # fmt: skip
    sheet = Sheet(title, tuple(Head(view.say(label), kind) for label, kind in heads), rows)
    tip = view.say(
        "Days with an order, and what they are worth, of buyers so far; new buyers are not in it. Between the bounds it lay in "
        "95 of 100 forecasts made on earlier days."
    )
    with ui.element("div").classes("bar"):
        put(tag("h2", title) + about(view, title, tip), class_="choices")
        with ui.element("div").classes("tools"):
            exports(view, sheet)
    put(table(sheet, writer(view)), class_="told-last")


def bounds(view: View, outlook: Outlook | None, *, is_money: bool) -> str:
    """Return the bounds of the whole horizon in words, or why there are none."""
    if outlook is None:
        return ""
    if outlook.reason is not None:
        return view.say("Nobody can tell how far this is off: {reason}", reason=outlook.why(view.say))
    ends = (outlook.amount_low, outlook.amount_high) if is_money else (outlook.low, outlook.high)
    currency = view.ws.settings.currency
    low, high = (
        figure.figure(end, "currency" if is_money else "count", view.language, currency) for end in ends
    )
    return view.say(
        "Between {low} and {high} in 95 of 100 forecasts made on earlier days.", low=low, high=high
    )
