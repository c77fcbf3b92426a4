"""Which send a mail is, sealed: so that what comes back finds it, and nobody can make up an answer to another one's mail."""

from __future__ import annotations

import base64
import hmac
import re

SEAL_BYTES = 6
ODD = re.compile(r"[^A-Za-z0-9_-]")
CODE = re.compile(r"=([0-9A-F]{2})")
NAME = re.compile(r"q\.((?:[A-Za-z0-9_-]|=[0-9A-F]{2})+)\.([A-Za-z0-9_-]{8})")


def name_of(key: str, secret: str) -> str:
    """Return a name that may stand before the @ of an address.

    >>> key_of(name_of("winback-1:mail:p00017", "00"), "00")
    'winback-1:mail:p00017'
    """
    text = ODD.sub(lambda found: "".join(f"={byte:02X}" for byte in found[0].encode()), key)
    return f"q.{text}.{_seal(key, secret)}"


def key_of(text: str, secret: str) -> str:
    """Return the key of the first name in a text that was made with this secret; "" where there is none."""
    for coded, seal in NAME.findall(text):
        raw = CODE.sub(lambda found: chr(int(found[1], 16)), coded).encode("latin-1")
        key = raw.decode("utf-8", "replace")
        if hmac.compare_digest(seal, _seal(key, secret)):
            return key
    return ""


def _seal(key: str, secret: str) -> str:
    made = hmac.digest(bytes.fromhex(secret), b"mail" + key.encode(), "sha256")
    return base64.urlsafe_b64encode(made[:SEAL_BYTES]).decode("ascii")
