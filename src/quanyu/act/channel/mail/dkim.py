"""A seal on every mail (DKIM, RFC 6376 and 8463) that says which domain sent it and that nobody changed it on the way."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
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
RSA = PKCS1v15(), Prehashed(SHA256())

Key = RSAPrivateKey | Ed25519PrivateKey
Head = tuple[bytes, bytes]


@dataclass(frozen=True)
class Signer:
    """Signs mails of a domain with a key; its public half stands in the DNS at `selector._domainkey.domain`.

    >>> key, at = Ed25519PrivateKey.from_private_bytes(bytes(32)), dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    >>> sealed([Signer("shop.cn", "s1", key)], [(b"From", b"a@shop.cn")], [b"Hi\\r\\n"], at)[:58]
    b'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; '
    """

    domain: str
    selector: str
    key: Key

    @cached_property
    def kind(self) -> str:
        """How its key signs."""
        return "rsa" if isinstance(self.key, RSAPrivateKey) else "ed25519"


def sealed(signers: Sequence[Signer], heads: Sequence[Head], body: Sequence[bytes], at: dt.datetime) -> bytes:
    """Return the heads that sign a mail in which no head stands twice; its body is given in parts."""
    if not signers:
        return b""
    hashed = base64.b64encode(body_hash(*body)).decode()
    rest = f"t={int(at.timestamp())};\r\n h={_listed(tuple([name for name, _ in heads]))};\r\n bh={hashed};\r\n b="
    said, seals = relaxed(heads), []
    for one in signers:
        value = (
            f"v=1; a={one.kind}-sha256; c=relaxed/relaxed; d={one.domain}; s={one.selector}; {rest}".encode(
                "ascii"
            )
        )
        seals += [b"DKIM-Signature: ", value, signature(one.key, said, value)]
    return b"".join(seals)


def signature(key: Key, said: bytes, value: bytes) -> bytes:
    """Return what stands after `b=` in the DKIM head of this value, which ends with `b=`: base64 in lines, with CRLF.

    `said` are the other heads, `relaxed`.
    """
    hashed = hashlib.sha256(said + _relaxed(b"dkim-signature", value)).digest()
    text = base64.b64encode(key.sign(hashed, *RSA) if isinstance(key, RSAPrivateKey) else key.sign(hashed))
    return b"\r\n ".join([text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]) + b"\r\n"


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


def body_hash(*parts: bytes) -> bytes:
    """Return the hash of a body, given in parts that end with no blank: blanks at the ends of lines and empty lines at its
    end do not count, runs of blanks count as one.
    """
    body = b"".join(map(_relaxed_lines, parts)).rstrip(b"\r\n")
    return hashlib.sha256(body + b"\r\n" if body else b"").digest()


def _relaxed_lines(part: bytes) -> bytes:
    if b"\t" in part:
        part = part.replace(b"\t", b" ")
    if b" " not in part:  # base64, for which a look at each letter is enough
        return part
    while b"  " in part:  # each round halves the longest run; far faster than a pattern
        part = part.replace(b"  ", b" ")
    return part.replace(b" \r\n", b"\r\n")


def relaxed(heads: Sequence[Head]) -> bytes:
    """Return heads as they are signed: each a line, names in small letters, runs of blanks as one."""
    return b"".join([_relaxed(*head) + b"\r\n" for head in heads])


def _relaxed(name: bytes, value: bytes) -> bytes:
    if b"\n" in value or b"  " in value or b"\t" in value:
        value = RUNS.sub(b" ", value)
    return name.lower() + b":" + value.strip()


@lru_cache(maxsize=16)
def _listed(names: tuple[bytes, ...]) -> str:
    once = [name.decode().lower() for name in names]
    return ":".join([*once, *(name for name in once if name in ONCE_MORE)])
