"""A return curve as a chart: its mean, the band of its 95 % interval, and the places of today and of a proposal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quanyu.web.parts.chart import Option, palette, told, written
from quanyu.web.view import View

Pair = tuple[float, float]
STEPS = 5
"""Steps of an axis, at most."""


@dataclass(frozen=True)
class Mark:
    """A place on the curve: its name, where it is, and its colour."""

    name: str
    at: Pair
    color: str


def curve(
    view: View,
    names: tuple[str, str, str],
    points: Sequence[tuple[float, float, float, float]],
    marks: Sequence[Mark],
    *,
    is_known: bool = True,
) -> Option:
    """Return the ECharts option of a curve through `points` (amount, mean, low, high) with its marks.

    `names` are those of the curve, its band and the line where money comes back as much as it costs. A curve that is not
    known is drawn faintly: only its band says anything.
    """
    write = written(view, "currency")
    curve, band, even = names
    low = [(amount, bottom) for amount, _, bottom, _ in points]
    width = [(amount, top - bottom) for amount, _, bottom, top in points]
    most = points[-1][0] if points else 0.0
    top = max((high for *_, high in points), default=0.0)
    hidden = {"type": "line", "symbol": "none", "silent": True, "tooltip": {"show": False}}
    axis = {
        "axisTick": {"show": False},
        "axisLine": {"show": False},
        "splitLine": {"lineStyle": {"color": "#f0f2f5"}},
    }
    label = f"{{color: '{palette.MUTED}', hideOverlap: true, formatter: {write}}}"
    return {
        "animationDuration": 300,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 34, "top": 14, "bottom": 6, "containLabel": True},
        "tooltip": {
            "trigger": "item", "confine": True, "borderColor": palette.LINE, "textStyle": {"color": palette.INK, "fontSize": 12},
            ":formatter": told("`${p.seriesName}: ${w(p.value[0])} → ${w(p.value[1])}`", write),
        },
        "xAxis": {"type": "value", **_even(most), **axis, ":axisLabel": label},
        "yAxis": {"type": "value", **_even(top), **axis, ":axisLabel": label},
        "series": [
            {"name": band, **hidden, "data": low, "stack": "band", "lineStyle": {"opacity": 0}},
            {"name": band, **hidden, "data": width, "stack": "band", "lineStyle": {"opacity": 0},
             "areaStyle": {"color": palette.ACCENT, "opacity": 0.1}},
            {"name": even, **hidden, "data": [(0, 0), (min(most, top), min(most, top))],
             "lineStyle": {"color": palette.GHOST, "type": "dashed", "width": 1}},
            {"name": curve, "type": "line", "symbol": "none", "data": [(a, mean) for a, mean, _, _ in points],
             "color": palette.ACCENT if is_known else palette.GHOST,
             "lineStyle": {"width": 2.2, "type": "solid"} if is_known else {"width": 1.5, "type": "dotted"}},
            *[
                {"name": mark.name, "type": "scatter", "symbolSize": 11, "data": [mark.at], "color": mark.color,
                 "itemStyle": {"borderColor": "#fff", "borderWidth": 2}, "z": 9}
                for mark in marks
            ],
        ],
    }  # fmt: skip


def _even(most: float) -> Option:
    """Return an axis from 0 that ends at a whole step, so that its last label is neither odd nor cut off.

    >>> _even(770.4), _even(0)
    ({'min': 0, 'max': 800.0, 'interval': 200.0}, {'min': 0})
    """
    if most <= 0:
        return {"min": 0}
    power = 10.0 ** math.floor(math.log10(most / STEPS))
    step = next(size * power for size in (1.0, 2.0, 2.5, 5.0, 10.0) if size * power * STEPS >= most * 0.999)
    return {"min": 0, "max": math.ceil(most / step - 0.001) * step, "interval": step}
