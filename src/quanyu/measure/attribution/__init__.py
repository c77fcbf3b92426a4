"""Paths of touches to orders, and how every model credits channels."""

from quanyu.measure.attribution.channel import Channels, channels
from quanyu.measure.attribution.flow import REST, Flow, Flows, Route, flows

__all__ = ["REST", "Channels", "Flow", "Flows", "Route", "channels", "flows"]
