"""The crowd: RFM groups and cells with who is in them, and how people spread over every trait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.tables.text.mask import masked
from quanyu.tables.view.rfm_groups import RfmGroup
from quanyu.text import Text
from quanyu.understand.rfm import GroupSize, RfmMap, rfm_map
from quanyu.web.page import Page
from quanyu.web.pages.portraits.traits import distributions
from quanyu.web.parts.chart import palette
from quanyu.web.parts.choice import segments
from quanyu.web.parts.definition import about
from quanyu.web.parts.heat import Cell, Heat, heat
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import is_ready
from quanyu.web.parts.plot import strips
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import exports
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import writer
from quanyu.web.view import View

COLORS = {
    "champions": palette.ACCENT, "promising": "#3f6acb", "at_risk": "#86a6ea", "must_win_back": "#c9d8f8",
    "loyal_small": "#5b6b83", "new": "#aab4c3", "fading": palette.FAINT, "lost": "#edf0f4",
}  # fmt: skip
DARK = frozenset({"champions", "promising", "loyal_small"})
"""Groups on whose colour white is read."""
SIZES: Mapping[str, Text] = {"people": "By people", "money": "By money"}


def portraits(view: View) -> None:
    """Draw the RFM map, then the traits."""
    if not is_ready(view, "Portraits and RFM", ("orders", "people"), "portraits"):
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
    best = max(rfm.groups, key=lambda group_size: group_size.money_share)
    said = view.say(
        "{people} of buyers are {group} and brought {money} of the money.",
        people=figure.percent(best.people_share), group=best.group.name_in(view.language),
        money=figure.percent(best.money_share),
    )  # fmt: skip
    put(tag("p", said, " ", span("muted", view.say(best.group.action)), class_="lead"))
    with ui.element("div").classes("panels"):
        with ui.element("div").classes("w7"):
            _map(view, rfm, size)
        with ui.element("div").classes("w5"):
            _heat(view, rfm, size)
        with ui.element("section").classes("panel w12"):
            _actions(view, rfm)


def _members(view: View, group: RfmGroup) -> str:
    """Return the address of the people of a group."""
    return view.link("/people", rule=f"group = {group.group_id}")


def _map(view: View, rfm: RfmMap, size: str) -> None:
    """Place the groups as boxes by their share of people or money."""
    kind: Literal["count", "currency"] = "count" if size == "people" else "currency"
    sheet = _group_sheet(view, rfm)
    write = writer(view)
    boxes = [_box(view, group_size, group_size.n_people if size == "people" else group_size.monetary_amount, kind, write)
             for group_size in rfm.groups]  # fmt: skip
    note = view.say("{n} buyers, as of {day}", n=f"{rfm.n_people:,}", day=rfm.as_of)
    with ui.element("section").classes("panel") as panel:
        panel.props["aria-label"] = masked(sheet.title)
        with ui.element("div").classes("bar"):
            definitions = (_what(view), view.say("Click a group to see who is in it."))
            put(
                tag("h2", sheet.title) + about(view, sheet.title, *definitions) + span("note", note),
                class_="choices",
            )
            with ui.element("div").classes("tools"):
                exports(view, sheet)
        put(strips.strips(boxes))


def _box(
    view: View, part: GroupSize, size: float, kind: Literal["count", "currency"], write: Callable[..., str]
) -> strips.Box:
    name, color = part.group.name_in(view.language), COLORS[part.group.group_id]
    return strips.Box(
        name, max(float(size), 0.0), figure.figure(size, kind, view.language, view.ws.settings.currency),
        (color, "#fff" if part.group.group_id in DARK else palette.INK),
        view.say("{axes}: {value}; see who is in it", axes=name, value=write(size, kind)), _members(view, part.group),
    )  # fmt: skip


def _heat(view: View, rfm: RfmMap, size: str) -> None:
    scores = range(1, rfm.best + 1)
    write = writer(view)
    kind: Literal["count", "currency"] = "count" if size == "people" else "currency"
    amounts = {
        (cell.f_score - 1, cell.r_score - 1): cell.n_people if size == "people" else cell.monetary_amount
        for cell in rfm.cells
    }
    most = max(amounts.values(), default=0) or 1
    columns = (Head("R"), Head("F"), Head(view.say("People"), "count"), Head(view.say("Money"), "currency"))
    rows = tuple((f"R{c.r_score}", f"F{c.f_score}", c.n_people, c.monetary_amount) for c in rfm.cells)
    said = view.say(
        "R{best} bought most recently, F{best} most often; scores are cut at quantiles.", best=rfm.best
    )
    cells = {
        (f, r): Cell(
            figure.figure(amount, kind, view.language, view.ws.settings.currency),
            max(amount, 0) / most,
            view.say(
                "{axes}: {value}; see who is in it", axes=f"R{r + 1} F{f + 1}", value=write(amount, kind)
            ),
            view.link("/people", rule=f"r_score = {r + 1}; f_score = {f + 1}"),
        )
        for (f, r), amount in amounts.items()
    }
    heat(
        view,
        Heat(
            Sheet(view.say("Recency by frequency"), columns, rows),
            [f"F{score}" for score in scores],
            [f"R{score}" for score in scores],
            cells,
            view.say("–: nobody has these two scores."),
            (said, view.say("Click a cell to see who is in it.")),
        ),
    )


def _actions(view: View, rfm: RfmMap) -> None:
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
                    said = view.say("Who is in {group}", group=name)
                    put(
                        tag(
                            "a",
                            view.say("Who is in it"),
                            href=_members(view, group_size.group),
                            class_="plain",
                            aria_label=said,
                        )
                    )


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
