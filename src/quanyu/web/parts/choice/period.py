"""The period picker: presets of complete days before the as-of day, or two days of one's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu.errors import SettingError
from quanyu.tables.metric.period import Period, preset
from quanyu.text import Text
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.view import View

OFFERED: Mapping[str, Text] = {
    "yesterday": "Yesterday",
    "last_7": "Last 7 days",
    "last_30": "Last 30 days",
    "last_90": "Last 90 days",
    "this_week": "This week",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
    "last_365": "Last 365 days",
}
"""Presets by name, in the order shown; all end before the as-of day."""

DEFAULT = "last_30"


def chosen_period(view: View, as_of: dt.date) -> Period:
    """Return the period the address asks for; the default one where it asks for none or for nonsense."""
    name = view.query.get("period", DEFAULT)
    if name != "custom":
        return preset(name if name in OFFERED else DEFAULT, as_of)
    try:
        since = dt.date.fromisoformat(view.query.get("since", ""))
        last = dt.date.fromisoformat(view.query.get("until", ""))
    except ValueError:
        return preset(DEFAULT, as_of)
    if since > last:
        raise SettingError(
            "The period begins on {since} and ends on {last}.",
            "Choose a first day before the last day.",
            since=since,
            last=last,
        )
    return Period("custom", "", since, last + dt.timedelta(days=1))


def presets(view: View, period: Period) -> Markup:
    """Return the periods that are offered, the chosen one marked; each choice is an address, kept as a bookmark."""
    offered = [
        tag(
            "a", view.say(label), href=view.link(period=name, since=None, until=None),
            aria_current="true" if name == period.name else None,
        )
        for name, label in OFFERED.items()
    ]  # fmt: skip
    return tag("nav", *offered, class_="seg", aria_label=view.say("Period"))


def period_picker(view: View, period: Period, as_of: dt.date) -> None:
    """Place the picker; what is chosen stands in the address. Days end before the as-of day."""
    last = dt.timedelta(days=1)
    with ui.element("div").classes("choices"):
        put(presets(view, period))
        since = _day(view, "First day", period.since, as_of - last)
        until = _day(view, "Last day", period.until - last, as_of - last)

        def go() -> None:
            ui.navigate.to(view.link(period="custom", since=since.value, until=until.value))

        button(view.say("Show"), go)


def _day(view: View, label: Text, day: dt.date, last: dt.date) -> ui.date_input:
    """Place a field of a day, typed or picked from a calendar that ends with the last day there are figures of."""
    said = view.say(label)
    field = ui.date_input(said, value=day.isoformat()).classes("day")
    field.props(
        f'outlined dense mask="####-##-##" aria-label="{said}" data-name="{label.split()[0].lower()}"'
    )
    field.button.props(f'dense size=sm aria-label="{view.say("Calendar: {day}", day=said)}"')
    field.picker.props(f""":options="day => day <= '{last:%Y/%m/%d}'" minimal""")
    return field
