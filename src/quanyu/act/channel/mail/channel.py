"""Mail."""

from quanyu.act.channel.channel import Channel

CHANNEL = Channel("mail", "E-mail", ("email",), 3)
