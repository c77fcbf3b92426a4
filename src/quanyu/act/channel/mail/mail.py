"""Mail, through the mail server of the shop."""

from __future__ import annotations

from functools import partial

from quanyu.act.channel.channel import Channel, imported
from quanyu.act.channel.lack import lacking
from quanyu.act.channel.mail.dkim import Signer, read_key
from quanyu.act.channel.mail.heading import address_of
from quanyu.act.channel.mail.mime import Letterhead
from quanyu.act.channel.mail.opening import opened
from quanyu.act.channel.mail.pace import Pace
from quanyu.act.channel.mail.sender import MailSender
from quanyu.act.channel.message import Content
from quanyu.act.settings import MailSettings
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

NO_SUBJECT: Text = "The mail has no subject."
TELLS_BACK = {".postmarkapp.com": b"X-PM-Metadata-Quanyu"}
"""Heads whose words a provider tells back in what it posts, by its host: this one replaces Message-ID."""
NO_WORDS: Text = "The mail says nothing."


def letterhead(ws: Workspace) -> Letterhead:
    """Return what is the same in every mail of a shop. Raises `SettingError` for a key that cannot be read."""
    settings = ws.settings.of(MailSettings)
    sender = address_of(settings.from_address)
    domain = settings.dkim_domain or sender.rpartition("@")[2]
    signers = tuple(
        Signer(domain, selector, read_key(ws.root / file)) for selector, file in settings.dkim_keys.items()
    )
    tells_back = next((head for host, head in TELLS_BACK.items() if settings.host.endswith(host)), None)
    return Letterhead(
        sender,
        ws.secret,
        from_name=settings.from_name,
        reply_to=settings.reply_to,
        unsubscribe_address=settings.unsubscribe_address,
        signers=signers,
        name_heads=(b"X-Quanyu-Send", tells_back) if tells_back else (b"X-Quanyu-Send",),
    )


def open_mail(ws: Workspace) -> MailSender:
    """Return an open way to the mail server of a shop."""
    settings, head = ws.settings.of(MailSettings), letterhead(ws)
    return MailSender(
        head,
        partial(opened, settings),
        waits=Pace(ws, settings).wait,
        clock=ws.clock,
        bounce_address=settings.bounce_address or head.from_address,
        most=settings.connections,
        timeout=settings.timeout_seconds,
    )


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack, without which no mail goes."""
    settings = ws.settings.of(MailSettings)
    return lacking(settings, "host", "from_address")


def faults(ws: Workspace, content: Content) -> list[str]:
    """Return what is wrong with a mail before anybody is sent it."""
    found = missing(ws)
    if not content.subject.strip():
        found.append(Sentence(NO_SUBJECT))
    if not (content.text.strip() or content.html.strip()):
        found.append(Sentence(NO_WORDS))
    return found


CHANNEL = Channel(
    "mail",
    "E-mail",
    ("email",),
    3,
    open=open_mail,
    missing=missing,
    faults=faults,
    receive=imported("mail.intake:receive"),
)
