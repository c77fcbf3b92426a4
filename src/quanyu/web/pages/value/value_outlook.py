"""The outlook of all customers together by days ahead: with its interval, or why nobody can tell how far it is off."""

from __future__ import annotations

from nicegui import ui

from quanyu import figure
from quanyu.tables.view.outlook import Outlook
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import exports, table
from quanyu.web.parts.write import writer
from quanyu.web.view import View


def outlook_panel(view: View, found: tuple[Outlook, ...]) -> None:
    """Place a table of days ahead: orders and value of known customers, each between which bounds."""
    title = view.say("Outlook of all customers")
    heads: tuple[tuple[str, Kind], ...] = (
        ("Days ahead", "count"), ("Expected orders", "count"), ("Orders, low", "count"), ("Orders, high", "count"),
        ("Expected value", "currency"), ("Value, low", "currency"), ("Value, high", "currency"), ("Why no bounds", "text"),
    )  # fmt: skip
    rows = tuple(
        (one.days, one.expected, one.low, one.high, one.amount, one.amount_low, one.amount_high, one.why(view.say))
        for one in found
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
    put(table(sheet, writer(view)))


def bounds(view: View, found: Outlook | None, *, is_money: bool) -> str:
    """Return the bounds of the whole horizon in words, or why there are none."""
    if found is None:
        return ""
    if found.reason is not None:
        return view.say("Nobody can tell how far this is off: {reason}", reason=found.why(view.say))
    ends = (found.amount_low, found.amount_high) if is_money else (found.low, found.high)
    currency = view.ws.settings.currency
    low, high = (
        figure.figure(end, "currency" if is_money else "count", view.language, currency) for end in ends
    )
    return view.say(
        "Between {low} and {high} in 95 of 100 forecasts made on earlier days.", low=low, high=high
    )
