"""Wire formats: what the clients of trackers post, each format in one file, found by its `WIRE`."""

from quanyu.collect.collector.wire.body import MalformedError, TooLargeError
from quanyu.collect.collector.wire.wire import Answer, Asked, messages, wires

__all__ = ["Answer", "Asked", "MalformedError", "TooLargeError", "messages", "wires"]
