"""A flow of steps as boxes and lines, from top to bottom, its ways side by side: HTML that the server draws, all text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from quanyu.web.parts.markup import div, span, tag

ENDS = 100.0
LEAST = 138
"""Pixels that a box needs beside others."""


@dataclass(frozen=True)
class Way:
    """A way out of a box: what it is called, how many went it, and the boxes on it."""

    label: str
    boxes: Sequence[Box] = ()
    n: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nobody comes out of it below."""
        return bool(self.boxes) and self.boxes[-1].is_over


@dataclass(frozen=True)
class Box:
    """A step: its number, what it is, what it does in words, what stands beside it as marks (level, text), and its ways out.

    `n` is how many went on where there is one way; `address` makes the title a link; `is_end` lets nobody go on.
    """

    number: str
    title: str
    text: str = ""
    marks: Sequence[tuple[str, str]] = ()
    ways: Sequence[Way] = ()
    n: str = ""
    address: str = ""
    is_end: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nobody goes on below it."""
        return self.is_end or (bool(self.ways) and all(way.is_over for way in self.ways))

    @property
    def breadth(self) -> int:
        """How many boxes may stand side by side below it."""
        return max(1, sum(breadth(way.boxes) for way in self.ways))


def breadth(boxes: Sequence[Box]) -> int:
    """Return how many boxes stand side by side at most."""
    return max((box.breadth for box in boxes), default=1)


def flow(boxes: Sequence[Box], label: str) -> Markup:
    """Return a picture of boxes one after another."""
    inside = div("flow-inside", _steps(boxes), style=f"min-width:{breadth(boxes) * LEAST}px")
    return div("flow", inside, role="group", aria_label=label, tabindex=0)


def _steps(boxes: Sequence[Box]) -> Markup:
    return tag("ol", *(_step(box, is_last=box is boxes[-1]) for box in boxes), class_="flow-steps")


def _step(box: Box, *, is_last: bool) -> Markup:
    number = span("number", box.number) if box.number else ""
    title = tag("a", box.title, href=box.address) if box.address else box.title
    marks = [span(f"mark {level}", text) for level, text in box.marks]
    inside = [div("flow-title", number, tag("strong", title))]
    inside += [div("flow-text", box.text)] if box.text else []
    inside += [div("flow-marks", *marks)] if marks else []
    level = next((level for level, _ in box.marks if level == "stop"), "")
    drawn = div(f"flow-box {level} {'' if box.number else 'flow-cap'}".strip(), *inside)
    goes_on = not is_last and not box.is_over
    line = div("flow-line", span("flow-n", box.n) if box.n else "") if goes_on and not box.ways else ""
    below = _ways(box.ways, goes_on=not box.is_over) if box.ways else line
    return tag("li", drawn, below, data_step=box.number or None)


def _ways(ways: Sequence[Way], *, goes_on: bool) -> Markup:
    sizes = [breadth(way.boxes) for way in ways]
    whole = sum(sizes)
    middles = [ENDS * (sum(sizes[:place]) + size / 2) / whole for place, size in enumerate(sizes)]
    ends = [middle for middle, way in zip(middles, ways, strict=True) if not way.is_over]
    items = [_way(way, size) for way, size in zip(ways, sizes, strict=True)]
    below = (_bar([*ends, ENDS / 2]), div("flow-line")) if goes_on else ()
    return div(
        "flow-fork", div("flow-line"), _bar([*middles, ENDS / 2]), tag("ul", *items, class_="flow-ways"), *below,
    )  # fmt: skip


def _way(way: Way, size: int) -> Markup:
    label = div("flow-label", span("", way.label), span("flow-n", way.n) if way.n else "")
    tail = "" if way.is_over else div("flow-tail")
    inside = (div("flow-line"), _steps(way.boxes)) if way.boxes else ()
    return tag("li", div("flow-line"), label, *inside, tail, style=f"flex-grow:{size}")


def _bar(middles: Sequence[float]) -> Markup:
    """Return the line across from the first to the last of some places, in per cent of the breadth."""
    return div("flow-bar", style=f"margin-left:{min(middles):g}%;margin-right:{ENDS - max(middles):g}%")
