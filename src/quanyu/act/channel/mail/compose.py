"""A message as it goes over the wire: headers, plain text and HTML side by side, signed."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache

from quanyu.act.channel.mail.address import Address
from quanyu.act.channel.mail.dkim import Headers, Signer
from quanyu.act.channel.mail.seal import sealed
from quanyu.act.channel.message import Outgoing

CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
PLAIN_NAME = re.compile(r"[A-Za-z0-9 ]*")
WORD_BYTES = 42
LINE_LETTERS = 76
LONGEST_LINE = 900
ODD = bytes([*range(9), 11, 12, *range(14, 32), 127])


@dataclass(frozen=True)
class Origin:
    """Who mail is from, and what all of it carries."""

    address: Address
    name: str
    secret: str
    reply_to: Address | None = None
    return_path: Address | None = None
    unsubscribe_address: Address | None = None
    signer: Signer | None = None

    def envelope_of(self, key: str) -> str:
        """Return the address that a message comes back to if it cannot be delivered."""
        path = self.return_path
        return f"{path.local}+{sealed(key, self.secret)}@{path.domain}" if path else str(self.address)

    def message(self, outgoing: Outgoing, to: Address, at: dt.datetime) -> bytes:
        """Return a message with lines that end in CRLF, without the dots of SMTP."""
        code = sealed(outgoing.key, self.secret)
        kind, body = _body(outgoing, code)
        headers = [*self._headers(outgoing, to, at, code), ("MIME-Version", "1.0"), *kind]
        if self.signer:
            headers.insert(0, ("DKIM-Signature", self.signer.sign(headers, body, int(at.timestamp()))))
        return _heads(headers) + b"\r\n" + body

    def _headers(self, outgoing: Outgoing, to: Address, at: dt.datetime, code: str) -> Headers:
        name = mailbox_name(self.name)
        headers = [
            ("From", f"{name} <{self.address}>" if name else str(self.address)),
            ("To", str(to)),
            ("Subject", encoded(outgoing.content.subject)),
            ("Date", format_datetime(at)),
            ("Message-ID", f"<{code}@{self.address.domain}>"),
        ]
        if self.reply_to:
            headers.append(("Reply-To", str(self.reply_to)))
        if outgoing.is_marketing:
            campaign = CONTROLS.sub("", outgoing.key.rpartition(":")[0]) or "one"
            feedback = re.sub(r"[^A-Za-z0-9._-]", "-", campaign)
            headers += [("Precedence", "bulk"), ("Feedback-ID", f"{feedback}:quanyu:{self.address.domain}")]
        if outgoing.unsubscribe:
            headers += self._unsubscribe(outgoing.unsubscribe, code)
        return headers

    def _unsubscribe(self, link: str, code: str) -> Headers:
        """Return the headers of RFC 8058, each on one line, however long."""
        ways = [f"<{CONTROLS.sub('', link)}>"]
        if self.unsubscribe_address:
            ways.append(f"<mailto:{self.unsubscribe_address}?subject={code}>")
        return [
            ("List-Unsubscribe", ", ".join(ways)),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]


@lru_cache(1024)
def encoded(text: str) -> str:
    r"""Return text for a header: on one line if it is short ASCII, else as encoded words; line ends become spaces.

    >>> encoded("Hello\r\nBcc: all@x.cn"), encoded("你好")
    ('Hello Bcc: all@x.cn', '=?utf-8?B?5L2g5aW9?=')
    """
    text = CONTROLS.sub(" ", text).strip()
    if text.isascii() and len(text) <= 200 and "=?" not in text:
        return text
    words, held = [], b""
    for letter in text:
        more = letter.encode()
        if len(held) + len(more) > WORD_BYTES:
            words.append(held)
            held = b""
        held += more
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(word).decode('ascii')}?=" for word in [*words, held])


def mailbox_name(name: str) -> str:
    """Return a name as it stands before an address.

    >>> mailbox_name('Li "Lei", Shop')
    '"Li \\\\"Lei\\\\", Shop"'
    """
    name = encoded(name)
    if PLAIN_NAME.fullmatch(name) or name.startswith("=?"):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _body(outgoing: Outgoing, code: str) -> tuple[Headers, bytes]:
    """Return the headers that say what a body is, and the body: one part or, with HTML, two of which the last counts."""
    content = outgoing.content
    parts = [_part("plain", content.text)] if content.text or not content.html else []
    if content.html:
        parts.append(_part("html", content.html))
    if len(parts) == 1:
        return parts[0]
    edge = f"=_{hashlib.sha256(code.encode()).hexdigest()[:24]}"
    pieces = [f"--{edge}\r\n".encode() + _heads(kind) + b"\r\n" + body for kind, body in parts]
    whole = b"".join([*pieces, f"--{edge}--\r\n".encode()])
    return [("Content-Type", f'multipart/alternative; boundary="{edge}"')], whole


def _heads(headers: Headers) -> bytes:
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode()


def _part(kind: str, text: str) -> tuple[Headers, bytes]:
    """Return a text in lines that every server passes on as they are: itself, quoted, or in base64."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").replace("\n", "\r\n") + "\r\n"
    content = lines.encode("utf-8", "replace")
    if not content.isascii():
        way, whole = "base64", binascii.b2a_base64(content, newline=False)
        lines_of = [whole[i : i + LINE_LETTERS] for i in range(0, len(whole), LINE_LETTERS)]
        content = b"\r\n".join([*lines_of, b""])
    elif _passes(content):
        way = "7bit"
    else:
        way, content = "quoted-printable", binascii.b2a_qp(content, istext=True)
    head = ("Content-Type", f"text/{kind}; charset=utf-8")
    return [head, ("Content-Transfer-Encoding", way)], content


def _passes(content: bytes) -> bool:
    """Say whether no server on the way changes ASCII lines: none too long, none that mailboxes begin a message with."""
    return (
        max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE
        and not content.startswith(b"From ")
        and b"\nFrom " not in content
        and len(content.translate(None, ODD)) == len(content)
    )
