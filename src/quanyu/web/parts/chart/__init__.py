"""Charts."""

from quanyu.web.parts.chart.chart import Chart, chart
from quanyu.web.parts.chart.interval import Whisker, forest
from quanyu.web.parts.chart.model_chart import Model, models
from quanyu.web.parts.chart.option import (
    ACCENT,
    FAINT,
    GHOST,
    INK,
    Line,
    Option,
    bars,
    columns,
    heat,
    lines,
    treemap,
)
from quanyu.web.parts.chart.response import PROPOSED, Mark, response
from quanyu.web.parts.chart.sankey import Node, sankey
from quanyu.web.parts.chart.spark import spark

__all__ = [
    "ACCENT",
    "FAINT",
    "GHOST",
    "INK",
    "PROPOSED",
    "Chart",
    "Line",
    "Mark",
    "Model",
    "Node",
    "Option",
    "Whisker",
    "bars",
    "chart",
    "columns",
    "forest",
    "heat",
    "lines",
    "models",
    "response",
    "sankey",
    "spark",
    "treemap",
]
