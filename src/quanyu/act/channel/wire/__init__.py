"""What channels over HTTP share: requests at once, what their failures mean, and the form of an answer."""

from quanyu.act.channel.wire.failure import by_status, failed
from quanyu.act.channel.wire.http import HttpSender

__all__ = ["HttpSender", "by_status", "failed"]
