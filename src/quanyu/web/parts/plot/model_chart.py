"""One model's values as bars with their intervals, and what other models say as marks on the same line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quanyu.tables.metric.metric import Unit
from quanyu.web.parts.chart import Option, palette, told, written
from quanyu.web.view import View

WHISKER = """(params, api) => {
  const at = place => api.coord([api.value(place), api.value(1)]);
  const [left, y] = at(2), [right] = at(3), style = {stroke: '#1b2430', lineWidth: 1.4};
  const line = (x1, y1, x2, y2) => ({type: 'line', shape: {x1, y1, x2, y2}, style});
  return {type: 'group', children: [line(left, y, right, y), line(left, y - 4, left, y + 4), line(right, y - 4, right, y + 4)]};
}"""
"""Draws the interval of a bar given as [value, place, low, high]."""
TWO_LINES = """name => {
  let width = 0, shown = '';
  for (const letter of name) {
    width += letter > '\u00ff' ? 2 : 1;
    if (width > 34) return shown + '…';
    shown += letter;
  }
  return shown;
}"""
"""Cuts a name that would take more than two lines beside the axis; the tooltip and the table have the whole."""

MARKS = (
    ("circle", "#e07b00"), ("rect", "#5b6b83"), ("triangle", "#1d8a4e"), ("diamond", "#8a4bd0"), ("pin", "#c8372d"),
    ("arrow", "#0c8599"), ("roundRect", "#aab4c3"), ("emptyCircle", "#1b2430"),
)  # fmt: skip
"""Sign and colour of the other models, in their order: told apart by shape too."""


@dataclass(frozen=True)
class Model:
    """What one model says of every name, with bounds where it has them."""

    label: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


def models(view: View, names: Sequence[str], chosen: Model, others: Sequence[Model], unit: Unit) -> Option:
    """Return the option: bars of the chosen model with whiskers, and a mark per other model; first name on top."""
    write = written(view, unit)
    whiskers = [
        [value, place, low, high]
        for place, (value, low, high) in enumerate(zip(chosen.values, chosen.low, chosen.high, strict=True))
        if value is not None and low is not None and high is not None
    ]
    point = "`${p.seriesName}\n${p.name}: ${w(Array.isArray(p.value) ? p.value[0] : p.value)}`"
    plain = {"axisTick": {"show": False}, "axisLine": {"show": False}}
    return {
        "animationDuration": 300,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 22, "top": 52, "bottom": 4, "containLabel": True},
        "legend": {
            "type": "scroll", "left": 0, "top": 0, "itemWidth": 11, "itemHeight": 11, "itemGap": 14,
            "textStyle": {"color": palette.MUTED}, "data": [chosen.label, *(model.label for model in others)],
        },
        "tooltip": {"trigger": "item", "confine": True, ":formatter": told(point, write), "borderColor": palette.LINE,
                    "textStyle": {"color": palette.INK, "fontSize": 12}},
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True, **plain,
            ":axisLabel": f"{{color: '{palette.INK}', width: 116, overflow: 'break', lineHeight: 13, formatter: {TWO_LINES}}}",
        },
        "xAxis": {
            "type": "value", "splitNumber": 4, **plain, "splitLine": {"lineStyle": {"color": "#f0f2f5"}},
            ":axisLabel": f"{{color: '{palette.MUTED}', hideOverlap: true, formatter: {write}}}",
        },
        "series": [
            {"name": chosen.label, "type": "bar", "data": list(chosen.values), "color": palette.ACCENT, "barMaxWidth": 16,
             "itemStyle": {"borderRadius": [0, 3, 3, 0], "opacity": 0.82}},
            {"name": chosen.label, "type": "custom", ":renderItem": WHISKER, "data": whiskers, "silent": True,
             "z": 4, "encode": {"x": [2, 3], "y": 1}},
            *(
                {"name": model.label, "type": "scatter", "symbol": symbol, "symbolSize": 8, "color": color, "z": 5,
                 "data": [[value, place] for place, value in enumerate(model.values) if value is not None]}
                for model, (symbol, color) in zip(others, MARKS, strict=False)
            ),
        ],
    }  # fmt: skip
