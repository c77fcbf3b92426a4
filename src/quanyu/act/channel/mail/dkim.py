"""A seal on every mail (DKIM, RFC 6376 and 8463) that says which domain sent it and that nobody changed it on the way."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from quanyu.errors import SettingError

LEAST_BITS = 1024
"""RSA keys below this length are refused by those who check them (RFC 8301)."""
ONCE_MORE = frozenset({
    "from", "to", "subject", "date", "reply-to", "message-id", "mime-version", "content-type",
    "list-unsubscribe", "list-unsubscribe-post",
})  # fmt: skip
"""Heads that are signed once more than they stand there, so that nobody can add another."""
RUNS = re.compile(rb"[ \t\r\n]+")
WIDTH = 72

Key = RSAPrivateKey | Ed25519PrivateKey
Heads = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Signer:
    """Signs mails of a domain with a key; its public half stands in the DNS at `selector._domainkey.domain`.

    >>> key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    >>> Signer("shop.cn", "s1", key).signed([(b"From", b"a@shop.cn")], b"Hi", 0)[:58]
    b'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; '
    """

    domain: str
    selector: str
    key: Key

    def signed(self, heads: Heads, body: bytes, at: int) -> bytes:
        """Return the head that signs a mail in which no head stands twice. `at` is the moment in Unix seconds."""
        listed = _listed(tuple([name for name, _ in heads]))
        kind = "rsa" if isinstance(self.key, RSAPrivateKey) else "ed25519"
        value = (
            f"v=1; a={kind}-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector}; t={at};\r\n"
            f" h={listed};\r\n bh={base64.b64encode(body_hash(body)).decode()};\r\n b="
        ).encode("ascii")
        return b"DKIM-Signature: " + value + signature(self.key, heads, value)


def signature(key: Key, heads: Heads, value: bytes) -> bytes:
    """Return what stands after `b=` in the DKIM head of this value, which ends with `b=`: base64 in lines, with CRLF."""
    said = b"".join(_relaxed(*head) + b"\r\n" for head in heads) + _relaxed(b"dkim-signature", value)
    text = base64.b64encode(_sealed(key, said))
    return b"\r\n ".join(text[at : at + WIDTH] for at in range(0, len(text), WIDTH)) + b"\r\n"


def _sealed(key: Key, said: bytes) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(said, PKCS1v15(), SHA256())
    return key.sign(hashlib.sha256(said).digest())


def read_key(file: Path) -> Key:
    """Return the private key in a PEM file, RSA or Ed25519. Raises `SettingError` where it holds none that can sign."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise SettingError(
            "The DKIM key {file} cannot be read: {error}.",
            "Make one: openssl genrsa -out {file} 2048",
            file=file,
            error=str(error),
        ) from None
    if isinstance(key, Ed25519PrivateKey) or (isinstance(key, RSAPrivateKey) and key.key_size >= LEAST_BITS):
        return key
    raise SettingError(
        "The DKIM key {file} is neither RSA of at least {bits} bits nor Ed25519.",
        "Make one: openssl genrsa -out {file} 2048",
        file=file,
        bits=LEAST_BITS,
    )


def body_hash(body: bytes) -> bytes:
    """Return the hash of a body of CRLF lines: blanks at the ends of lines and empty lines at its end do not count, runs
    of blanks count as one.
    """
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    while b"  " in body:  # each round halves the longest run; far faster than a pattern
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", b"\r\n").removesuffix(b" ")
    body = body.rstrip(b"\r\n")
    return hashlib.sha256(body + b"\r\n" if body else b"").digest()


def _relaxed(name: bytes, value: bytes) -> bytes:
    if b"\n" in value or b"  " in value or b"\t" in value:
        value = RUNS.sub(b" ", value)
    return name.lower() + b":" + value.strip()


@lru_cache(maxsize=16)
def _listed(names: tuple[bytes, ...]) -> str:
    once = [name.decode().lower() for name in names]
    return ":".join([*once, *(name for name in once if name in ONCE_MORE)])
