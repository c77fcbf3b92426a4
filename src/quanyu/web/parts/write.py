"""How values are written on screens, by kind: exact in tables, short on cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from quanyu import figure
from quanyu.tables.metric.metric import Unit
from quanyu.tables.text.mask import masked
from quanyu.web.parts.sheet import Cell, Kind
from quanyu.web.view import View

UNITS: dict[Unit, Kind] = {
    "currency": "currency",
    "ratio": "ratio",
    "times": "number",
    "count": "count",
    "score": "number",
}
"""How the values of a metric of a unit are written in tables and exports."""


def writer(view: View) -> Callable[[Cell, Kind], str]:
    """Return a function that writes a value of a kind for this browser."""
    currency, zone = view.ws.settings.currency, view.ws.settings.zone

    def write(value: Cell, kind: Kind) -> str:
        if value is None or isinstance(value, bool):
            return {None: figure.NOTHING, True: view.say("Yes"), False: view.say("No")}[value]
        if isinstance(value, dt.datetime):
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        if isinstance(value, str | dt.date):
            return masked(str(value))
        if kind == "chance":
            return figure.sure(float(value))
        if kind in {"currency", "ratio"}:
            return (
                figure.money(float(value), currency)
                if kind == "currency"
                else figure.percent(float(value), 2)
            )
        return f"{value:,.0f}" if kind == "count" else f"{value:,.2f}"

    return write


def shown(view: View, value: float | None, unit: Unit) -> str:
    """Return a metric's value as a card shows it."""
    return figure.figure(value, unit, view.language, view.ws.settings.currency)
