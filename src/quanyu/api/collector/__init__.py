"""The collector over HTTP: takes what the clients of trackers post, and answers when it is durable."""

from quanyu.api.collector.collector import Collector

__all__ = ["Collector"]
