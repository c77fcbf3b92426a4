"""The period picker: presets of complete days before the as-of day, or two days of one's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from markupsafe import Markup

from quanyu.errors import SettingError
from quanyu.tables.metric.period import Period, preset
from quanyu.text import Text
from quanyu.web.parts.markup import div, tag
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


def period_picker(view: View, period: Period) -> Markup:
    """Return the picker; each choice is an address, so a view can be kept as a bookmark."""
    presets = [
        tag(
            "a", view.say(label), href=view.link(period=name, since=None, until=None),
            aria_current="true" if name == period.name else None,
        )
        for name, label in OFFERED.items()
    ]  # fmt: skip
    kept = [
        tag("input", type="hidden", name=name, value=value)
        for name, value in view.query.items()
        if name not in {"period", "since", "until"}
    ]
    days = tag(
        "form",
        *kept,
        tag("input", type="hidden", name="period", value="custom"),
        tag(
            "input",
            type="date",
            name="since",
            value=period.since.isoformat(),
            aria_label=view.say("First day"),
        ),
        "–",
        tag(
            "input",
            type="date",
            name="until",
            value=(period.until - dt.timedelta(days=1)).isoformat(),
            aria_label=view.say("Last day"),
        ),
        tag("button", view.say("Show"), class_="plain"),
        method="get",
        action=view.path,
        class_="field",
    )
    return div("choices", tag("nav", *presets, class_="seg", aria_label=view.say("Period")), days)
