"""Short signed links: which campaign, which send, what for, and a seal that nobody else can make."""

from __future__ import annotations

import base64
import binascii
import hmac
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

Purpose = Literal["click", "open", "unsubscribe", "preferences"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
SEAL_BYTES = 6


class Token(NamedTuple):
    """What a link says: its purpose, the number of the campaign, the place of the send in it, and which link of the message."""

    purpose: Purpose
    campaign_no: int
    place: int
    link: int = 0


def written(token: Token, secret: str) -> str:
    """Return a token as it stands in an address: 14 to 20 letters that need no quoting.

    >>> read(written(Token("click", 7, 123_456, 2), "00"), "00")
    Token(purpose='click', campaign_no=7, place=123456, link=2)
    """
    body = bytes(
        [
            PURPOSES.index(token.purpose),
            *_varint(token.campaign_no),
            *_varint(token.place),
            *_varint(token.link),
        ]
    )
    return base64.urlsafe_b64encode(body + _seal(body, secret)).decode("ascii").rstrip("=")


def read(text: str, secret: str) -> Token | None:
    """Return the token in a text; None where it is none of this shop.

    >>> read("nonsense", "00") is None
    True
    """
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    body, seal = content[:-SEAL_BYTES], content[-SEAL_BYTES:]
    if not body or body[0] >= len(PURPOSES) or not hmac.compare_digest(seal, _seal(body, secret)):
        return None
    numbers = _varints(body[1:])
    return Token(PURPOSES[body[0]], *numbers) if len(numbers) == len(("campaign", "place", "link")) else None


def _seal(body: bytes, secret: str) -> bytes:
    keyed = _keyed(secret).copy()
    keyed.update(body)
    return keyed.digest()[:SEAL_BYTES]


@lru_cache(maxsize=8)
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(bytes.fromhex(secret), b"link", "sha256")


@lru_cache(maxsize=1024)
def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _varints(content: bytes) -> list[int]:
    numbers, number, shift = list[int](), 0, 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers
