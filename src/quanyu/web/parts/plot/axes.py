"""Lines, bars and columns on hairline axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

from quanyu.tables.metric.metric import Unit
from quanyu.web.parts.chart import Option, palette, written
from quanyu.web.view import View

NAME_WIDTH, LETTER = 140, 7
"""Pixels that the names beside bars take at most, and those of a letter."""
MOST_WIDE = 48
"""Width of the longest name, in Latin letters: as much as two lines hold."""
HALF_DAY = 36
"""Half the width of a day in pixels: the last one stands right of the axis by so much."""


@dataclass(frozen=True)
class Line:
    """One line of a chart: its name, values by place, colour, and whether it is dashed."""

    name: str
    values: Sequence[float | None]
    color: str = palette.ACCENT
    is_dashed: bool = False


def lines(
    view: View,
    places: Sequence[str],
    drawn: Sequence[Line],
    unit: Unit,
    *,
    has_lead: bool = True,
    is_unfinished: bool = False,
) -> Option:
    """Return a line chart over `places`; the first line is filled softly, unless all are alike.

    The way to the last place is shaded where that is not over: a fall there says nothing yet.
    """
    shade = {"markArea": _shade(len(places))} if is_unfinished and len(places) > 1 else {}
    frame = _frame(view, unit, [line.name for line in drawn])
    return {
        **frame,
        "grid": {**frame["grid"], "right": HALF_DAY},
        "xAxis": {
            "type": "category",
            "data": list(places),
            "boundaryGap": False,
            **axis(),
            "axisLine": {"lineStyle": {"color": palette.LINE}},
        },
        "yAxis": {
            "type": "value",
            "scale": unit in {"ratio", "score"},
            **axis(),
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
                    "width": 1.5 if order and has_lead else 2.2,
                    "type": "dashed" if line.is_dashed else "solid",
                },
                **({"areaStyle": {"opacity": 0.06}} if has_lead and not order else {}),
                **({} if order else shade),
            }
            for order, line in enumerate(drawn)
        ],
    }


def _shade(n_places: int) -> Option:
    ends = [{"xAxis": n_places - 2}, {"xAxis": n_places - 1}]
    return {"silent": True, "itemStyle": {"color": palette.FAINT, "opacity": 0.45}, "data": [ends]}


def bars(view: View, names: Sequence[str], drawn: Sequence[Line], unit: Unit) -> Option:
    """Return horizontal bars, the first name on top."""
    return {
        **_frame(view, unit, [line.name for line in drawn] if len(drawn) > 1 else []),
        "yAxis": {
            "type": "category",
            "data": [shortened(name) for name in names],
            "inverse": True,
            **axis(),
            "splitLine": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": name_label(names),
        },
        "xAxis": {"type": "value", "splitNumber": 4, **axis(), ":axisLabel": _label(view, unit)},
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
            **axis(),
            "axisLine": {"lineStyle": {"color": palette.LINE}},
        },
        "yAxis": {"type": "value", **axis(), ":axisLabel": _label(view, unit)},
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


def _frame(view: View, unit: Unit, names: Sequence[str]) -> Option:
    return {
        "animationDuration": 300,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 32, "top": 36 if names else 12, "bottom": 4, "containLabel": True},
        "legend": {
            "show": bool(names),
            "type": "scroll",
            "data": list(names),
            "left": 0,
            "top": 0,
            "itemWidth": 16,
            "itemHeight": 8,
            "itemGap": 18,
            "icon": "roundRect",
            "textStyle": {"color": palette.MUTED},
        },
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            ":valueFormatter": written(view, unit),
            "borderColor": palette.LINE,
            "textStyle": {"color": palette.INK, "fontSize": 12},
        },
    }


def axis() -> Option:
    """Return what every axis has."""
    return {
        "axisTick": {"show": False},
        "axisLine": {"show": False},
        "splitLine": {"lineStyle": {"color": "#f0f2f5"}},
        "axisLabel": {"color": palette.MUTED, "hideOverlap": True},
    }


def name_label(names: Sequence[str]) -> Option:
    """Return how names stand beside bars: whole, in two or three lines where they are long."""
    widest = max((_width(name) for name in names), default=0)
    return {
        "color": palette.INK,
        "width": min(NAME_WIDTH, LETTER * widest + 8),
        "overflow": "break",
        "lineHeight": 13,
        "interval": 0,
        "hideOverlap": False,
    }


def shortened(name: str) -> str:
    """Return a name in the room of two lines: names that people type may be of any length.

    >>> shortened("Has not agreed to marketing through this channel"), len(shortened("一" * 30))
    ('Has not agreed to marketing through this channel', 24)
    """
    n = sum(width <= MOST_WIDE for width in accumulate(map(_width, name)))
    return name if n == len(name) else f"{name[: n - 1]}…"


def _width(text: str) -> int:
    """Return how wide a text is, in Latin letters."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _label(view: View, unit: Unit) -> str:
    return f"{{color: '{palette.MUTED}', hideOverlap: true, formatter: {written(view, unit)}}}"
