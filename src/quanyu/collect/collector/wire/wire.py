"""A wire format as data: its paths, how requests are unpacked, what is answered, how messages are read, how clients are set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from quanyu.collect.collector.message import Message, Posted, Unusable
from quanyu.collect.collector.wire.body import MalformedError, basic
from quanyu.discovery import declared
from quanyu.text import Text

KEY_NAMES = ("writeKey", "token", "key", "api_key")
"""What the clients call a write key in an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the names of `headers` in lower case, `query` as it is read, the body as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    body: bytes
    most_bytes: int = 4_000_000

    @property
    def key(self) -> str:
        """The write key that stands in the header or the address; "" where it stands in the body only."""
        named = basic(self.headers.get(b"authorization", b""))
        return named or next((self.query[name] for name in KEY_NAMES if self.query.get(name)), "")


@dataclass(frozen=True)
class Answer:
    """What a client is told."""

    status: int
    body: bytes = b""
    media_type: bytes = b"application/json"


@dataclass(frozen=True)
class Route:
    """One path of a format.

    `unpack(asked)` returns the write key and the JSON that is kept, or raises `MalformedError`. The statuses are those that make
    the client keep what it has (`full`), give it up (`malformed`, `too_large`) or, where it can, tell its developer (`stranger`).
    """

    path: str
    unpack: Callable[[Asked], tuple[str, bytes]]
    taken: Answer = Answer(200, b'{"success":true}')
    malformed: int = 400
    too_large: int = 413
    stranger: int = 401
    full: int = 429
    methods: tuple[str, ...] = ("POST",)


@dataclass(frozen=True)
class Document:
    """A document that clients of a format fetch before they send: `write(key, base)` returns JSON, `{key}` stands in the path."""

    path: str
    write: Callable[[str, str], bytes]
    methods: tuple[str, ...] = ("GET",)


@dataclass(frozen=True)
class Snippet:
    """How a client is set up: `{url}` and `{key}` are filled in, and `{host}`, the address without its scheme."""

    client: str
    install: str
    code: str

    def filled(self, url: str, key: str) -> str:
        """Return the code for a source."""
        plain = url.rstrip("/")
        host = plain.partition("://")[2]
        return self.code.replace("{url}", plain).replace("{key}", key).replace("{host}", host)


@dataclass(frozen=True)
class Wire:
    """One format: `read` turns what was kept into messages, a bad one among them costs no other."""

    name: str
    label: Text
    routes: tuple[Route, ...]
    read: Callable[[Posted], list[Message | Unusable]]
    snippets: tuple[Snippet, ...]
    documents: tuple[Document, ...] = ()


@cache
def wires() -> Mapping[str, Wire]:
    """Return every format by its name.

    >>> sorted(wires())
    ['browser', 'posthog', 'rudder', 'segment', 'sensors']
    """
    return {wire.name: wire for wire in declared("WIRE", "collect/collector/wire")}


def messages(posted: Posted) -> list[Message | Unusable]:
    """Return the messages of a request, the same whenever it is read; one that is no event says why.

    >>> said = b'{"type":"track","event":"Product Viewed","userId":7,"messageId":"m1","timestamp":"2026-11-11T00:00:00Z"}'
    >>> (one,) = messages(Posted("shop", "segment", 1_794_355_200_000_000, said))
    >>> one.message_id, one.name, one.ids, one.occurred_at
    ('m1', 'product_view', {'user': '7'}, 1794355200000000)
    """
    wire = wires().get(posted.wire)
    if wire is None:
        return [Unusable("The format of the request is not known.", "")]
    try:
        return wire.read(posted)
    except MalformedError as error:
        return [Unusable(str(error), posted.body[:2000].decode("utf-8", "replace"))]
