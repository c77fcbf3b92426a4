"""What charts draw: one module per kind."""

from quanyu.web.parts.plot import axes, interval, model_chart, response, sankey, strips

__all__ = ["axes", "interval", "model_chart", "response", "sankey", "strips"]
