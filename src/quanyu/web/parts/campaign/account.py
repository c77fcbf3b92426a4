"""What became of everybody in an audience, as a chart and a table."""

from __future__ import annotations

from nicegui import ui

from quanyu.act.account import Account, reason_words
from quanyu.web.parts.button import button
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.markup import put, span
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.view import View


def account(view: View, campaign: Account) -> None:
    """Place what became of everybody in an audience."""
    rows = tuple(
        (
            view.say(share.status),
            view.say(reason_words().get(share.reason, share.reason)) if share.reason else "",
            share.n_people,
        )
        for share in sorted(campaign.shares, key=lambda share: -share.n_people)
    )
    heads = (Head(view.say("State")), Head(view.say("Why")), Head(view.say("People"), "count"))
    day = f" · {campaign.frozen_at.astimezone(view.ws.settings.zone):%Y-%m-%d}" if campaign.frozen_at else ""
    sheet = Sheet(campaign.design.name + day, heads, rows)
    names = [why or state for state, why, _ in rows]
    option = axes.bars(view, names, [axes.Line(view.say("People"), [float(n) for *_, n in rows])], "count")
    said = view.say(
        "Audience = handed over + held out + left alone + waiting; every person stands in one of them."
    )
    note = view.say("{n} people in the audience", n=f"{campaign.n_audience:,}")
    chart(view, Chart(sheet, option, (said, campaign.design.rule), note))
    if campaign.file is not None:
        file = campaign.file
        with ui.element("div").classes("choices"):
            put(span("muted", view.say("Handed over in {file}", file=f"exports/{file.name}")))
            button(view.say("Save the file"), lambda: ui.download.file(file))
