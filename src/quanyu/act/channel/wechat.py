"""Messages of the shop"s WeChat account."""

from quanyu.act.channel.channel import Channel

CHANNEL = Channel("wechat", "WeChat", ("wechat_openid",), 4)
