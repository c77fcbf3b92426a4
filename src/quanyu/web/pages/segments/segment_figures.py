"""The pictures of segments: sizes over time, what sets one apart, and how far they hold the same people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from quanyu import figure
from quanyu.web.pages.segments.segment_words import people_address
from quanyu.web.parts.campaign import rule_told
from quanyu.web.parts.chart import Chart, Option, chart, palette
from quanyu.web.parts.heat import Cell, Heat, heat
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty
from quanyu.web.parts.plot import axes, interval
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.understand.segment.history import Size
    from quanyu.understand.segment.overlap import Overlap
    from quanyu.understand.segment.profile import Trace

MOST = 12
"""Segments that a map has room for."""


def sizes(view: View, listed: Sequence[Size]) -> None:
    """Place how large a segment was, and how many came and went, day by day."""
    title = view.say("People over time")
    if not listed:
        with ui.element("section").classes("panel w5"):
            put(tag("h2", title), class_="bar")
            empty(view, "Not worked out yet", "The next turn works out whom it holds.", "quanyu run")
        return
    heads = (
        Head(view.say("As of"), "day"),
        *(Head(view.say(word), "count") for word in ("People", "Entered", "Left")),
    )
    rows = tuple((size.as_of, size.n_people, size.n_entered, size.n_left) for size in listed)
    counts = zip(
        *((float(size.n_people), float(size.n_entered), float(size.n_left)) for size in listed), strict=True
    )
    drawn = [
        axes.Line(head.label, values, color)
        for head, values, (color, _) in zip(heads[1:], counts, palette.LINES[:3], strict=True)
    ]  # fmt: skip
    said = view.say("Entered and left count who came and went since the segment was worked out before.")
    option = axes.lines(view, [f"{size.as_of:%m-%d}" for size in listed], drawn, "count")
    chart(view, Chart(Sheet(title, heads, rows), option, (said,), width=5))


def apart(view: View, name: str, traces: Sequence[Trace]) -> None:
    """Place what people of a segment are more often, or less often, than all others; each leads to its people."""
    title = view.say("What sets it apart")
    if not traces:
        with ui.element("section").classes("panel w7"):
            put(tag("h2", title), class_="bar")
            empty(
                view,
                "Nothing is known to set it apart",
                "Its people have no trait clearly more or less often than all others.",
            )
        return
    names = [rule_told(view, trace.rule) for trace in traces]
    links = [people_address(view, f'in segment "{name}"', trace.rule) for trace in traces]
    labels = ("Times as often", "At least", "At most")
    heads = (Head(view.say("Trait")), Head(view.say("Here"), "ratio"), Head(view.say("Elsewhere"), "ratio"),
             *(Head(view.say(word), "number") for word in labels))  # fmt: skip
    rows = tuple(
        (said, trace.share, trace.rest, trace.lift, trace.low, trace.high)
        for said, trace in zip(names, traces, strict=True)
    )
    drawn = [interval.Whisker(said, *trace.change) for said, trace in zip(names, traces, strict=True)]
    definitions = (
        view.say("How much more, or less, often a trait occurs here than elsewhere; those that its rule asks for are left out."),
        view.say("All intervals together hold the truth 19 times out of 20."),
    )  # fmt: skip
    with ui.element("div").classes("w7 stack"):
        chart(
            view,
            Chart(
                Sheet(title, heads, rows), _forest(view, drawn), definitions,
                on_point=lambda event: ui.navigate.to(links[event.data_index]),
            ),
        )  # fmt: skip
        listed = [
            tag("li", tag("a", said, href=link), " ", span("muted", view.say("{times} times as often", times=f"{trace.lift:.2f}")))
            for said, link, trace in zip(names, links, traces, strict=True)
        ]  # fmt: skip
        more = tag("summary", view.say("The people of each"))
        put(tag("details", more, tag("ul", *listed, class_="links apart")), "section", "panel")


def _forest(view: View, drawn: Sequence[interval.Whisker]) -> Option:
    """Return the picture of changes; none is below -100 %, where nobody has it."""
    option = interval.forest(view, drawn, "ratio")
    return {**option, "xAxis": {**option["xAxis"], "min": -1}}


def overlap_map(view: View, pairs: Sequence[Overlap]) -> None:
    """Place how far all segments hold the same people; nothing where there are not two."""
    names = list(dict.fromkeys(pair.first for pair in pairs))[:MOST]
    if len(names) < 2:
        return
    places = {name: n for n, name in enumerate(names)}
    cells = {
        (places[pair.second], places[pair.first]): _cell(view, pair)
        for pair in pairs
        if pair.first in places and pair.second in places
    }
    _heat(view, names, names, cells, pairs)


def overlap_row(view: View, name: str, pairs: Sequence[Overlap]) -> None:
    """Place how far one segment and others hold the same people."""
    near = sorted(
        (pair for pair in pairs if pair.first == name), key=lambda pair: (-pair.share, pair.second)
    )[:MOST]
    if not near:
        return
    back = {pair.first: pair for pair in pairs if pair.second == name}
    cells = {(n, 1): _cell(view, pair) for n, pair in enumerate(near)}
    cells |= {(n, 0): _cell(view, back[pair.second]) for n, pair in enumerate(near)}
    up = [view.say("Share of theirs who are here"), view.say("Share of these who are there")]
    _heat(
        view,
        [pair.second for pair in near],
        up,
        cells,
        [pair for pair in pairs if name in (pair.first, pair.second)],
    )


def _heat(
    view: View,
    across: Sequence[str],
    up: Sequence[str],
    cells: Mapping[tuple[int, int], Cell],
    pairs: Sequence[Overlap],
) -> None:
    heads = (Head(view.say("Of")), Head(view.say("Are also in")), Head(view.say("People"), "count"),
             Head(view.say("In both"), "count"), Head(view.say("Share"), "ratio"))  # fmt: skip
    rows = tuple((pair.first, pair.second, pair.n_first, pair.n_both, pair.share) for pair in pairs)
    sheet = Sheet(view.say("Who is in several segments"), heads, rows)
    said = view.say("Share of the people of the segment at the left who are also in the one below.")
    heat(view, Heat(sheet, across, up, cells, view.say("A dash: the same segment."), (said,)))


def _cell(view: View, pair: Overlap) -> Cell:
    said = view.say(
        "{n} of the {all} people in {first} are also in {second}",
        n=f"{pair.n_both:,}", all=f"{pair.n_first:,}", first=pair.first, second=pair.second,
    )  # fmt: skip
    address = people_address(view, f'in segment "{pair.first}"', f'in segment "{pair.second}"')
    return Cell(figure.percent(pair.share, 0), pair.share, said, address)
