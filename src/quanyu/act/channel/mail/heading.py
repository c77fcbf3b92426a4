"""Heads of a mail: words of any language in ASCII lines, and nothing that could begin a head of its own."""

from __future__ import annotations

import base64
import datetime as dt
import re
from email.utils import format_datetime
from functools import lru_cache

import idna

from quanyu.text import Text

BLANKS = re.compile(r"[\x00-\x20\x7f\u2028\u2029]+")
PLAIN = re.compile(r"[\x20-\x7e]*")
WIDTH = 70
WORD = 45
"""Bytes in an encoded word: 60 letters of base64, so that a word stays below the 75 letters of RFC 2047."""
ATOM = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
LOCAL = re.compile(r"[^\s\x00-\x1f\x7f<>()\[\],;:\\\"@]{1,64}")
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
NOT_AN_ADDRESS: Text = "not a mail address"


@lru_cache(maxsize=4096)
def encoded(words: str) -> bytes:
    """Return words as the value of a head: one line that is folded between words, base64 where they are not ASCII.

    >>> encoded("Hello\\r\\nBcc: all@shop.cn"), encoded("双11")
    (b'Hello Bcc: all@shop.cn', b'=?utf-8?b?5Y+MMTE=?=')
    """
    line = BLANKS.sub(" ", words).strip()
    if PLAIN.fullmatch(line) and "=?" not in line:
        return _folded(line)
    parts, part = list[bytes](), b""
    for letter in line:
        more = letter.encode("utf-8", "replace")
        if len(part) + len(more) > WORD:
            parts, part = [*parts, part], b""
        part += more
    return b"\r\n ".join(b"=?utf-8?b?" + base64.b64encode(piece) + b"?=" for piece in [*parts, part])


def _folded(line: str) -> bytes:
    if len(line) <= WIDTH:
        return line.encode("ascii")
    lines, now = list[str](), ""
    for word in line.split(" "):
        if now and len(now) + len(word) >= WIDTH:
            lines, now = [*lines, now], ""
        now = f"{now} {word}" if now else word
    return "\r\n ".join([*lines, now]).encode("ascii")


@lru_cache(maxsize=64)
def mailbox(address: str, name: str = "") -> bytes:
    """Return an address with the name of its owner, as it stands in From.

    >>> mailbox("a@shop.cn", "Shop, Ltd.")
    b'"Shop, Ltd." <a@shop.cn>'
    """
    line = BLANKS.sub(" ", name).strip()
    box = address.encode("utf-8")
    if not line:
        return box
    if ATOM.fullmatch(line):
        return encoded(line) + b" <" + box + b">"
    if PLAIN.fullmatch(line) and "=?" not in line and len(line) < WIDTH:
        quoted = line.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <'.encode("ascii") + box + b">"
    return encoded(line) + b"\r\n <" + box + b">"


def address_of(text: str) -> str:
    """Return a mail address as it goes over the wire, its domain in ASCII; raise `ValueError` for what is none.

    >>> address_of("li@Bücher.example")
    'li@xn--bcher-kva.example'
    """
    local, _, domain = text.strip().rpartition("@")
    if not LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError(NOT_AN_ADDRESS)
    return f"{local}@{ascii_domain(domain)}"


@lru_cache(maxsize=65_536)
def ascii_domain(domain: str) -> str:
    """Return a domain in small ASCII letters; raise `ValueError` for what is none."""
    name = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(map(LABEL.fullmatch, labels)):
        raise ValueError(NOT_AN_ADDRESS)
    return name


@lru_cache(maxsize=64)
def date_of(at: dt.datetime) -> bytes:
    """Return a moment, to the second, as it stands in Date."""
    return format_datetime(at).encode("ascii")
