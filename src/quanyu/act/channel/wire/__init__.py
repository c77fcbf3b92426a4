"""What channels over HTTP share: requests at once, what their failures mean, tokens, and addresses that must not be asked."""

from quanyu.act.channel.wire.failure import by_status, failed
from quanyu.act.channel.wire.guard import BarredError, checked_address
from quanyu.act.channel.wire.http import HttpSender
from quanyu.act.channel.wire.token import Tokens

__all__ = ["BarredError", "HttpSender", "Tokens", "by_status", "checked_address", "failed"]
