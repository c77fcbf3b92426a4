"""Bodies as clients send them: compressed or not, as JSON, as a form or as text in base64, whatever their headers say."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from quanyu.errors import QuanyuError

GZIP = b"\x1f\x8b"
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_ANY = msgspec.json.Decoder()


class MalformedError(QuanyuError):
    """What came cannot be read as its format; no client makes it better by sending it again."""


class TooLargeError(MalformedError):
    """What came is larger than what is taken, packed or unpacked."""


def unpacked(body: bytes, most: int) -> bytes:
    """Return a body without its compression, which is known by its first bytes: clients forget the header, proxies take it away.

    Raises `TooLargeError` before more than `most` bytes are made of it.

    >>> import gzip
    >>> unpacked(gzip.compress(b"{}"), 10), unpacked(b"{}", 10)
    (b'{}', b'{}')
    """
    if body[:2] == GZIP or body[:2] in ZLIB:
        try:
            reader = zlib.decompressobj(zlib.MAX_WBITS | 32)
            plain = reader.decompress(body, most + 1)
        except zlib.error:
            raise MalformedError("The body cannot be unpacked.") from None
        if len(plain) <= most and not reader.eof:
            raise MalformedError("The body ends before its compression does.")
        body = plain
    if len(body) > most:
        raise TooLargeError("The body is too large.")
    return body


def from_base64(text: bytes) -> bytes:
    """Return what stands in base64, plain or for addresses, with or without its padding.

    >>> from_base64(b"e30"), from_base64(b"e30="), from_base64(b"_-8 ")
    (b'{}', b'{}', b'\\xff\\xef')
    """
    plain = text.strip().replace(b" ", b"+").translate(bytes.maketrans(b"-_", b"+/"), b"\r\n=")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("A value is not in base64.") from None


def basic(header: bytes) -> str:
    """Return the user of a basic authorization.

    >>> basic(b"Basic a2V5Og=="), basic(b"Bearer x"), basic(b"Basic %%")
    ('key', '', '')
    """
    if header[:6].lower() != b"basic ":
        return ""
    try:
        return base64.b64decode(header[6:]).partition(b":")[0].decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def form(body: bytes) -> dict[str, bytes]:
    """Return the fields of a form; of a name that comes twice the first.

    >>> form(b"data=a%2Bb&gzip=1")
    {'data': b'a+b', 'gzip': b'1'}
    """
    fields = dict[str, bytes]()
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        fields.setdefault(name.decode("latin-1"), unquote_to_bytes(value.replace(b"+", b" ")))
    return fields


def parsed(body: bytes) -> Any:
    """Return what a body says as JSON; NaN and the infinities, which some clients write, are nothing, half letters are marked.

    >>> parsed(b'{"a": NaN, "b": [1]}')
    {'a': None, 'b': [1]}
    """
    try:
        return _ANY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return lenient(body)


def lenient(body: bytes) -> Any:
    """Return what a body says where it is JSON as Python and browsers write it, though not by the letter of the standard."""
    try:
        text = body.decode("utf-8-sig", "replace")
        said = json.loads(text, strict=False, parse_constant=lambda _: None)
        if (
            "\\ud" in text.lower()
        ):  # half of a letter outside of the basic plane, as clients leave that cut texts
            said = json.loads(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))
        return said
    except (ValueError, RecursionError):
        raise MalformedError("The body is not JSON.") from None
