"""Mail: made, sealed, sent and answered."""

from quanyu.act.channel.mail.mail import CHANNEL

__all__ = ["CHANNEL"]
