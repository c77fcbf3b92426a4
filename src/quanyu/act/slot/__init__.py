"""What the shop's page shows to somebody who comes by."""

from quanyu.act.slot.slot import message_for

__all__ = ["message_for"]
