"""What channels over HTTP share: requests at once, what their failures mean, and addresses that must not be asked."""

from quanyu.act.channel.wire.failure import by_status, failed, spoken
from quanyu.act.channel.wire.http import HttpSender
from quanyu.part.address import BarredError, checked_address

__all__ = ["BarredError", "HttpSender", "by_status", "checked_address", "failed", "spoken"]
