"""Text messages to a phone."""

from quanyu.act.channel.channel import Channel

CHANNEL = Channel("sms", "SMS", ("phone",), 1)
