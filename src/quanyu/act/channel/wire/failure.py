"""What it means that a request failed: never sent, refused for a time, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from quanyu.act.channel.message import Outcome
from quanyu.text import Text

WAIT_SECONDS = 60.0
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Errors after which the provider cannot have taken the message."""
REASONS: Mapping[str, Text] = {
    "unreachable": "The provider cannot be reached",
    "throttled": "The provider wants fewer messages",
    "provider_down": "The provider is out of order for the moment",
    "key_refused": "The provider does not take the key",
    "request_refused": "The provider does not understand the request",
}


def failed(key: str, error: httpx.HTTPError) -> Outcome | None:
    """Return what becomes of a message whose request failed; None where the provider may have taken it.

    >>> failed("k", httpx.ConnectError("refused")).status, failed("k", httpx.ReadTimeout("slow"))
    ('later', None)
    """
    if isinstance(error, NEVER_SENT):
        return Outcome(key, "later", "unreachable", type(error).__name__, after_seconds=WAIT_SECONDS)
    return None


def by_status(key: str, response: httpx.Response) -> Outcome | None:
    """Return what a status of HTTP alone says of a message: None for 2xx, whose body says more.

    >>> by_status("k", httpx.Response(429, headers={"Retry-After": "7"})).after_seconds
    7.0
    """
    status, detail = response.status_code, f"HTTP {response.status_code}"
    if response.is_success:
        return None
    if status == 429:
        return Outcome(key, "later", "throttled", detail, after_seconds=_wait(response))
    if status >= 500 or status == 408:
        return Outcome(key, "retry", "provider_down", detail, after_seconds=_wait(response))
    reason = "key_refused" if status in {401, 403} else "request_refused"
    return Outcome(key, "configuration", reason, detail)


def _wait(response: httpx.Response) -> float:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else WAIT_SECONDS


def spoken(response: httpx.Response) -> Mapping[str, Any]:
    """Return the object of an answer; an empty one where it is none."""
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
