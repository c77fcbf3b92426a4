"""What is told by areas: treemaps."""

from __future__ import annotations

from collections.abc import Sequence

from quanyu.tables.metric.metric import Unit
from quanyu.web.parts.chart import Option, palette, written
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
