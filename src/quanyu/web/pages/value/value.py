"""Customer value: did the forecast hold, who is worth what, where customers are still active, and the model's card."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.text import Text
from quanyu.understand.value import Told, value_card, value_map
from quanyu.web.page import Page
from quanyu.web.pages.value.value_answer import answer
from quanyu.web.pages.value.value_card import holdout_panel, model_panel, verdict
from quanyu.web.pages.value.value_outlook import bounds, outlook_panel
from quanyu.web.parts.card import plain
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.heat import Cell, Heat, heat
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, is_ready, lead
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import exports
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View


def value(view: View) -> None:
    """Draw the value of the customers."""
    if not is_ready(view, "Customer value", ("orders", "people"), "lifetimes"):
        return
    fill(view, _value, value_map.value_map)


def _value(view: View, customers: value_map.ValueMap) -> None:
    head = tag("h1", view.say("Customer value"))
    if not customers.n_people or customers.card is None:
        put(head, class_="head")
        with ui.element("section").classes("panel"):
            _nothing(view, customers)
        return
    said = view.say(
        "{n} buyers, as of {day}, {days} days ahead",
        n=f"{customers.n_people:,}", day=customers.as_of, days=customers.card.horizon_days,
    )  # fmt: skip
    put(head + span("muted", said), class_="head")
    lead(*answer(view, customers, customers.card))
    verdict(view, customers.card)
    _cards(view, customers)
    with ui.element("div").classes("panels"):
        if customers.card.outlook:
            with ui.element("section").classes("panel w12"):
                outlook_panel(view, customers.card.outlook)
        with ui.element("div").classes("w8"):
            _tracking(view, customers.card.tracking)
        with ui.element("section").classes("panel w4"):
            model_panel(view, customers.card)
        with ui.element("div").classes("w6"):
            _tenths(view, customers)
        if customers.cells:
            with ui.element("div").classes("w6"):
                _alive(view, customers)
        with ui.element("section").classes("panel w12"):
            _list(view, customers)
        holdout_panel(view, customers.card)


def _nothing(view: View, customers: value_map.ValueMap) -> None:
    nobody: Told = ("Nobody has bought yet.", {})
    title, values = customers.reason or nobody
    hint = (
        "The forecast begins by itself once more buyers have come back; load older orders if there are any."
    )
    empty(view, title, hint, "quanyu load FILES", "quanyu run", **values)


def _cards(view: View, customers: value_map.ValueMap) -> None:
    currency, card = view.ws.settings.currency, customers.card
    days, rate = (card.horizon_days, card.discount_rate) if card else (0, 0.0)
    top = customers.tenths[0].value_share if customers.tenths else None
    whole = card.outlook[-1] if card and card.outlook else None
    value_said = " ".join((_what(view, days, rate), bounds(view, whole, is_money=True)))
    orders_said = view.say(
        "Days with an order that buyers so far will place within {days} days; new buyers are not in it.",
        days=days,
    )
    orders_said = " ".join((orders_said, bounds(view, whole, is_money=False)))
    alive = None if customers.n_alive is None else customers.n_alive / customers.n_people
    listed = (
        ("Value of all customers", figure.figure(customers.clv_amount, "currency", view.language, currency), value_said),
        ("Expected orders", figure.figure(customers.expected_orders, "count", view.language), orders_said),
        ("Still active", figure.NOTHING if alive is None else figure.percent(alive),
         view.say("Sum of the probabilities of still being a customer, as a share of all who ever bought.")),
        ("Value in the top tenth", figure.percent(top),
         view.say("Share of all value that the most valuable tenth of buyers will bring.")),
    )  # fmt: skip
    plain(view, listed)


def _tracking(view: View, tracked: value_card.Tracking | None) -> None:
    title = view.say("Repeat orders, expected and actual")
    if tracked is None:
        with ui.element("section").classes("panel"):
            put(
                tag("h2", title)
                + tag("p", view.say("There is too little time to follow a forecast."), class_="muted")
            )
        return
    heads = (view.say("Actual"), view.say("Expected"))
    drawn = [
        axes.Line(heads[0], tracked.actual),
        axes.Line(heads[1], tracked.expected, "#e07b00", is_dashed=True),
    ]
    places = [day.isoformat() for day in tracked.on]
    option = axes.lines(view, places, drawn, "count")
    begins = next(
        (place for place, day in zip(places, tracked.on, strict=True) if day >= tracked.holdout_on),
        places[-1],
    )
    option["series"][0]["markArea"] = {
        "silent": True,
        "itemStyle": {"color": palette.GHOST, "opacity": 0.14},
        "label": {"color": "#667085", "position": "insideTopLeft"},
        "data": [[{"xAxis": begins, "name": view.say("unseen part")}, {"xAxis": places[-1]}]],
    }
    rows = tuple(zip(tracked.on, tracked.actual, tracked.expected, strict=True))
    sheet = Sheet(
        title, (Head(view.say("Until"), "day"), Head(heads[0], "count"), Head(heads[1], "count")), rows
    )
    said = view.say(
        "Days with an order after the first one, added up, of those who became buyers from {since} to {day}. "
        "The forecast knows only what happened before that day.",
        since=tracked.since,
        day=tracked.holdout_on,
    )
    chart(view, Chart(sheet, option, (said,), is_tall=True))


def _tenths(view: View, customers: value_map.ValueMap) -> None:
    upward = tuple(reversed(customers.tenths))
    names = [str(tenth.decile) for tenth in upward]
    sheet = _tenth_sheet(view, customers)
    drawn = axes.Line(view.say("Value per buyer"), [tenth.clv_amount for tenth in upward])

    def opened(event: Any) -> None:
        ui.navigate.to(_members(view, int(event.name)))

    said = view.say("Buyers in ten parts of about equal size by value; 10 is the most valuable.")
    definitions = (said, view.say("Click a tenth to see who is in it."))
    chart(view, Chart(sheet, axes.columns(view, names, drawn, "currency"), definitions, on_point=opened))


def _alive(view: View, customers: value_map.ValueMap) -> None:
    across = [_range(value_map.QUIET, at, 0) for at in range(len(value_map.QUIET) + 1)]
    up = [_range(value_map.BOUGHT, at, 1) for at in range(len(value_map.BOUGHT) + 1)]
    heads = (
        Head(view.say("Days with orders")), Head(view.say("Days since last order")), Head(view.say("People"), "count"),
        Head(view.say("P(alive)"), "ratio"),
    )  # fmt: skip
    rows = tuple(
        (up[cell.bought], across[cell.quiet], cell.n_people, cell.p_alive) for cell in customers.cells
    )
    said = view.say("Across: days since the last order. Up: days with an order.")
    more = view.say("The same silence means more for somebody who used to buy often.")
    cells = {
        (cell.quiet, cell.bought): Cell(
            figure.percent(cell.p_alive, 0), cell.p_alive, view.say("{n} people", n=f"{cell.n_people:,}")
        )
        for cell in customers.cells
    }
    title = view.say("Probability of still being a customer")
    empty_said = " ".join((said, view.say("–: nobody has bought so often and been quiet so long.")))
    heat(view, Heat(Sheet(title, heads, rows), across, up, cells, empty_said, (said, more)))


def _range(ends: tuple[int, ...], at: int, first: int) -> str:
    low = ends[at - 1] + 1 if at else first
    if at == len(ends):
        return f"{low}+"
    return str(low) if low == ends[at] else f"{low}–{ends[at]}"


def _list(view: View, customers: value_map.ValueMap) -> None:
    sheet = _tenth_sheet(view, customers)
    title = view.say("Who is in a tenth")
    with ui.element("div").classes("bar"):
        put(tag("h2", title), class_="choices")
        with ui.element("div").classes("tools"):
            exports(view, sheet)
    with ui.element("div").classes("groups"):
        for tenth in customers.tenths:
            with ui.element("div").classes("group"):
                put(tag("strong", _tenth_name(view, tenth.decile)))
                put(_tenth_facts(view, tenth), class_="nums")

                said = view.say("Who is in {group}", group=_tenth_name(view, tenth.decile))
                address = _members(view, tenth.decile)
                put(tag("a", view.say("Who is in it"), href=address, class_="plain", aria_label=said))


def _members(view: View, decile: int) -> str:
    """Return the address of the people of a tenth."""
    return view.link("/people", rule=f"decile = {decile}")


def _tenth_name(view: View, decile: int) -> str:
    return view.say("Tenth {n}", n=decile)


def _tenth_facts(view: View, tenth: value_map.Tenth) -> Markup:
    money = figure.money(tenth.clv_amount, view.ws.settings.currency)
    return Markup("").join([
        view.say("{n} people", n=f"{tenth.n_people:,}"), " · ", tag("b", view.say("{money} each", money=money)), " · ",
        view.say("{share} of the value", share=figure.percent(tenth.value_share)), " · ",
        view.say("{n} orders each", n=f"{tenth.expected_orders:.2f}"),
    ])  # fmt: skip


def _tenth_sheet(view: View, customers: value_map.ValueMap) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Tenth", "count"), ("People", "count"), ("Value per buyer", "currency"), ("Low", "currency"),
        ("High", "currency"), ("Share of value", "ratio"), ("Expected orders", "number"), ("P(alive)", "ratio"),
        ("Margin per order so far", "currency"),
    )  # fmt: skip
    rows = tuple(
        (tenth.decile, tenth.n_people, tenth.clv_amount, tenth.low_amount, tenth.high_amount, tenth.value_share,
         tenth.expected_orders, tenth.p_alive, tenth.mean_amount)
        for tenth in customers.tenths
    )  # fmt: skip
    title = view.say("Value by tenth of buyers")
    return Sheet(title, tuple(Head(view.say(label), kind) for label, kind in heads), rows)


def _what(view: View, days: int, rate: float) -> str:
    return view.say(
        "Expected margin of the orders within {days} days, later money discounted by {rate} a year.",
        days=days, rate=figure.percent(rate),
    )  # fmt: skip


PAGE = Page(
    "/value", "Customer value", value, "Customers", "Worth", "M12 3v18M16 7c-2-2-8-2-8 1s8 3 8 6-6 3-8 1", 3
)
