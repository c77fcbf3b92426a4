"""What charts draw: one module per kind."""

from quanyu.web.parts.plot import area, axes, interval, model_chart, response, sankey

__all__ = ["area", "axes", "interval", "model_chart", "response", "sankey"]
