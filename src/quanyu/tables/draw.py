"""Draws by a keyed hash: the same in every engine and in Python, and unforeseeable to whoever lacks the key."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

import ibis
import ibis.expr.types as ir

from quanyu.errors import MethodError

DIGITS = 16
"""Hexadecimal digits that are compared: shares are met to 2**-64."""


@lru_cache(maxsize=4096)
def salt(secret: str, purpose: str) -> str:
    """Return what is hashed with a name for a purpose.

    Derived, so that the secret itself stands in no query text and no log of an engine.

    >>> salt("00", "a") == salt("00", "b")
    False
    """
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def cut(share: float) -> str:
    """Return the digits below which a share of all digests lies; texts compare as the numbers do.

    >>> cut(0.5), cut(1)
    ('8000000000000000', 'g')
    """
    if not 0 <= share <= 1:
        raise MethodError(
            "The share {share} is not between 0 and 1.", "Give a share such as 0.05.", share=share
        )
    if share == 1:
        return "g"
    return f"{int(share * 16**DIGITS):0{DIGITS}x}"


def drawn(name: ir.StringValue, salted: str) -> ir.StringValue:
    """Return the digest of every name as an expression."""
    return (ibis.literal(salted) + name).hexdigest("sha256").substr(0, DIGITS)


def digest(name: str, salted: str) -> str:
    """Return the digest of one name, as `drawn` does.

    >>> len(digest("p1", salt("00", "a")))
    16
    """
    return hashlib.sha256(f"{salted}{name}".encode()).hexdigest()[:DIGITS]


__all__ = ["DIGITS", "cut", "digest", "drawn", "salt"]
