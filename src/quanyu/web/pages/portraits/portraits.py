"""The crowd: RFM groups and cells with who is in them, and how people spread over every trait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from nicegui import run, ui

from quanyu.text import Text
from quanyu.understand.rfm import Buyer, RfmMap, rfm_map, rfm_members
from quanyu.web.page import Page
from quanyu.web.pages.labels import group_label
from quanyu.web.pages.portraits.traits import distributions
from quanyu.web.parts.chart import Chart, chart, palette
from quanyu.web.parts.choice import segments
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import is_ready
from quanyu.web.parts.plot import area
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import button, exports, grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

COLORS = {
    "champions": palette.ACCENT, "promising": "#4a76d6", "at_risk": "#86a6ea", "must_win_back": "#c9d8f8",
    "loyal_small": "#5b6b83", "new": "#aab4c3", "fading": palette.FAINT, "lost": "#edf0f4",
}  # fmt: skip
SIZES: Mapping[str, Text] = {"people": "By people", "money": "By money"}
Open = Callable[[str, str | None, tuple[int, int] | None], Any]


def portraits(view: View) -> None:
    """Draw the RFM map, then the traits."""
    if not is_ready(view, ("orders", "people"), "portraits"):
        return
    size = "money" if view.query.get("size") == "money" else "people"
    choice = segments(
        view, "size", {name: view.say(label) for name, label in SIZES.items()}, size, view.say("Size")
    )
    put(Markup("").join([tag("h1", view.say("Portraits and RFM")), choice]), class_="head")
    fill(view, lambda v, rfm: _rfm(v, rfm, size), rfm_map)
    distributions(view)


def _rfm(view: View, rfm: RfmMap, size: str) -> None:
    if not rfm.n_people:
        put(
            tag("p", view.say("Nobody has bought yet, so there are no groups."), class_="muted"),
            "section",
            "panel",
        )
        return
    with ui.element("div").classes("panels"):
        below: list[ui.element] = []
        show = _opener(view, below)
        with ui.element("div").classes("w7"):
            _treemap(view, rfm, size, show)
        with ui.element("div").classes("w5"):
            _heat(view, rfm, size, show)
        with ui.element("section").classes("panel w12"):
            _actions(view, rfm, show)
        below.append(ui.element("div").classes("w12").props("id=members tabindex=-1"))


def _treemap(view: View, rfm: RfmMap, size: str, show: Open) -> None:
    parts = [
        (group_size.group.group_id, view.pick(group_size.group.zh, group_size.group.en),
         float(group_size.n_people if size == "people" else max(group_size.monetary_amount, 0)), COLORS[group_size.group.group_id])
        for group_size in rfm.groups
    ]  # fmt: skip
    by_name = {text: key for key, text, _, _ in parts}
    sheet = _group_sheet(view, rfm)
    option = area.treemap(view, sheet.title, parts, "count" if size == "people" else "currency")
    note = view.say("{n} buyers, as of {day}", n=f"{rfm.n_people:,}", day=rfm.as_of)

    async def opened(event: Any) -> None:
        group_id = by_name.get(event.name)
        if group_id:
            await show(event.name, group_id, None)

    chart(
        view,
        Chart(
            sheet,
            option,
            (_what(view), view.say("Click a group to see who is in it.")),
            note,
            on_point=opened,
        ),
    )


def _heat(view: View, rfm: RfmMap, size: str, show: Open) -> None:
    scores = range(1, rfm.best + 1)
    across, up = [f"F{score}" for score in scores], [f"R{score}" for score in scores]
    value = {
        (c.r_score, c.f_score): float(c.n_people if size == "people" else c.monetary_amount)
        for c in rfm.cells
    }
    cells = [(f - 1, r - 1, value[r, f]) for r in scores for f in scores if (r, f) in value]
    title = view.say("Recency by frequency")
    columns = (Head("R"), Head("F"), Head(view.say("People"), "count"), Head(view.say("Money"), "currency"))
    rows = tuple((f"R{c.r_score}", f"F{c.f_score}", c.n_people, c.monetary_amount) for c in rfm.cells)
    option = area.heat(view, (across, up), cells, "count" if size == "people" else "currency")
    said = view.say(
        "R{best} bought most recently, F{best} most often; scores are cut at quantiles.", best=rfm.best
    )

    async def opened(event: Any) -> None:
        f, r = int(event.value[0]) + 1, int(event.value[1]) + 1
        await show(f"R{r} × F{f}", None, (r, f))

    definitions = (said, view.say("Click a cell to see who is in it."))
    chart(view, Chart(Sheet(title, columns, rows), option, definitions, on_point=opened))


def _actions(view: View, rfm: RfmMap, show: Open) -> None:
    sheet = _group_sheet(view, rfm)
    with ui.element("div").classes("bar"):
        title = view.say("Groups and what to do")
        put(Markup("").join([tag("h2", title), about(view, title, _what(view))]), class_="choices")
        with ui.element("div").classes("tools"):
            exports(view, sheet)
    with ui.element("div").classes("groups"):
        for group_size in rfm.groups:
            name = view.pick(group_size.group.zh, group_size.group.en)
            axes = "".join(
                letter + ("↑" if high else "↓")
                for letter, high in zip("RFM", group_size.group.is_high, strict=True)
            )
            with ui.element("div").classes("group"):
                put(
                    Markup("").join(
                        [
                            tag("i", style=f"background:{COLORS[group_size.group.group_id]}"),
                            tag("strong", name),
                            span("faint code", axes),
                        ]
                    ),
                    class_="choices",
                )
                put(Markup("").join([
                    tag("b", f"{group_size.n_people:,}"), " ", view.say("people"), f" · {group_size.people_share:.1%} · ",
                    view.say("{share} of the money", share=f"{group_size.money_share:.1%}"),
                ]), class_="nums")  # fmt: skip
                put(tag("p", view.say(group_size.group.action), class_="muted"))
                if group_size.n_people:

                    async def opened(name: str = name, group_id: str = group_size.group.group_id) -> None:
                        await show(name, group_id, None)

                    button(view.say("Who is in it"), opened, title=view.say("Who is in {group}", group=name))


def _opener(view: View, below: list[ui.element]) -> Open:
    """Return a function that lists the people of a group or cell under the map."""

    async def show(title: str, group_id: str | None, cell: tuple[int, int] | None) -> None:
        place = below[0]
        buyers = await run.io_bound(view.ask, rfm_members, group_id, cell)
        place.clear()
        with place, ui.element("section").classes("panel"):
            grid(view, _member_sheet(view, title, buyers or []), link=lambda person: f"/people/{person}")
        place.run_method("scrollIntoView", {"behavior": "smooth"})

    return show


def _member_sheet(view: View, title: str, buyers: list[Buyer]) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Person", "text"),
        ("Group", "text"),
        ("Days since last order", "count"),
        ("Orders", "count"),
        ("Money", "currency"),
        ("Region", "text"),
        ("Tier", "text"),
    )
    rows = tuple(
        (buyer.person_id, group_label(view, buyer.group_id), buyer.recency_days, buyer.frequency, buyer.monetary_amount,
         buyer.region or "", buyer.member_tier or "")
        for buyer in buyers
    )  # fmt: skip
    name = view.say("Who is in {group}", group=title)
    return Sheet(name, tuple(Head(view.say(label), kind) for label, kind in heads), rows)


def _group_sheet(view: View, rfm: RfmMap) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Group", "text"),
        ("People", "count"),
        ("Share of buyers", "ratio"),
        ("Money", "currency"),
        ("Share of money", "ratio"),
        ("Usual action", "text"),
    )
    rows = tuple(
        (
            view.pick(group_size.group.zh, group_size.group.en),
            group_size.n_people,
            group_size.people_share,
            group_size.monetary_amount,
            group_size.money_share,
            view.say(group_size.group.action),
        )
        for group_size in rfm.groups
    )
    title = view.say("Customer groups (RFM)")
    return Sheet(title, tuple(Head(view.say(label), kind) for label, kind in heads), rows)


def _what(view: View) -> str:
    return view.say(
        "Buyers by how recently, how often and for how much they bought; each axis is cut in high and low."
    )


PAGE = Page(
    "/portraits",
    "Portraits and RFM",
    portraits,
    "Customers",
    "Portraits",
    "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
    2,
)
