"""Messages in a slot of the shop's own pages or mini-program, to browsers that the shop's script knows."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "site",
    "On the site",
    ("cookie",),
    7,
    open=imported("site.site:open_line"),
    faults=imported("site.site:faults"),
    is_idempotent=True,
)
