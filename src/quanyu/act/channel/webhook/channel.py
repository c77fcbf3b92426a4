"""A signed request to a program of one's own."""

from quanyu.act.channel.channel import Channel, imported

CHANNEL = Channel(
    "webhook",
    "Webhook",
    ("person_id",),
    9,
    open=imported("webhook.webhook:open_line"),
    missing=imported("webhook.webhook:missing"),
    is_idempotent=True,
)
