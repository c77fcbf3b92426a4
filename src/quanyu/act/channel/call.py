"""Calls by staff."""

from quanyu.act.channel.channel import Channel

CHANNEL = Channel("call", "Phone call", ("phone",), 2)
