"""ECharts options in one style: hairline axes, one accent, grey for what is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quanyu.tables.metric.metric import Unit
from quanyu.tables.text.mask import masked
from quanyu.web.view import View

ACCENT, GHOST, FAINT, INK, MUTED = "#2457c5", "#aab4c3", "#d5dbe5", "#1b2430", "#667085"
LINE = "#e6e9ee"
SCALE = ("#f4f7fe", "#c9d8f8", "#86a6ea", "#2457c5")
Option = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One line of a chart: its name, values by place, colour, and whether it is dashed."""

    name: str
    values: Sequence[float | None]
    color: str = ACCENT
    is_dashed: bool = False


def told(lines: str, write: str) -> str:
    """Return the JavaScript function that tells a point in a tooltip, as text and never as markup.

    `lines` is a JavaScript expression over the point `p` and `w`, the function that writes values.
    """
    return (
        "p => { const w = " + write + "; const box = document.createElement('div'); "
        "box.style.whiteSpace = 'pre-line'; box.textContent = " + lines + "; return box; }"
    )


def inert(option: Any) -> Any:
    """Return an option with the phone numbers and mail addresses in its texts masked."""
    if isinstance(option, dict):
        return {name: value if name.startswith(":") else inert(value) for name, value in option.items()}
    if isinstance(option, list | tuple):
        return [inert(value) for value in option]
    return masked(option) if isinstance(option, str) else option


def written(view: View, unit: Unit) -> str:
    """Return the JavaScript function that writes an axis value of a unit."""
    if unit == "ratio":
        return "v => v == null ? '–' : +(v * 100).toFixed(2) + '%'"
    steps = ((1e8, "亿"), (1e4, "万")) if view.language == "zh" else ((1e9, "B"), (1e6, "M"), (1e4, "K"))
    shown = ": ".join(
        f"Math.abs(v) >= {step:.0f} ? +(v / {1e3 if word == 'K' else step:.0f}).toFixed(2) + '{word}'"
        for step, word in steps
    )
    return f"v => v == null ? '–' : {shown} : (+(+v).toFixed(2)).toLocaleString('en')"


def lines(view: View, places: Sequence[str], drawn: Sequence[Line], unit: Unit) -> Option:
    """Return a line chart over `places`; the first line is filled softly."""
    return {
        **_frame(view, unit, [line.name for line in drawn]),
        "xAxis": {
            "type": "category",
            "data": list(places),
            "boundaryGap": False,
            **_axis(),
            "axisLine": {"lineStyle": {"color": LINE}},
        },
        "yAxis": {
            "type": "value",
            "scale": unit in {"ratio", "score"},
            **_axis(),
            ":axisLabel": _label(view, unit),
        },
        "series": [
            {
                "name": line.name,
                "type": "line",
                "data": list(line.values),
                "showSymbol": len(places) < 3,
                "symbolSize": 5,
                "color": line.color,
                "z": 5 - order,
                "lineStyle": {
                    "width": 1.5 if order else 2.2,
                    "type": "dashed" if line.is_dashed else "solid",
                },
                **({} if order else {"areaStyle": {"opacity": 0.06}}),
            }
            for order, line in enumerate(drawn)
        ],
    }


def bars(view: View, names: Sequence[str], drawn: Sequence[Line], unit: Unit) -> Option:
    """Return horizontal bars, the first name on top."""
    return {
        **_frame(view, unit, [line.name for line in drawn] if len(drawn) > 1 else []),
        "yAxis": {
            "type": "category",
            "data": list(names),
            "inverse": True,
            **_axis(),
            "splitLine": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"color": INK, "width": 104, "overflow": "truncate"},
        },
        "xAxis": {"type": "value", "splitNumber": 4, **_axis(), ":axisLabel": _label(view, unit)},
        "series": [
            {
                "name": line.name,
                "type": "bar",
                "data": list(line.values),
                "color": line.color,
                "barMaxWidth": 16,
                "barGap": "20%",
                "itemStyle": {"borderRadius": [0, 3, 3, 0]},
            }
            for line in drawn
        ],
    }


def columns(view: View, names: Sequence[str], line: Line, unit: Unit) -> Option:
    """Return upright columns, for values that have an order."""
    return {
        **_frame(view, unit, []),
        "xAxis": {
            "type": "category",
            "data": list(names),
            **_axis(),
            "axisLine": {"lineStyle": {"color": LINE}},
        },
        "yAxis": {"type": "value", **_axis(), ":axisLabel": _label(view, unit)},
        "series": [
            {
                "name": line.name,
                "type": "bar",
                "data": list(line.values),
                "color": line.color,
                "barMaxWidth": 34,
                "itemStyle": {"borderRadius": [3, 3, 0, 0]},
            }
        ],
    }


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
                 "label": {"color": "#fff" if color in {ACCENT, "#4a76d6", "#5b6b83"} else INK}}
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
            **_axis(),
            "splitLine": {"show": False},
        },
        "yAxis": {"type": "category", "data": list(up), **_axis(), "splitLine": {"show": False}},
        "visualMap": {"show": False, "min": 0, "max": top, "inRange": {"color": list(SCALE)}},
        "series": [
            {
                "type": "heatmap",
                "label": {"show": True, ":formatter": label},
                "itemStyle": {"borderColor": "#fff", "borderWidth": 3, "borderRadius": 6},
                "data": [
                    {"value": list(cell), "label": {"color": "#fff" if cell[2] > top * 0.6 else INK}}
                    for cell in cells
                ],
            }
        ],
    }


def _frame(view: View, unit: Unit, names: Sequence[str]) -> Option:
    return {
        "animationDuration": 300,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 18, "top": 36 if names else 12, "bottom": 4, "containLabel": True},
        "legend": {
            "show": bool(names),
            "data": list(names),
            "left": 0,
            "top": 0,
            "itemWidth": 16,
            "itemHeight": 8,
            "itemGap": 18,
            "icon": "roundRect",
            "textStyle": {"color": MUTED},
        },
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            ":valueFormatter": written(view, unit),
            "borderColor": LINE,
            "textStyle": {"color": INK, "fontSize": 12},
        },
    }


def _axis() -> Option:
    return {
        "axisTick": {"show": False},
        "axisLine": {"show": False},
        "splitLine": {"lineStyle": {"color": "#f0f2f5"}},
        "axisLabel": {"color": MUTED, "hideOverlap": True},
    }


def _label(view: View, unit: Unit) -> str:
    return f"{{color: '{MUTED}', hideOverlap: true, formatter: {written(view, unit)}}}"
