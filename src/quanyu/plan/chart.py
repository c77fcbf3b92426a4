"""Charts as inline SVG: lines with a ghost of the period before, stacked bars, sparklines, a treemap.

Colours are classes of the page's style sheet, so that one accent colour rules them all and print stays
readable.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

Write = Callable[[float], str]


@dataclass(frozen=True)
class Frame:
    """The size of a chart and the margins for its axes."""

    width: int
    height: int
    left: int = 56
    right: int = 12
    top: int = 14
    bottom: int = 26

    @property
    def inner_width(self) -> int:
        """Width of the plot."""
        return self.width - self.left - self.right

    def y(self, value: float, low: float, high: float) -> float:
        """Return the vertical place of a value."""
        return self.top + (high - value) / ((high - low) or 1) * (self.height - self.top - self.bottom)


WIDE, NARROW = Frame(960, 280), Frame(360, 220, left=48, right=8)


@dataclass(frozen=True)
class Curve:
    """Values over labelled places; `ghost` is the period before, place by place."""

    labels: Sequence[str]
    values: Sequence[float | None]
    ghost: Sequence[float | None] = ()
    ghost_labels: Sequence[str] = ()


def ticks(low: float, high: float, n: int = 4) -> list[float]:
    """Return round numbers that cover the range.

    >>> ticks(0, 87)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    span = max(high - low, abs(high) * 1e-6, 1e-6)
    magnitude = 10 ** math.floor(math.log10(span / n))
    step = next(size * magnitude for size in (1, 2, 2.5, 5, 10) if size * magnitude * n >= span)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [place * step for place in range(first, last + 1)]


Stacks = Sequence[tuple[str, Sequence[float]]]


def line(curve: Curve, write: Write, title: str) -> Markup:
    """Return a line chart in two sizes; the style sheet shows the one that fits."""
    return _both(lambda frame: _line(curve, write, title, frame))


def _line(curve: Curve, write: Write, title: str, frame: Frame) -> str:
    known = [0.0, *(value for value in (*curve.values, *curve.ghost) if value is not None)]
    marks = ticks(min(known), max(*known, 1.0))
    low, high = marks[0], marks[-1]
    step = frame.inner_width / max(len(curve.values) - 1, 1)
    places = [frame.left + step * at for at in range(len(curve.values))]
    heights = [None if value is None else frame.y(value, low, high) for value in curve.values]
    ghosts = [None if value is None else frame.y(value, low, high) for value in curve.ghost[: len(places)]]
    floor = frame.y(max(low, 0.0), low, high)
    body = [_grid(marks, write, frame), _months(curve.labels, places, frame)]
    if ghosts:
        body.append(f'<path class="ghost" d="{_path(places, ghosts)}"/>')
    area = _path(places, heights)
    if area:
        body.append(
            f'<path class="area" d="{area}L{places[-1]:.1f},{floor:.1f}L{places[0]:.1f},{floor:.1f}Z"/>'
        )
    body.append(f'<path class="line" d="{area}"/>')
    tall = frame.height - frame.top - frame.bottom
    for at, x in enumerate(places):
        box = f'x="{x - step / 2:.1f}" y="{frame.top}" width="{step:.1f}" height="{tall}"'
        body.append(f'<rect class="hit" {box}><title>{escape(_told(curve, at, write))}</title></rect>')
    return _svg(frame, title, body)


def _told(curve: Curve, at: int, write: Write) -> str:
    """What pointing at a place tells: the value, and below it that of the period before."""
    pairs = [(curve.labels[at], curve.values[at])]
    pairs += [(curve.ghost_labels[at], curve.ghost[at])] if at < len(curve.ghost) else []
    return "\n".join(f"{label}: {'–' if value is None else write(value)}" for label, value in pairs)


def bars(labels: Sequence[str], stacks: Stacks, write: Write, title: str) -> Markup:
    """Return stacked bars; each stack is (name, values); negative values hang below the axis."""
    return _both(lambda frame: _bars(labels, stacks, write, title, frame))


def _bars(
    labels: Sequence[str],
    stacks: Stacks,
    write: Write,
    title: str,
    frame: Frame,
) -> str:
    tops = [sum(max(values[at], 0.0) for _, values in stacks) for at in range(len(labels))]
    bottoms = [sum(min(values[at], 0.0) for _, values in stacks) for at in range(len(labels))]
    marks = ticks(min(0.0, *bottoms), max(1.0, *tops))
    step = frame.inner_width / max(len(labels), 1)
    width = min(step * 0.62, 46)
    places = [frame.left + step * (at + 0.5) for at in range(len(labels))]
    body = [_grid(marks, write, frame), _months(labels, places, frame)]
    for at, x in enumerate(places):
        up = down = 0.0
        for number, (name, values) in enumerate(stacks):
            value = values[at]
            low, high = (up, up + value) if value >= 0 else (down + value, down)
            up, down = (high, down) if value >= 0 else (up, low)
            y, foot = (frame.y(edge, marks[0], marks[-1]) for edge in (high, low))
            said = escape(
                f"{labels[at]} · {name}: {write(value)}" if name else f"{labels[at]}: {write(value)}"
            )
            box = f'x="{x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(foot - y, 0):.1f}"'
            body.append(f'<rect class="bar b{number}" {box}><title>{said}</title></rect>')
    return _svg(frame, title, body)


def spark(values: Sequence[float | None], title: str) -> Markup:
    """Return a sparkline with its last point marked; nothing for fewer than two values."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    frame = Frame(140, 34, left=2, right=5, top=4, bottom=4)
    low, high = min(known), max(known)
    step = frame.inner_width / (len(values) - 1)
    places = [frame.left + step * at for at in range(len(values))]
    heights = [None if value is None else frame.y(value, low, high) for value in values]
    x, y = next((x, y) for x, y in zip(reversed(places), reversed(heights), strict=True) if y is not None)
    body = [
        f'<path class="line thin" d="{_path(places, heights)}"/>',
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>',
    ]
    # Every text inside is escaped where it is put in.
    return Markup(_svg(frame, title, body, "spark"))  # nosec B704


@dataclass(frozen=True)
class Tile:
    """A rectangle of the treemap: its area, how strong its colour is (0 to 1), and two lines of text."""

    size: float
    strength: float
    name: str
    note: str
    says: str


def treemap(tiles: Sequence[Tile], title: str) -> Markup:
    """Return a treemap in which area is `size` and colour is `strength`; what is too small for a name is listed below."""
    return _both(
        lambda frame: _treemap(tiles, title, frame), Frame(960, 320, 0, 0, 0, 0), Frame(360, 400, 0, 0, 0, 0)
    )


def _treemap(tiles: Sequence[Tile], title: str, frame: Frame) -> str:
    shown = sorted((tile for tile in tiles if tile.size > 0), key=lambda tile: -tile.size)
    unnamed: list[Tile] = []
    boxes = _split([tile.size for tile in shown], 0.0, 0.0, float(frame.width), float(frame.height))
    body = []
    for tile, (x, y, width, height) in zip(shown, boxes, strict=True):
        tone = "dark" if tile.strength > 0.7 else "light"
        body.append(
            f'<g class="tile {tone}"><title>{escape(tile.says)}</title><rect x="{x + 1:.1f}" y="{y + 1:.1f}" '
            f'width="{max(width - 2, 0):.1f}" height="{max(height - 2, 0):.1f}" rx="3" '
            f'fill-opacity="{tint(tile.strength):.3f}"/>'
        )
        if height > 30 and width > _width(tile.name) * 7.4 + 18:
            body.append(f'<text x="{x + 10:.1f}" y="{y + 23:.1f}" class="name">{escape(tile.name)}</text>')
            if height > 48 and width > _width(tile.note) * 6.4 + 18:
                body.append(f'<text x="{x + 10:.1f}" y="{y + 41:.1f}">{escape(tile.note)}</text>')
        else:
            unnamed.append(tile)
            if min(width, height) > 14:
                at = f'x="{x + width / 2:.1f}" y="{y + height / 2 + 5:.1f}" text-anchor="middle"'
                body.append(f'<text {at} class="name">{len(unnamed)}</text>')
        body.append("</g>")
    return _svg(frame, title, body) + _key(unnamed)


def _key(tiles: Sequence[Tile]) -> str:
    """Return what the numbers in tiles stand for that are too small for a name."""
    if not tiles:
        return ""
    said = "".join(f"<li>{escape(tile.name)} · {escape(tile.note)}</li>" for tile in tiles)
    return f'<ol class="key">{said}</ol>'


@dataclass(frozen=True)
class Whisker:
    """An effect with its interval; `truth` is what it is known to be, `note` a word beside its name."""

    name: str
    value: float
    low: float
    high: float
    truth: float | None = None
    note: str = ""


def forest(drawn: Sequence[Whisker], write: Write, title: str) -> Markup:
    """Return effects one under the other with their intervals and the line of no effect; nothing where there are none."""
    if not drawn:
        return Markup("")
    wide, narrow = (
        Frame(960, 40 * len(drawn) + 34, 260, 26, 6, 26),
        Frame(360, 54 * len(drawn) + 34, 8, 14, 6, 26),
    )
    return _both(lambda frame: _forest(drawn, write, title, frame), wide, narrow)


def _forest(drawn: Sequence[Whisker], write: Write, title: str, frame: Frame) -> str:
    ends = [end for one in drawn for end in (one.low, one.high, one.truth or 0.0)]
    marks = ticks(min(ends), max(ends))
    row = (frame.height - frame.top - frame.bottom) / len(drawn)

    def x(value: float) -> float:
        return frame.left + (value - marks[0]) / (marks[-1] - marks[0]) * frame.inner_width

    body = [
        f'<line class="{"zero" if mark == 0 else "rule"}" x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="{frame.top}" '
        f'y2="{frame.height - frame.bottom}"/><text class="tick" x="{x(mark):.1f}" y="{frame.height - 8}" '
        f'text-anchor="middle">{escape(write(mark))}</text>'
        for mark in marks
    ]
    for place, one in enumerate(drawn):
        y = frame.top + row * (place + 0.5)
        is_beside = frame.left > 100
        label, at = (frame.top + row * (place + 0.5) + 4, y) if is_beside else (y - 10, y + 10)
        body.append(_whisker(one, [x(value) for value in (one.low, one.value, one.high)], at, write))
        if one.truth is not None:
            across = x(one.truth)
            body.append(f'<path class="truth" d="M{across:.1f},{at - 7:.1f}l6,7l-6,7l-6,-7Z"/>')
        note = f'<tspan class="flat" dx="8">{escape(one.note)}</tspan>' if one.note else ""
        body.append(
            f'<text class="name" x="{0 if is_beside else frame.left}" y="{label:.1f}">{escape(one.name)}{note}</text>'
        )
    return _svg(frame, title, body)


def _whisker(one: Whisker, ends: Sequence[float], y: float, write: Write) -> str:
    """Return an interval with its effect; one that holds zero is pale."""
    left, middle, right = ends
    kind = "" if one.low <= 0 <= one.high else " told"
    said = f"{one.name}: {write(one.value)} ({write(one.low)} – {write(one.high)})"
    return (
        f'<g class="whisker{kind}"><title>{escape(said)}</title>'
        f'<path d="M{left:.1f},{y:.1f}H{right:.1f}M{left:.1f},{y - 5:.1f}v10M{right:.1f},{y - 5:.1f}v10"/>'
        f'<circle cx="{middle:.1f}" cy="{y:.1f}" r="4.5"/></g>'
    )


def tint(strength: float) -> float:
    """Return how opaque the accent colour is for a strength from 0 to 1."""
    return 0.08 + 0.84 * min(max(strength, 0.0), 1.0)


def _split(
    sizes: Sequence[float], x: float, y: float, width: float, height: float
) -> list[tuple[float, ...]]:
    """Halve the sizes as evenly as their order allows and cut the longer side, again and again."""
    if len(sizes) <= 1:
        return [(x, y, width, height)] * len(sizes)
    total = sum(sizes)
    cut = min(range(1, len(sizes)), key=lambda at: abs(sum(sizes[:at]) - total / 2))
    share = sum(sizes[:cut]) / total
    if width >= height:
        parts = ((x, y, width * share, height), (x + width * share, y, width * (1 - share), height))
    else:
        parts = ((x, y, width, height * share), (x, y + height * share, width, height * (1 - share)))
    return [*_split(sizes[:cut], *parts[0]), *_split(sizes[cut:], *parts[1])]


def _width(text: str) -> float:
    """Letters a text is wide: Chinese characters count nearly twice."""
    return sum(1.8 if ord(letter) > 0x2E80 else 1.0 for letter in text)


def _grid(marks: Sequence[float], write: Write, frame: Frame) -> str:
    lines = []
    for mark in marks:
        y = frame.y(mark, marks[0], marks[-1])
        kind = "zero" if mark == 0 else "rule"
        lines.append(
            f'<line class="{kind}" x1="{frame.left}" x2="{frame.width - frame.right}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        lines.append(
            f'<text class="tick" x="{frame.left - 8}" y="{y + 4:.1f}" '
            f'text-anchor="end">{escape(write(mark))}</text>'
        )
    return "".join(lines)


def _months(labels: Sequence[str], places: Sequence[float], frame: Frame) -> str:
    """Label as many places as fit, always the first one."""
    room = max(_width(label) for label in labels) * 7 + 18 if labels else 1
    every = max(1, math.ceil(len(labels) * room / frame.inner_width))
    y = frame.height - 6
    return "".join(
        f'<text class="tick" x="{places[at]:.1f}" y="{y}" '
        f'text-anchor="{_anchor(at, places[at], frame)}">{escape(labels[at])}</text>'
        for at in range(0, len(labels), every)
    )


def _anchor(at: int, x: float, frame: Frame) -> str:
    if at == 0 and x < frame.left + 20:
        return "start"
    return "end" if x > frame.width - frame.right - 20 else "middle"


def _path(places: Sequence[float], heights: Sequence[float | None]) -> str:
    parts, pen = [], "M"
    for x, y in zip(places, heights, strict=False):
        if y is None:
            pen = "M"
            continue
        parts.append(f"{pen}{x:.1f},{y:.1f}")
        pen = "L"
    return "".join(parts)


def _svg(frame: Frame, title: str, body: Sequence[str], kind: str = "") -> str:
    size = f'viewBox="0 0 {frame.width} {frame.height}"'
    return f'<svg {size} class="{kind}" role="img" aria-label="{escape(title)}">{"".join(body)}</svg>'


def _both(draw: Callable[[Frame], str], wide: Frame = WIDE, narrow: Frame = NARROW) -> Markup:
    # Every text inside is escaped where it is put in.
    return Markup(f'<div class="wide">{draw(wide)}</div><div class="narrow">{draw(narrow)}</div>')  # nosec B704
