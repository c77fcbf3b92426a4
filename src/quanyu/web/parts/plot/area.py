"""What is told by areas: treemaps and heat maps."""

from __future__ import annotations

from collections.abc import Sequence

from quanyu.tables.metric.metric import Unit
from quanyu.web.parts.chart import Option, palette, told, written
from quanyu.web.parts.plot.axes import axis
from quanyu.web.view import View


def treemap(view: View, name: str, parts: Sequence[tuple[str, str, float, str]], unit: Unit) -> Option:
    """Return a treemap of (identifier, label, size, colour)."""
    label = "p => p.name + '\\n' + (" + written(view, unit) + ")(p.value)"
    return {
        "tooltip": {":valueFormatter": written(view, unit)},
        "aria": {"enabled": True},
        "animationDuration": 300,
        "series": [{
            "name": name, "type": "treemap", "roam": False, "nodeClick": False, "breadcrumb": {"show": False},
            "left": 0, "right": 0, "top": 0, "bottom": 0,
            "label": {"fontSize": 13, "lineHeight": 18, ":formatter": label},
            "itemStyle": {"borderColor": "#fff", "gapWidth": 2, "borderWidth": 0},
            "data": [
                {"id": key, "name": text, "value": size, "itemStyle": {"color": color},
                 "label": {"color": "#fff" if color in {palette.ACCENT, "#4a76d6", "#5b6b83"} else palette.INK}}
                for key, text, size, color in parts if size > 0
            ],
        }],
    }  # fmt: skip


def heat(
    view: View, axes: tuple[Sequence[str], Sequence[str]], cells: Sequence[tuple[int, int, float]], unit: Unit
) -> Option:
    """Return a heat map; cells are (place on x, place on y, value)."""
    across, up = axes
    top = max((value for _, _, value in cells), default=1.0)
    write = written(view, unit)
    label = f"p => ({write})(p.value[2])"
    return {
        "tooltip": {":formatter": told("w(p.value[2])", write)},
        "aria": {"enabled": True},
        "animationDuration": 300,
        "grid": {"left": 6, "right": 10, "top": 8, "bottom": 6, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": list(across),
            "splitArea": {"show": False},
            **axis(),
            "splitLine": {"show": False},
        },
        "yAxis": {"type": "category", "data": list(up), **axis(), "splitLine": {"show": False}},
        "visualMap": {"show": False, "min": 0, "max": top, "inRange": {"color": list(palette.SCALE)}},
        "series": [
            {
                "type": "heatmap",
                "label": {"show": True, ":formatter": label},
                "itemStyle": {"borderColor": "#fff", "borderWidth": 3, "borderRadius": 6},
                "data": [
                    {"value": list(cell), "label": {"color": "#fff" if cell[2] > top * 0.6 else palette.INK}}
                    for cell in cells
                ],
            }
        ],
    }
