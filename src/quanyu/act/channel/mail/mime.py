"""A message as the bytes that go over the wire: heads, plain text beside HTML, the seals."""

from __future__ import annotations

import binascii
import datetime as dt
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from quanyu.act.channel.mail.dkim import Head, Signer, sealed
from quanyu.act.channel.mail.heading import date_of, encoded, mailbox
from quanyu.act.channel.mail.name import name_of
from quanyu.act.channel.message import Content, Outgoing

LONGEST = 998
"""Bytes that a line may have (RFC 5322)."""
WIDTH = 76
LINK = re.compile(r"https?://[\x21\x23-\x3b\x3d\x3f-\x7e]{1,900}")
ODD = re.compile(r"[^A-Za-z0-9._-]+")
ONE_CLICK = b"List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class Letterhead:
    """What is the same in every mail of a shop: who writes, who hears answers and refusals, how mails are signed.

    `secret` seals the names of mails, so that nobody can answer for somebody else; `name_heads` are the heads that bear the name,
    beside Message-ID, which some servers replace.
    """

    from_address: str
    secret: str
    from_name: str = ""
    reply_to: str = ""
    unsubscribe_address: str = ""
    signers: Sequence[Signer] = ()
    name_heads: Sequence[bytes] = (b"X-Quanyu-Send",)

    @property
    def domain(self) -> str:
        """The domain of whoever writes."""
        return self.from_address.rpartition("@")[2]

    def mail(self, message: Outgoing, address: str, at: dt.datetime) -> bytes:
        """Return a message to an address as a mail of CRLF lines, written at a moment."""
        name = name_of(message.key, self.secret)
        heads = self._heads(message, name)
        heads[1:1] = [(b"To", address.encode("utf-8")), (b"Date", date_of(at.replace(microsecond=0)))]
        kinds, parts = _body(message.content, name)
        heads += kinds
        return b"".join([sealed(self.signers, heads, parts, at), *_lines(heads), b"\r\n", *parts])

    def _heads(self, message: Outgoing, name: str) -> list[Head]:
        heads = [
            (b"From", mailbox(self.from_address, self.from_name)),
            (b"Subject", encoded(message.content.subject)),
            (b"Message-ID", f"<{name}@{self.domain}>".encode()),
            *((head, name.encode("ascii")) for head in self.name_heads),
            (b"MIME-Version", b"1.0"),
        ]
        if self.reply_to:
            heads.append((b"Reply-To", self.reply_to.encode()))
        return heads + self._marks(message, name) if message.is_marketing else heads

    def _marks(self, message: Outgoing, name: str) -> list[Head]:
        """Return what tells mailbox providers that a mail goes to many, and how to be rid of it."""
        first = ODD.sub("-", message.key.partition(":")[0])
        heads = [
            (b"Precedence", b"bulk"),
            (b"Feedback-ID", f"{first}:marketing:quanyu:{self.domain}".encode()),
        ]
        ways = [message.unsubscribe] if LINK.fullmatch(message.unsubscribe) else []
        if self.unsubscribe_address:
            ways.append(f"mailto:{self.unsubscribe_address}?subject={quote('unsubscribe ' + name)}")
        if ways:
            heads.append((b"List-Unsubscribe", ", ".join(f"<{way}>" for way in ways).encode()))
        if message.unsubscribe in ways:
            heads.append((b"List-Unsubscribe-Post", ONE_CLICK))
        return heads


def _body(content: Content, name: str) -> tuple[list[Head], list[bytes]]:
    """Return the heads that say what the body is, and the body in parts."""
    parts = [
        _part(kind, text) for kind, text in ((b"plain", content.text), (b"html", content.html)) if text
    ] or [_part(b"plain", "")]
    if len(parts) == 1:
        return parts[0]
    edge = b"--=_" + name.encode("ascii")[-60:]
    body = [
        piece
        for heads, text in parts
        for piece in (b"".join([edge, b"\r\n", *_lines(heads), b"\r\n"]), *text, b"\r\n")
    ]
    kind = b'multipart/alternative;\r\n boundary="' + edge[2:] + b'"'
    return [(b"Content-Type", kind)], [*body, edge + b"--\r\n"]


def _part(kind: bytes, text: str) -> tuple[list[Head], list[bytes]]:
    lines = "\n".join(text.splitlines()) if "\r" in text else text.removesuffix("\n")
    raw = lines.encode("utf-8", "replace").replace(b"\n", b"\r\n") + b"\r\n"
    is_plain = raw.isascii() and b"\0" not in raw and not _is_long(raw)
    heads = [
        (b"Content-Type", b"text/" + kind + b"; charset=utf-8"),
        (b"Content-Transfer-Encoding", b"7bit" if is_plain else b"base64"),
    ]
    return heads, [raw if is_plain else _base64(raw)]


def _is_long(raw: bytes) -> bool:
    """Say whether a line is longer than it may be."""
    at = 0
    while len(raw) - at > LONGEST:
        at = raw.rfind(b"\n", at, at + LONGEST + 1) + 1
        if not at:
            return True
    return False


def _base64(raw: bytes) -> bytes:
    text = binascii.b2a_base64(raw, newline=False)
    n = (
        len(text) - 1
    ) // WIDTH  # all lines but the last, which may be full; by `struct` because slices take longer
    return b"\r\n".join([*struct.unpack_from(f"{WIDTH}s" * n, text), text[n * WIDTH :], b""])


def _lines(heads: Sequence[Head]) -> list[bytes]:
    return [name + b": " + value + b"\r\n" for name, value in heads]
