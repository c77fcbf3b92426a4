"""Effects with their intervals, one under the other (a forest plot), with the line of no effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quanyu.tables.metric.metric import Unit
from quanyu.web.parts.chart import Option, palette, told, written
from quanyu.web.view import View

WHISKER = """(params, api) => {
  const at = place => api.coord([api.value(place), api.value(1)]);
  const [left, y] = at(2), [right] = at(3), style = {stroke: api.visual('color'), lineWidth: 2};
  const line = (x1, y1, x2, y2) => ({type: 'line', shape: {x1, y1, x2, y2}, style});
  return {type: 'group', children: [line(left, y, right, y), line(left, y - 5, left, y + 5), line(right, y - 5, right, y + 5)]};
}"""
"""Draws the interval of a point given as [value, place, low, high]."""


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


def forest(view: View, drawn: Sequence[Whisker], unit: Unit) -> Option:
    """Return the ECharts option: a dot per effect, the first on top, its interval, and a line at zero.

    Effects told from zero stand out; those without bounds are not drawn, so show a table beside.
    """
    points = [
        {"name": whisker.name, "value": [whisker.value, place, whisker.low, whisker.high],
         "itemStyle": {"color": palette.ACCENT if whisker.is_told else palette.GHOST}}
        for place, whisker in enumerate(drawn)
        if whisker.value is not None and whisker.low is not None and whisker.high is not None
    ]  # fmt: skip
    write = written(view, unit)
    point = "`${p.name}: ${w(p.value[0])} (${w(p.value[2])} – ${w(p.value[3])})`"
    shared = {"data": points, "encode": {"x": [0, 2, 3], "y": 1}}
    plain = {"axisTick": {"show": False}, "axisLine": {"show": False}}
    return {
        "animationDuration": 300,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 18, "top": 12, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True, ":formatter": told(point, write), "borderColor": palette.LINE,
                    "textStyle": {"color": palette.INK, "fontSize": 12}},
        "yAxis": {
            "type": "category", "data": [whisker.name for whisker in drawn], "inverse": True, **plain,
            "axisLabel": {"color": palette.INK, "width": 120, "overflow": "truncate"},
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
