"""Messages of the shop's WeChat account."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "wechat",
    "WeChat",
    ("wechat_openid",),
    4,
    open=imported("wechat.wechat:open_line"),
    missing=imported("wechat.wechat:missing"),
    faults=imported("wechat.wechat:faults"),
)
