"""Answers of the collector, made once: bare ASGI, because a request costs little more than its answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from starlette.types import Send

from quanyu.collect.collector.wire import Answer

Pairs = list[tuple[bytes, bytes]]
WORDS: Mapping[int, bytes] = {
    400: b'{"error":"the body cannot be read"}',
    401: b'{"error":"the write key is not known"}',
    403: b'{"error":"the write key is not known"}',
    404: b'{"error":"nothing is here"}',
    405: b'{"error":"not with this method"}',
    413: b'{"error":"the body is too large"}',
    429: b'{"error":"come again later"}',
    503: b'{"error":"come again later"}',
}
PREFLIGHT: Pairs = [
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]


@cache
def refusal(status: int) -> Answer:
    """Return the answer to what is refused."""
    return Answer(status, WORDS[status])


@cache
def _headers(answer: Answer) -> Pairs:
    length = [(b"content-length", b"%d" % len(answer.body))] if answer.status != 204 else []
    return [*([(b"content-type", answer.media_type)] if answer.media_type else []), *length]


def from_page(headers: Mapping[bytes, bytes]) -> Pairs:
    """Return what lets a page of any site read the answer: keys are all that counts, there are no cookies to be abused."""
    origin = headers.get(b"origin")
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    ]


async def tell(send: Send, answer: Answer, more: Pairs) -> None:
    """Send an answer."""
    headers = _headers(answer)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers + more})
    await send({"type": "http.response.body", "body": answer.body})


async def allow(send: Send, headers: Mapping[bytes, bytes]) -> None:
    """Let a page send what its browser asks for."""
    wanted = headers.get(b"access-control-request-headers", b"content-type")
    more = [*PREFLIGHT, (b"access-control-allow-headers", wanted), *from_page(headers)]
    await send({"type": "http.response.start", "status": 204, "headers": more})
    await send({"type": "http.response.body", "body": b""})
