"""Mail that comes back: fetched from its mailbox, and read."""

from quanyu.act.channel.mail.intake.mailbox import read_mailbox
from quanyu.act.channel.mail.intake.posted import receive
from quanyu.act.channel.mail.intake.reply import read_reply

__all__ = ["read_mailbox", "read_reply", "receive"]
