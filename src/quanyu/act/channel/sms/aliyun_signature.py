"""Requests as Aliyun signs them: ACS3-HMAC-SHA256."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


@dataclass(frozen=True)
class Key:
    """A key of a provider: its public id and its secret."""

    id: str
    secret: str


@dataclass(frozen=True)
class Question:
    """What is asked of whom: the host, the name and version of the action, and its canonical query."""

    host: str
    action: str
    version: str
    query: str


def query_of(values: Mapping[str, str]) -> str:
    """Return a query in the canonical form: sorted, quoted as RFC 3986 has it.

    >>> query_of({"b": "a b*", "a": "~/"})
    'a=~%2F&b=a%20b%2A'
    """
    return "&".join(f"{quote(name, safe='~')}={quote(values[name], safe='~')}" for name in sorted(values))


def signed_headers(key: Key, asked: Question, at: dt.datetime, nonce: str) -> dict[str, str]:
    """Return the headers of a POST without a body that asks for an action."""
    digest = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": asked.host,
        "x-acs-action": asked.action,
        "x-acs-content-sha256": digest,
        "x-acs-date": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": asked.version,
    }
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    canonical = "\n".join(["POST", "/", asked.query, lines, names, digest])
    whole = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    seal = hmac.new(key.secret.encode(), whole.encode(), hashlib.sha256).hexdigest()
    return headers | {
        "Authorization": f"{ALGORITHM} Credential={key.id},SignedHeaders={names},Signature={seal}"
    }
