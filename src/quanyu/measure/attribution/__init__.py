"""Paths of touches to orders, and how every model credits channels."""

from quanyu.measure.attribution.channel import Channels, channels
from quanyu.measure.attribution.flow import Flow, Flows, Route, flows

__all__ = ["Channels", "Flow", "Flows", "Route", "channels", "flows"]
