"""The mail channel of a workspace: what its settings lack, and a line by them."""

from __future__ import annotations

from collections.abc import Iterator

from quanyu.act.channel.mail.address import Address, read_address
from quanyu.act.channel.mail.compose import Origin
from quanyu.act.channel.mail.dkim import Signer, read_signer
from quanyu.act.channel.mail.line import MailLine
from quanyu.act.channel.message import Content
from quanyu.act.settings import MailSettings
from quanyu.errors import ChannelError
from quanyu.text import Sentence
from quanyu.workspace import Workspace

ADDRESSES = ("from_address", "reply_to", "return_path", "unsubscribe_address")


def open_line(ws: Workspace) -> MailLine:
    """Return a line to the mail server of a workspace. Raises `ChannelError` where the settings do not allow one."""
    given = ws.settings.of(MailSettings)
    if wrong := missing(ws):
        raise ChannelError(
            "The channel {channel} is not set up: {wrong}.",
            "See docs/how-to/set-up-channels.md.",
            channel="mail",
            wrong=wrong[0],
        )
    return MailLine(given, origin(ws, given), ws.now)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    return list(_missing(ws.settings.of(MailSettings)))


def faults(_: Workspace, content: Content) -> list[str]:
    """Return what keeps a content from going out by mail: no subject, or nothing said."""
    found: list[str] = []
    if not content.subject.strip():
        found.append(Sentence("the mail has no subject"))
    if not (content.text.strip() or content.html.strip()):
        found.append(Sentence("the mail says nothing"))
    return found


def origin(ws: Workspace, given: MailSettings) -> Origin:
    """Return who mail of a workspace is from. Raises `ChannelError` for a DKIM key that cannot be used."""
    address = read_address(given.from_address)
    assert address is not None
    reply_to, return_path, unsubscribe = (_address(getattr(given, name)) for name in ADDRESSES[1:])
    return Origin(
        address=address,
        name=given.from_name or ws.settings.name,
        secret=ws.secret,
        reply_to=reply_to,
        return_path=return_path,
        unsubscribe_address=unsubscribe,
        signer=_signer(given, address),
    )


def _missing(given: MailSettings) -> Iterator[str]:
    for name in ("host", "from_address"):
        if not getattr(given, name):
            yield Sentence("the setting {setting} is missing", setting=f"mail.{name}")
    for name in ADDRESSES:
        value = getattr(given, name)
        if value and read_address(value) is None:
            yield Sentence("{setting} is no address: {value}", setting=f"mail.{name}", value=value)
    if given.dkim_key_file and not given.dkim_selector:
        yield Sentence("the setting {setting} is missing", setting="mail.dkim_selector")


def _address(text: str) -> Address | None:
    return read_address(text) if text else None


def _signer(given: MailSettings, address: Address) -> Signer | None:
    if given.dkim_key_file is None:
        return None
    return read_signer(given.dkim_domain or address.domain, given.dkim_selector, given.dkim_key_file)
