"""PostHog: `/batch/` of its clients for servers; `/e/`, `/i/v0/e/` and `/capture/` of the browser, packed or in base64 in a form.

Its clients try again after 408, 429 and 5xx and drop what is answered with another 4xx.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from quanyu.collect.collector.message import Kind, Message, Posted, Unusable
from quanyu.collect.collector.wire.body import MalformedError, form, from_base64, lenient, parsed, unpacked
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
from quanyu.collect.collector.wire.wire import Answer, Asked, Document, Route, Snippet, Wire

KINDS: Mapping[str, Kind] = {
    "$identify": "identify", "$set": "identify", "$create_alias": "alias", "$merge_dangerously": "alias", "$groupidentify": "group",
    "$pageview": "page", "$screen": "screen",
}  # fmt: skip
PAGE_FIELDS: Mapping[str, str] = {
    "url": "$current_url",
    "path": "$pathname",
    "referrer": "$referrer",
    "title": "title",
}
CAMPAIGN_FIELDS: Mapping[str, str] = {
    "source": "utm_source", "medium": "utm_medium", "name": "utm_campaign", "content": "utm_content", "term": "utm_term",
}  # fmt: skip
PRIVATE = ("$ip", "token", "$set", "$set_once", "distinct_id", "$anon_distinct_id", "alias")


class Properties(msgspec.Struct):
    """Where the browser says whose an event is."""

    token: Any = None


class Envelope(msgspec.Struct):
    """Just enough of a body to know that it is JSON and whose it is."""

    api_key: Any = None
    token: Any = None
    properties: Properties | None = None


_ENVELOPE = msgspec.json.Decoder(Envelope | list[Envelope])


def unpack(asked: Asked) -> tuple[str, bytes]:
    """Return the key, which stands in the body, and the body; what is sent as a form holds it in base64 as `data`."""
    body = (
        unpacked(asked.body, asked.most_bytes)
        if asked.method == "POST"
        else asked.query.get("data", "").encode()
    )
    if body[:5] == b"data=":
        body = form(body)["data"]
    if body[:1] not in (b"{", b"["):
        body = unpacked(from_base64(body), asked.most_bytes)
    try:
        said = _ENVELOPE.decode(body)
        first = said[0] if isinstance(said, list) and said else said
        keys = (
            [first.api_key, first.token, first.properties and first.properties.token]
            if isinstance(first, Envelope)
            else []
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        keys = _keys(lenient(body))
    key = next((key for key in keys if key), "") or asked.query.get("api_key") or asked.query.get("token")
    return str(key or ""), body


def _keys(said: Any) -> list[Any]:
    first = said[0] if isinstance(said, list) and said else said
    if not isinstance(first, dict):
        raise MalformedError("The body is not a JSON object.")
    return [first.get("api_key"), first.get("token"), mapping(first.get("properties")).get("token")]


def read(posted: Posted) -> list[Message | Unusable]:
    """Return the messages of a request."""
    said = parsed(posted.body)
    batch = mapping(said)
    items = said if isinstance(said, list) else batch.get("batch", [said])
    if not isinstance(items, list):
        raise MalformedError("The batch is not a list.")
    return each(items, partial(_message, posted, batch))


def _message(posted: Posted, batch: Mapping[str, Any], item: dict[str, Any]) -> Message:
    said = mapping(item.get("properties"))
    event = item.get("event")
    kind = KINDS.get(str(event), "track")
    traits = {**mapping(item.get("$set")), **mapping(said.get("$set"))}
    at, shift = _when(posted, batch, item)
    ids, also = _people(str(event), item, said)
    if kind == "identify":
        also |= told(traits)
    properties = without(said, *PRIVATE)
    return Message(
        message_id=message_id(item.get("uuid"), without(item, "offset")),
        kind=kind,
        name=name_of(event) if kind in ("track", "page") else "page_view" if kind == "screen" else kind,
        occurred_at=placed(at, shift, posted.received_at),
        ids=ids,
        also=also,
        session_id=str(said.get("$session_id") or ""),
        properties=properties,
        traits=traits if kind in ("identify", "group") else {},
        context=_context(said),
    )


def _when(posted: Posted, batch: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[int | None, int]:
    """Return the time of an event and its correction; `offset` is how many milliseconds it had waited when it was sent."""
    at, offset = moment(item.get("timestamp")), item.get("offset")
    sent = moment(item.get("sent_at") or batch.get("sent_at"))
    if at is None and isinstance(offset, (int, float)) and 0 <= offset < 1e12:
        return (sent or posted.received_at) - round(offset * 1000), correction(sent, posted.received_at)
    return at, 0 if batch.get("historical_migration") else correction(sent, posted.received_at, at or 0)


def _people(
    event: str, item: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return who an event is of, and who else that person is by its word.

    `distinct_id` is an account, unless it is the browser's own number, or the event makes no person.
    """
    who = item.get("distinct_id") or said.get("distinct_id")
    device = identifier(said.get("$device_id"))
    is_anonymous = said.get("$process_person_profile") is False or (device and identifier(who) == device)
    ids = those(cookie=who) if is_anonymous else those(user=who, cookie=device)
    if event == "$create_alias":
        ids, before = those(user=said.get("alias")), those(cookie=said.get("distinct_id") or who)
    elif event == "$merge_dangerously":
        before = those(cookie=said.get("alias"))
    else:
        before = those(cookie=said.get("$anon_distinct_id")) if event == "$identify" else {}
    if not ids:
        raise MalformedError("The event has no distinct_id.")
    return ids, before


def _context(said: Mapping[str, Any]) -> dict[str, Any]:
    page = {word: said[name] for word, name in PAGE_FIELDS.items() if said.get(name)}
    campaign = {word: said[name] for word, name in CAMPAIGN_FIELDS.items() if said.get(name)}
    library = {"name": said.get("$lib"), "version": said.get("$lib_version")}
    return {
        name: value
        for name, value in {"page": page, "campaign": campaign, "library": library}.items()
        if value
    }


def flags(_key: str, _base: str) -> bytes:
    """Return what the client wants to know before it sends: no flags, no recordings."""
    nothing = {
        "flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False, "hasFeatureFlags": False,
        "config": {}, "supportedCompression": ["gzip-js", "base64"], "sessionRecording": False, "surveys": False,
        "toolbarParams": {}, "siteApps": [], "isAuthenticated": False, "capturePerformance": False, "autocapture_opt_out": True,
    }  # fmt: skip
    return msgspec.json.encode(nothing)


PYTHON = Snippet(
    "Python",
    "pip install posthog",
    """from posthog import Posthog

posthog = Posthog("{key}", host="{url}")
posthog.capture("product_view", distinct_id="user-17", properties={"product_id": "sku-1"})
""",
)
BROWSER = Snippet(
    "JavaScript",
    "npm install posthog-js",
    """import posthog from 'posthog-js'

posthog.init('{key}', { api_host: '{url}', autocapture: false, disable_session_recording: true })
""",
)
OK = Answer(200, b'{"status":1}')
_PATHS = ("/e", "/i/v0/e", "/capture", "/track")
WIRE = Wire(
    "posthog",
    "PostHog clients",
    (
        *(Route(f"/{path}{end}", unpack, OK) for path in ("batch", "i/v0/ai/batch") for end in ("/", "")),
        *(Route(f"{path}{end}", unpack, OK, methods=("GET", "POST")) for path in _PATHS for end in ("/", "")),
    ),
    read,
    (BROWSER, PYTHON),
    (
        *(
            Document(f"/{path}{end}", flags, ("GET", "POST"))
            for path in ("flags", "decide")
            for end in ("/", "")
        ),
        Document("/array/{key}/config", flags),
    ),
)
