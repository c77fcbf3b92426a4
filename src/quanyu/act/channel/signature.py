"""Signatures of requests to programs of one's own, as Standard Webhooks has it."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signed(secret: bytes, key: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks for a body."""
    seal = hmac.digest(secret, f"{key}.{seconds}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(seal).decode('ascii')}",
    }
