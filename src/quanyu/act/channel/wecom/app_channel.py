"""Messages of the company's app in WeCom."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "wecom_app",
    "WeCom app",
    (),
    19,
    audience="staff",
    open=imported("wecom.app:open_line"),
    missing=imported("wecom.app:missing"),
)
