"""How far people went: from the audience over the message to the order; and each variant beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from quanyu.act.account import Account
from quanyu.text import Text
from quanyu.web.pages.campaigns.campaign_words import COLORS, STATES, channels_told, reason_told
from quanyu.web.parts.chart import Chart, Option, chart, palette
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import exports, table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.campaign.answer import Answers, Counted


def funnel(view: View, account: Account, answers: Answers) -> None:
    """Place how many people of the audience were sent a message, got it, opened, clicked and bought."""
    whole = answers.whole
    steps: tuple[tuple[Text, int], ...] = (
        ("Audience", account.n_audience), ("Sent", whole.n_sent), ("Not returned", whole.n_sent - whole.n_returned),
        ("Opened", whole.n_opened), ("Clicked", whole.n_clicked), ("Bought", whole.n_bought),
    )  # fmt: skip
    heads = (
        Head(view.say("Step")),
        Head(view.say("People"), "count"),
        Head(view.say("Of those sent"), "ratio"),
    )
    rows = tuple(
        (view.say(label), n, n / whole.n_sent if place and whole.n_sent else None)
        for place, (label, n) in enumerate(steps)
    )
    option = _bars(
        view, [(name, n, "delivered" if place else "suppressed") for place, (name, n, _) in enumerate(rows)]
    )
    said = (
        view.say("People, each counted once. Whoever clicked has opened. What programs did in their stead is not counted."),
        view.say("Bought: paid for an order within the days of the campaign. Only the control group tells if it was the message."),
    )  # fmt: skip
    chart(view, Chart(Sheet(view.say("How far people went"), heads, rows), option, said))
    _programs(view, answers)


def _bars(view: View, drawn: Sequence[tuple[str, int, str]]) -> Option:
    """Return bars of people, each with its number and in the colour of a state."""
    line = axes.Line(view.say("People"), [float(n) for _, n, _ in drawn])
    option = axes.bars(view, [name for name, *_ in drawn], [line], "count")
    (series,) = option["series"]
    data = [{"value": n, "itemStyle": {"color": COLORS[status]}} for _, n, status in drawn]
    label = {"show": True, "position": "right", "color": palette.INK}
    return {**option, "series": [{**series, "data": data, "label": label}]}


def _programs(view: View, answers: Answers) -> None:
    whole = answers.whole
    facts = []
    if whole.n_opened_by_program or whole.n_clicked_by_program:
        facts.append(view.say(
            "Beside these, programs (proxies of mail boxes, scanners) opened {opened} messages and followed links of {clicked}.",
            opened=f"{whole.n_opened_by_program:,}", clicked=f"{whole.n_clicked_by_program:,}",
        ))  # fmt: skip
    if answers.n_waiting:
        facts.append(view.say("{n} more reactions are counted by the next turn.", n=f"{answers.n_waiting:,}"))
    for fact in facts:
        put(tag("p", fact, class_="note muted"))


def reasons(view: View, account: Account) -> None:
    """Place what became of everybody, state by state and reason by reason."""
    order = list(STATES)
    listed = sorted(account.shares, key=lambda share: (order.index(share.status), -share.n_people))
    heads = (Head(view.say("State")), Head(view.say("Why")), Head(view.say("People"), "count"))
    rows = tuple(
        (view.say(STATES[share.status]), reason_told(view, share.reason), share.n_people) for share in listed
    )
    drawn = [(why or state, n, share.status) for (state, why, n), share in zip(rows, listed, strict=True)]
    option = _bars(view, drawn)
    said = view.say(
        "Audience = sent + failed + left alone + held out + waiting; every person stands in one of them."
    )
    note = view.say("{n} people in the audience", n=f"{account.n_audience:,}")
    chart(view, Chart(Sheet(view.say("What became of everybody"), heads, rows), option, (said,), note))


def variants(view: View, answers: Answers) -> None:
    """Place each variant of each channel with what its people did."""
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Channel", "text"), ("Variant", "text"), ("Sent", "count"), ("Failed", "count"), ("Waiting", "count"),
        ("Returned", "count"), ("Opened", "count"), ("Open rate", "ratio"), ("Clicked", "count"),
        ("Click rate", "ratio"), ("Bought", "count"), ("Unsubscribed", "count"), ("Complained", "count"),
    )  # fmt: skip
    rows = tuple(_row(view, line) for line in answers.lines)
    sheet = Sheet(view.say("By variant"), tuple(Head(view.say(label), kind) for label, kind in heads), rows)
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("bar"):
            put(tag("h2", sheet.title))
            with ui.element("div").classes("tools"):
                exports(view, sheet)
        put(table(sheet, writer(view)))


def _row(view: View, line: Counted) -> tuple[str | int | float | None, ...]:
    def share(n: int) -> float | None:
        return n / line.n_sent if line.n_sent else None

    return (
        channels_told(view, [line.channel]), line.variant, line.n_sent, line.n_failed, line.n_pending, line.n_returned,
        line.n_opened, share(line.n_opened), line.n_clicked, share(line.n_clicked), line.n_bought, line.n_unsubscribed,
        line.n_complained,
    )  # fmt: skip
