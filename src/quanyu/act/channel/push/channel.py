"""Notifications of the shop's app, to the device that is registered with JPush."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "push",
    "App push",
    ("device",),
    6,
    open=imported("push.push:open_line"),
    missing=imported("push.push:missing"),
    faults=imported("push.push:faults"),
)
