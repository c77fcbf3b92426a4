"""The own script for browsers: its messages are few and short, `/quanyu/batch` takes them, and `/quanyu.js` is the script itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import msgspec

from quanyu.collect.collector.message import Kind, Message, Posted, Unusable
from quanyu.collect.collector.wire.body import MalformedError, lenient, parsed, unpacked
from quanyu.collect.collector.wire.clock import correction, moment, placed
from quanyu.collect.collector.wire.reading import each, mapping, message_id, name_of, those, told
from quanyu.collect.collector.wire.wire import Answer, Asked, Route, Snippet, Wire

KINDS = ("track", "page", "identify")
_ANY = msgspec.json.Decoder(msgspec.Raw)


def unpack(asked: Asked) -> tuple[str, bytes]:
    """Return the key, which stands in the address, and the body."""
    body = unpacked(asked.body, asked.most_bytes)
    try:
        _ANY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        lenient(body)
    return asked.query.get("key", ""), body


def read(posted: Posted) -> list[Message | Unusable]:
    """Return the messages of a request: `sent_at`, `anonymous_id`, `user_id` and `context` hold for all in `batch`."""
    said = mapping(parsed(posted.body))
    items = said.get("batch")
    if not isinstance(items, list):
        raise MalformedError("The batch is not a list.")
    return each(items, partial(_message, posted, said))


def _message(posted: Posted, batch: Mapping[str, Any], item: dict[str, Any]) -> Message:
    kind = item.get("type")
    if kind not in KINDS:
        raise MalformedError("The type of the message is not known.")
    at = moment(item.get("at"))
    shift = correction(moment(batch.get("sent_at")), posted.received_at, at or 0)
    anonymous, traits = those(cookie=batch.get("anonymous_id")), mapping(item.get("traits"))
    user = those(user=item.get("user_id") or batch.get("user_id"))
    if not (user or anonymous):
        raise MalformedError("The message does not say who it is of.")
    names = {"page": "page_view", "identify": "identify"}
    return Message(
        message_id=message_id(item.get("id"), item),
        kind=cast(Kind, kind),
        name=names.get(str(kind)) or name_of(item.get("name")),
        occurred_at=placed(at, shift, posted.received_at),
        ids={**user, **anonymous},
        also={**(anonymous if user else {}), **told(traits)} if kind == "identify" else {},
        session_id=str(item.get("session_id") or ""),
        properties=mapping(item.get("properties")),
        traits=traits,
        context={**mapping(batch.get("context")), **mapping(item.get("context"))},
    )


SCRIPT = Snippet(
    "HTML",
    "",
    """<script async src="{url}/quanyu.js" data-key="{key}"></script>
<script>
  window.quanyu = window.quanyu || { q: [], track() { this.q.push(['track', ...arguments]) } }
  quanyu.track('product_view', { item_id: 'sku-1' })
</script>
""",
)
WIRE = Wire(
    "browser",
    "Own script for browsers",
    (Route("/quanyu/batch", unpack, Answer(204, b"", b"")),),
    read,
    (SCRIPT,),
)
