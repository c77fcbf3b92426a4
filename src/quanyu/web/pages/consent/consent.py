"""Consent and suppression: how many may be written to through which channel, and what one person or contact said."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, cast

from nicegui import run, ui

from quanyu import figure, ledger
from quanyu.act.channel import channel_named
from quanyu.act.consent import ACTIONS
from quanyu.part.role import may
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.consent.consent_lookup import lookup
from quanyu.web.pages.consent.consent_words import LOOKS, STATES
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import lead, not_run, nothing_loaded
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Cell, Head, Sheet
from quanyu.web.parts.waiting import fresh
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.consent.standing import Reachable


EVERY_SECONDS = 10.0
"""How long the page stands still before it is asked whether anybody has said something."""


def consent(view: View) -> None:
    """Draw the look-up of one person or contact, and the counts of all by channel."""
    put(tag("h1", view.say("Consent and suppression")), class_="head")
    if not view.ws.warehouse.count("people"):
        (not_run if view.ws.warehouse.count("orders") else nothing_loaded)(view)
        return
    fresh(view, _shown, lambda: _read(view))


def _read(view: View) -> Reachable:
    return cast("Reachable", view.perform(ACTIONS["count_reachable"], {}))


def _shown(view: View, reachable: Reachable) -> None:
    """Place what counts, the look-up, and the picture; both are drawn anew when somebody says something."""
    seen: list[object] = [_stamp(view)]

    def draw(reachable: Reachable) -> None:
        for place, part in ((above, _lead), (below, _picture)):
            place.clear()
            with place:
                part(view, reachable)

    async def renew() -> None:
        seen[:] = [await run.io_bound(_stamp, view)]
        if (newest := await run.io_bound(_read, view)) is not None:
            draw(newest)

    async def look() -> None:
        if [await run.io_bound(_stamp, view)] != seen:
            await renew()

    above = ui.element("div")
    if may(view.caller.role, ACTIONS["show_consent"].role):
        with ui.element("section").classes("panel"):
            lookup(view, renew)
    below = ui.element("div")
    draw(reachable)
    ui.timer(EVERY_SECONDS, look)


def _stamp(view: View) -> tuple[Hashable, ...]:
    """Return what changes whenever somebody says something, or a turn knows more."""
    return (*view.stamp, ledger.count_unmerged(view.ws.ledger))


def _lead(view: View, reachable: Reachable) -> None:
    best = max(reachable.by_channel.items(), key=lambda item: item[1].get("", 0))
    name, states = best
    n = states.get("", 0)
    said = view.say(
        "{channel} reaches most: {n} of {all} people ({share}) may be written to.",
        channel=view.say(channel_named(name).label), n=f"{n:,}", all=f"{reachable.n_people:,}",
        share=figure.percent(n / max(reachable.n_people, 1), 1),
    )  # fmt: skip
    none: Text = "Nobody may be written to yet: load consents and contacts."
    lead(
        said if n else view.say(none),
        view.say("A no counts from the same second on, in what is being sent as well."),
    )


def _picture(view: View, reachable: Reachable) -> None:
    """Place for each channel how many people stand in which state."""
    names = [view.say(channel_named(name).label) for name in reachable.by_channel]
    known = [state for state in STATES if any(state in states for states in reachable.by_channel.values())]
    heads = (Head(view.say("Channel")), *(Head(view.say(STATES[state]), "count") for state in known))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(states.get(state, 0) for state in known))
        for name, states in zip(names, reachable.by_channel.values(), strict=True)
    )
    drawn = [
        axes.Line(view.say(STATES[state]), _of(reachable.by_channel, state), LOOKS.get(state, palette.FAINT))
        for state in known
    ]
    option = axes.bars(view, names, drawn, "count")
    option["series"] = [{**one, "stack": "people", "itemStyle": {}} for one in option["series"]]
    said = (
        view.say(
            "Whether marketing may go to people through each channel; the first reason that holds counts."
        ),
        view.say("Caps, quiet hours and complaints are asked at each launch and are not counted here."),
    )
    note = view.say("{n} people in all", n=f"{reachable.n_people:,}")
    chart(view, Chart(Sheet(view.say("Who may be written to"), heads, rows), option, said, note))


def _of(by_channel: Mapping[str, Mapping[str, int]], state: str) -> list[float | None]:
    return [float(states.get(state, 0)) for states in by_channel.values()]


PAGE = Page(
    "/consent",
    "Consent",
    consent,
    "Customers",
    "Consent",
    "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-5",
    6,
    roles=("analyst", "agent"),
)
