"""Messages that the shop's staff send to their customers in WeCom."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "wecom",
    "WeCom customers",
    ("wecom_customer",),
    5,
    open=imported("wecom.customer:open_line"),
    missing=imported("wecom.customer:missing"),
    faults=imported("wecom.customer:faults"),
    is_shared=True,
)
