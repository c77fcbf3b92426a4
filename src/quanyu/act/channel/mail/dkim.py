"""DKIM: a message signed by the shop's domain, as RFC 6376 and RFC 8463 have it, relaxed in header and body.

Headers that matter are named once more than they occur, so that nobody can put another one above the signed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from quanyu.errors import ChannelError

Headers = Sequence[tuple[str, str]]
SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-unsubscribe",
    "list-unsubscribe-post", "feedback-id", "precedence",
)  # fmt: skip
"""Headers that are signed where they occur."""
ONCE = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
"""Headers of which nobody may add one."""
LEAST_BITS = 1024
SPACES = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class Signer:
    """Who signs: the domain, the selector and the key."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    def sign(self, headers: Headers, body: bytes, at: int) -> str:
        """Return the value of DKIM-Signature for a message whose lines end in CRLF, signed at a second since 1970."""
        held = {name.lower(): value for name, value in headers}
        names = [name for name in SIGNED if name in held]
        kind = "ed25519" if isinstance(self.key, Ed25519PrivateKey) else "rsa"
        digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode("ascii")
        tags = [
            f"v=1; a={kind}-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector};",
            f"t={at}; h={':'.join(names)}",
            f":{':'.join(ONCE)};",
            f"bh={digest};",
            "b=",
        ]
        lines = [f"{name}:{relaxed(held[name])}" for name in names]
        lines.append(f"dkim-signature:{' '.join(tags)}")
        seal = base64.b64encode(self._seal("\r\n".join(lines).encode())).decode("ascii")
        parts = "\r\n ".join(seal[i : i + 72] for i in range(0, len(seal), 72))
        return "\r\n ".join(tags) + parts

    def _seal(self, content: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(hashlib.sha256(content).digest())
        return self.key.sign(content, PKCS1v15(), hashes.SHA256())


def read_signer(domain: str, selector: str, file: Path) -> Signer:
    """Return who signs with the key of a PEM file. Raises `ChannelError` for a file that holds no fitting key."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ChannelError(
            "The DKIM key {file} cannot be read: {error}.",
            "Set mail.dkim_key_file to a private key in PEM form without a password.",
            file=file,
            error=str(error),
        ) from None
    if isinstance(key, Ed25519PrivateKey) or (isinstance(key, RSAPrivateKey) and key.key_size >= LEAST_BITS):
        return Signer(domain, selector, key)
    raise ChannelError(
        "The DKIM key {file} is neither RSA of at least {bits} bits nor Ed25519.",
        "Make one with: openssl genrsa -out dkim.pem 2048",
        file=file,
        bits=LEAST_BITS,
    )


def relaxed(value: str) -> str:
    r"""Return the value of a header as it is signed: unfolded, with single spaces.

    >>> relaxed(" one\r\n  two\t three ")
    'one two three'
    """
    return " ".join(value.split())


def relaxed_body(body: bytes) -> bytes:
    r"""Return a body as it is signed: single spaces, none at the end of a line, one line end at its own.

    >>> relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n")
    b' C\r\nD E\r\n'
    """
    if b"  " in body or b"\t" in body:
        body = SPACES.sub(b" ", body)
    body = body.replace(b" \r\n", b"\r\n")
    while body.endswith(b"\r\n"):
        body = body[:-2]
    return body + b"\r\n" if body else b""
