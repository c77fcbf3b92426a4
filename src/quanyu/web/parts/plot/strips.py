"""Shares of a whole as boxes in strips, which the server draws: every box has room for its name and leads on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from quanyu.web.parts.markup import div, span, tag

LEAST = 0.17
"""The share of its strip that a box takes at least: on a telephone its name still fits, in two lines."""
HEIGHT, LOWEST = 320, 44
"""Pixels of all strips together, and of one at least."""


@dataclass(frozen=True)
class Box:
    """A part of a whole: its name, how large it is, how that is written, its colours, and where it leads."""

    name: str
    size: float
    shown: str
    colors: tuple[str, str]
    about: str
    href: str


def strips(boxes: Sequence[Box]) -> Markup:
    """Return the boxes, the largest first; areas are as their sizes, but for strips that would be too low for a name."""
    whole = sum(box.size for box in boxes) or 1
    return div("strips", *(
        div("strip", *(_box(box) for box in strip), style=f"min-height:{_height(strip, whole)}px") for strip in in_strips(boxes)
    ))  # fmt: skip


def in_strips(boxes: Sequence[Box]) -> list[list[Box]]:
    """Return the boxes in strips: one more joins the strip as long as it takes `LEAST` of it.

    >>> sizes = (34, 33, 18, 17, 8, 7, 6, 5)
    >>> [[box.size for box in strip] for strip in in_strips([Box("", size, "", ("", ""), "", "") for size in sizes])]
    [[34, 33, 18], [17], [8, 7, 6, 5]]
    """
    told: list[list[Box]] = []
    for box in sorted((box for box in boxes if box.size > 0), key=lambda box: -box.size):
        strip = told[-1] if told else []
        is_wide = bool(strip) and box.size / (sum(other.size for other in strip) + box.size) >= LEAST
        if is_wide and box.size * 2 >= strip[0].size:
            strip.append(box)
        else:
            told.append([box])
    return told


def _height(strip: Sequence[Box], whole: float) -> int:
    return max(LOWEST, round(HEIGHT * sum(box.size for box in strip) / whole))


def _box(box: Box) -> Markup:
    paper, ink = box.colors
    look = f"flex:{box.size:g} 1 0;background:{paper};color:{ink}"
    inside = (tag("strong", box.name), " ", span("", box.shown))
    return tag("a", *inside, href=box.href, style=look, title=box.about, aria_label=box.about)
