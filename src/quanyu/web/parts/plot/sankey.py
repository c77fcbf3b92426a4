"""Flows between steps as a Sankey diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quanyu.tables.metric.metric import Unit
from quanyu.web.parts.chart import Option, palette, told, written
from quanyu.web.view import View

COLORS = (
    "#2457c5", "#e07b00", "#1d8a4e", "#8a4bd0", "#0c8599", "#c8372d", "#5b6b83", "#86a6ea", "#aab4c3", "#d5dbe5",
)  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A node: its identifier, label, layer from the left, and the group that gives it its colour."""

    name: str
    label: str
    layer: int
    group: str


def flows(view: View, nodes: Sequence[Node], links: Mapping[tuple[str, str], float], unit: Unit) -> Option:
    """Return the option; equal groups have equal colours in every layer."""
    groups = list(dict.fromkeys(node.group for node in nodes))
    color = {group: COLORS[place % len(COLORS)] for place, group in enumerate(groups)}
    labels = {node.name: node.label for node in nodes}
    write = written(view, unit)
    point = "p.dataType === 'edge' ? `${p.data.from} → ${p.data.to}: ${w(p.value)}` : `${p.data.label_}: ${w(p.value)}`"
    return {
        "animation": False,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "inherit"},
        "tooltip": {"trigger": "item", "confine": True, ":formatter": told(point, write), "borderColor": palette.LINE,
                    "textStyle": {"color": palette.INK, "fontSize": 12}},
        "series": [{
            "type": "sankey", "left": 4, "right": 96, "top": 8, "bottom": 8, "nodeGap": 9, "nodeWidth": 13,
            "draggable": False, "layoutIterations": 24, "emphasis": {"focus": "adjacency"},
            "label": {"color": palette.INK, "fontSize": 11, ":formatter": "p => p.data.label_", "overflow": "truncate", "width": 90},
            "labelLayout": {"hideOverlap": True},
            "lineStyle": {"color": "gradient", "opacity": 0.32, "curveness": 0.5},
            "data": [
                {"name": node.name, "label_": node.label, "depth": node.layer, "itemStyle": {"color": color[node.group]}}
                for node in nodes
            ],
            "links": [
                {"source": source, "target": target, "value": value, "from": labels[source], "to": labels[target]}
                for (source, target), value in links.items()
            ],
        }],
    }  # fmt: skip
