"""Charts: how one stands on a page, and what all of them share."""

from quanyu.web.parts.chart import palette
from quanyu.web.parts.chart.chart import Chart, chart
from quanyu.web.parts.chart.option import Option, told, written

__all__ = ["Chart", "Option", "chart", "palette", "told", "written"]
