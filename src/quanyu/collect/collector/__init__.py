"""The collector: what clients post is durable before the answer, and becomes rows within a minute."""

from quanyu.collect.collector.message import Kind, Message, Posted, Unusable

__all__ = ["Kind", "Message", "Posted", "Unusable"]
