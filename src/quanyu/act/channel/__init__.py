"""The channels through which people can be reached, one file each."""

from quanyu.act.channel.channel import Channel, channel_named, channels
from quanyu.act.channel.message import Content, Outcome, Outgoing

__all__ = ["Channel", "Content", "Outcome", "Outgoing", "channel_named", "channels"]
