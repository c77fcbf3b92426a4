"""Effects with their intervals, one under the other (a forest plot), with the line of no effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quanyu.tables.metric.metric import Unit
from quanyu.web.parts.chart import Option, palette, told, written
from quanyu.web.parts.plot import axes
from quanyu.web.view import View

WHISKER = """(params, api) => {
  const at = place => api.coord([api.value(place), api.value(1)]);
  const [left, y] = at(2), [right] = at(3), style = {stroke: api.visual('color'), lineWidth: 2};
  const line = (x1, y1, x2, y2) => ({type: 'line', shape: {x1, y1, x2, y2}, style});
  const goesOn = (x, to) => ({type: 'polygon', shape: {points: [[x, y - 6], [x, y + 6], [x + to * 9, y]]},
    style: {fill: api.visual('color')}});
  const end = (x, to, isCut) => isCut ? goesOn(x - to * 9, to) : line(x, y - 5, x, y + 5);
  const isCut = place => api.value(place) !== api.value(place + 2);
  return {type: 'group', children: [line(left, y, right, y), end(left, -1, isCut(2)), end(right, 1, isCut(3))]};
}"""
"""Draws the interval of a point given as [value, place, low, high, true low, true high]: an arrow where it goes on."""
LARGEST, LEAST = 3, 1.0
"""An interval is drawn as far as so many times the largest effect, and as far as this change at least."""


@dataclass(frozen=True)
class Whisker:
    """One effect: its name, its value and the bounds of its interval; None where it could not be read."""

    name: str
    value: float | None
    low: float | None
    high: float | None

    @property
    def is_told(self) -> bool:
        """Say whether the interval leaves out zero.

        >>> Whisker("margin", 1.0, 0.2, 1.8).is_told, Whisker("orders", 1.0, -0.2, 2.2).is_told
        (True, False)
        """
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def reach(drawn: Sequence[Whisker]) -> float:
    """Return how far from zero intervals are drawn: one that says hardly anything must not press the others together.

    >>> reach([Whisker("orders", 2.0, 0.5, 5.0), Whisker("margin", 3.0, 0.2, 67.0)]), reach([Whisker("orders", 0.1, -0.2, 0.4)])
    (9.0, 1.0)
    """
    return max([LEAST, *(LARGEST * abs(whisker.value) for whisker in drawn if whisker.value is not None)])


def goes_on(drawn: Sequence[Whisker]) -> bool:
    """Say whether an interval goes on beyond the picture.

    >>> goes_on([Whisker("margin", 3.0, 0.2, 67.0)]), goes_on([Whisker("orders", 0.1, -0.2, 0.4)])
    (True, False)
    """
    most = reach(drawn)
    return any(abs(end) > most for whisker in drawn for end in (whisker.low, whisker.high) if end is not None)


def forest(view: View, drawn: Sequence[Whisker], unit: Unit) -> Option:
    """Return the ECharts option: a dot per effect, the first on top, its interval, and a line at zero.

    Effects told from zero stand out; those without bounds are not drawn, so show a table beside. What lies beyond `reach`
    is cut there, with an arrow.
    """
    most = reach(drawn)
    points = [
        {"name": whisker.name, "value": _drawn(whisker, place, most),
         "itemStyle": {"color": palette.ACCENT if whisker.is_told else palette.GHOST}}
        for place, whisker in enumerate(drawn)
        if whisker.value is not None and whisker.low is not None and whisker.high is not None
    ]  # fmt: skip
    write = written(view, unit)
    point = "`${p.name}: ${w(p.value[0])} (${w(p.value[4])} – ${w(p.value[5])})`"
    shared = {"data": points, "encode": {"x": [0, 2, 3], "y": 1}}
    plain = {"axisTick": {"show": False}, "axisLine": {"show": False}}
    return {
        "animationDuration": 300,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 30, "top": 12, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True, ":formatter": told(point, write), "borderColor": palette.LINE,
                    "textStyle": {"color": palette.INK, "fontSize": 12}},
        "yAxis": {
            "type": "category", "data": [whisker.name for whisker in drawn], "inverse": True, **plain,
            "axisLabel": axes.name_label([whisker.name for whisker in drawn]),
        },
        "xAxis": {
            "type": "value", "splitNumber": 4, **plain, "splitLine": {"lineStyle": {"color": "#f0f2f5"}},
            ":axisLabel": f"{{color: '{palette.MUTED}', hideOverlap: true, formatter: {write}}}",
        },
        "series": [
            {"type": "custom", ":renderItem": WHISKER, "silent": True, **shared},
            {
                "type": "scatter", "symbolSize": 9, **shared,
                "markLine": {
                    "silent": True, "symbol": "none", "label": {"show": False}, "data": [{"xAxis": 0}],
                    "lineStyle": {"color": palette.MUTED, "type": "solid", "width": 1},
                },
            },
        ],
    }  # fmt: skip


def _drawn(whisker: Whisker, place: int, most: float) -> list[float | None]:
    """Return a point as the picture takes it: its interval as far as it is drawn, then its interval."""
    low, high = whisker.low, whisker.high
    ends = [None if end is None else max(-most, min(most, end)) for end in (low, high)]
    return [whisker.value, place, *ends, low, high]
