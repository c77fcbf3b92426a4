"""The channels through which people can be reached, one file each."""

from quanyu.act.channel.channel import channel_named, channels

__all__ = ["channel_named", "channels"]
