"""The channels through which people can be reached, one file each."""

from quanyu.act.channel.channel import Channel, channel_named, channels

__all__ = ["Channel", "channel_named", "channels"]
