"""Segment: `/v1/batch` and one path for each type; the browser sends to a letter for each type.

The client drops what is answered with 400, 401 or 413, keeps what is answered with 429 for as long as `Retry-After` says, and
tries again after 5xx.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import msgspec

from quanyu.collect.collector.message import Kind, Message, Posted, Unusable
from quanyu.collect.collector.wire.body import MalformedError, lenient, parsed, unpacked
from quanyu.collect.collector.wire.clock import correction, moment, placed
from quanyu.collect.collector.wire.reading import (
    each,
    identifier,
    mapping,
    message_id,
    name_of,
    those,
    told,
    without,
)
from quanyu.collect.collector.wire.wire import Asked, Document, Route, Snippet, Wire

TYPES: Mapping[str, Kind] = {
    "t": "track", "p": "page", "s": "screen", "i": "identify", "a": "alias", "g": "group",
}  # fmt: skip
VIEWS: Mapping[str, str] = {"page": "page_view", "screen": "page_view"}
NO_ADDRESS = ("ip", "traits", "location", "network")


class Envelope(msgspec.Struct):
    """Just enough of a body to know that it is JSON and whose it is."""

    writeKey: Any = None  # noqa: N815


_ENVELOPE = msgspec.json.Decoder(Envelope)


def unpack(asked: Asked, kind: str = "") -> tuple[str, bytes]:
    """Return the key, from the header, the body or the address, and the body; of a path that names a type as a batch of it."""
    body = unpacked(asked.body, asked.most_bytes)
    try:
        in_body = _ENVELOPE.decode(body).writeKey
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = lenient(body)
        if not isinstance(said, dict):
            raise MalformedError("The body is not a JSON object.") from None
        in_body = said.get("writeKey")
    return str(asked.key or in_body or ""), b'{"type":"%b","batch":[%b]}' % (
        kind.encode(),
        body,
    ) if kind else body


def read(posted: Posted) -> list[Message | Unusable]:
    """Return the messages of a request."""
    said = mapping(parsed(posted.body))
    items = said.get("batch", [said])
    if not isinstance(items, list):
        raise MalformedError("The batch is not a list.")
    return each(items, partial(_message, posted, said))


def _message(posted: Posted, batch: Mapping[str, Any], item: dict[str, Any]) -> Message:
    kind = str(item.get("type") or batch.get("type"))
    if kind not in TYPES.values():
        raise MalformedError("The type of the message is not known.")
    context = {**mapping(batch.get("context")), **mapping(item.get("context"))}
    traits = (
        mapping(item.get("traits")) or mapping(context.get("traits")) if kind in ("identify", "group") else {}
    )
    ids, also = _people(kind, item, {**mapping(context.get("traits")), **traits})
    at = moment(item.get("timestamp") or item.get("originalTimestamp"))
    sent = moment(item.get("sentAt") or batch.get("sentAt"))
    shift = correction(sent, posted.received_at, at or 0)
    properties = dict(mapping(item.get("properties")))
    if kind in VIEWS:
        properties |= {word: item[word] for word in ("name", "category") if item.get(word)}
    if kind == "group":
        properties["group_id"] = identifier(item.get("groupId"))
    return Message(
        message_id=message_id(item.get("messageId"), without(item, "sentAt")),
        kind=cast(Kind, kind),
        name=VIEWS.get(kind) or (name_of(item.get("event")) if kind == "track" else kind),
        occurred_at=placed(at, shift, posted.received_at),
        ids=ids,
        also=also,
        session_id=str(context.get("sessionId") or ""),
        properties=properties,
        traits=traits,
        context=without(context, *NO_ADDRESS),
    )


def _people(
    kind: str, item: Mapping[str, Any], traits: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return who a message is of, and who else that person is by its word."""
    ids = those(user=item.get("userId"), cookie=item.get("anonymousId"))
    if not ids:
        raise MalformedError("Neither userId nor anonymousId says who it is of.")
    also = dict[str, str]()
    if kind == "identify":
        also = {**(those(cookie=item.get("anonymousId")) if "user" in ids else {}), **told(traits)}
    if kind == "alias":
        also = those(cookie=item.get("previousId"))
        if not also:
            raise MalformedError("The alias has no previousId.")
    return ids, also


def settings(key: str, base: str) -> bytes:
    """Return what the client in the browser wants to know of a source: where it sends to, and that nobody else gets it."""
    scheme, _, host = base.partition("://")
    own = {
        "apiKey": key,
        "apiHost": f"{host}/v1",
        "protocol": scheme,
        "unbundledIntegrations": [],
        "versionSettings": {"version": "4.4.7"},
    }
    return msgspec.json.encode(
        {"integrations": {"Segment.io": own}, "plan": {}, "edgeFunction": {}, "enabledMiddleware": {}}
    )


def routes(unpack_: Any = unpack, **answers: Any) -> tuple[Route, ...]:
    """Return the paths that Segment and RudderStack share."""
    return (
        *(Route(f"/v1/{path}", unpack_, **answers) for path in ("batch", "import")),
        *(Route(f"/v1/{kind}", partial(unpack_, kind=kind), **answers) for kind in TYPES.values()),
    )


PYTHON = Snippet(
    "Python",
    "pip install segment-analytics-python",
    """import segment.analytics as analytics

analytics.write_key = "{key}"
analytics.host = "{url}"
analytics.track("user-17", "Product Viewed", {"product_id": "sku-1"})
""",
)
NODE = Snippet(
    "Node.js",
    "npm install @segment/analytics-node",
    """import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '{key}', host: '{url}' })
analytics.track({ userId: 'user-17', event: 'Product Viewed', properties: { product_id: 'sku-1' } })
""",
)
BROWSER = Snippet(
    "analytics.js",
    "npm install @segment/analytics-next",
    """import { AnalyticsBrowser } from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load({ writeKey: '{key}', cdnURL: '{url}' })
analytics.page()
""",
)
WIRE = Wire(
    "segment",
    "Segment clients",
    (
        *routes(),
        *(Route(f"/v1/{letter}", partial(unpack, kind=kind)) for letter, kind in TYPES.items()),
        Route("/v1/b", unpack),
    ),
    read,
    (BROWSER, PYTHON, NODE),
    (Document("/v1/projects/{key}/settings", settings),),
)
