"""Text messages to a phone."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "sms",
    "SMS",
    ("phone",),
    1,
    open=imported("sms.sms:open_line"),
    missing=imported("sms.sms:missing"),
    faults=imported("sms.sms:faults"),
    cost=imported("sms.sms:cost"),
    receive=imported("sms.reply:receive"),
)
