"""Mail."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "mail",
    "E-mail",
    ("email",),
    3,
    open=imported("mail.mail:open_line"),
    missing=imported("mail.mail:missing"),
    faults=imported("mail.mail:faults"),
)
