"""Wire formats: what the clients of trackers post, each format in one file, found by its `WIRE`."""

from quanyu.collect.collector.wire.body import MalformedError, TooLargeError
from quanyu.collect.collector.wire.wire import Asked, Route, messages, wires

__all__ = ["Asked", "MalformedError", "Route", "TooLargeError", "messages", "wires"]
