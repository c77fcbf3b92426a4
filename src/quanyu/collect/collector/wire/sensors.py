"""Sensors Analytics (神策): a form with records in base64, one as `data`, many as `data_list`, packed or not; images ask by address.

Its client for Android keeps what is answered with 403, 404 or 5xx and deletes what is answered with anything else: so a key that is
not known is a 403 here and a full log a 503. The clients for servers raise an error and leave trying again to the program.
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
from quanyu.collect.collector.wire.rudder import PIXEL
from quanyu.collect.collector.wire.wire import Answer, Asked, Route, Snippet, Wire
from quanyu.text import Text

KINDS: Mapping[str, Kind] = {
    "track": "track",
    "track_signup": "alias",
    "track_id_bind": "identify",
    **dict.fromkeys(
        ("profile_set", "profile_set_once", "profile_increment", "profile_append", "profile_unset", "profile_delete"), "identify"
    ),
}  # fmt: skip
NOT_EVENTS: Mapping[str, Text] = {
    "track_id_unbind": "Identifiers are parted by people who correct identity, not by a message.",
    "item_set": "Items come from files or databases, not from events.",
    "item_delete": "Items come from files or databases, not from events.",
}
IDENTITIES: Mapping[str, str] = {
    "$identity_login_id": "user",
    "$identity_mobile": "phone",
    "$identity_email": "email",
    "$identity_anonymous_id": "cookie",
    "$identity_cookie_id": "cookie",
    "$identity_idfv": "device",
    "$identity_android_id": "device",
    "$identity_android_uuid": "device",
    "$identity_harmony_uuid": "device",
    "$identity_idfa": "idfa",
    "$identity_oaid": "oaid",
    "$identity_imei": "imei",
    "$identity_mp_openid": "wechat_openid",
    "$identity_mp_unionid": "wechat_unionid",
}
"""What identifiers are called by the format, and here."""
PAGE_FIELDS: Mapping[str, str] = {
    "url": "$url",
    "path": "$url_path",
    "referrer": "$referrer",
    "title": "$title",
}
CAMPAIGN_FIELDS: Mapping[str, str] = {
    "source": "$utm_source", "medium": "$utm_medium", "name": "$utm_campaign", "content": "$utm_content", "term": "$utm_term",
}  # fmt: skip
PRIVATE = ("$ip", "$is_login_id", "token", "$token", "$project")
_ANY = msgspec.json.Decoder(msgspec.Raw)


def unpack(asked: Asked) -> tuple[str, bytes]:
    """Return the key, which stands in the address, and the records as they were before they were packed."""
    fields = {name: value.encode() for name, value in asked.query.items()}
    if asked.method == "POST":
        fields |= form(unpacked(asked.body, asked.most_bytes))
    packed = fields.get("data_list") or fields.get("data")
    if not packed:
        raise MalformedError("The request has neither data nor data_list.")
    body = unpacked(from_base64(packed), asked.most_bytes)
    key = asked.query.get("token") or (fields.get("token") or b"").decode("utf-8", "replace")
    try:
        _ANY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        lenient(body)
    return key, body


def read(posted: Posted) -> list[Message | Unusable]:
    """Return the messages of a request."""
    said = parsed(posted.body)
    return each(said if isinstance(said, list) else [said], partial(_message, posted))


def _message(posted: Posted, item: dict[str, Any]) -> Message:
    kind = str(item.get("type"))
    if kind in NOT_EVENTS:
        raise MalformedError(NOT_EVENTS[kind])
    if kind not in KINDS:
        raise MalformedError("The type of the message is not known.")
    said = mapping(item.get("properties"))
    at = moment(item.get("time"))
    shift = correction(moment(item.get("_flush_time")), posted.received_at, at or 0)
    ids, also = _people(kind, item, said)
    properties = without(said, *PRIVATE)
    is_event = KINDS[kind] == "track"
    return Message(
        message_id=message_id(None, without(item, "_flush_time", "_nocache")),
        kind=KINDS[kind],
        name=name_of(item.get("event")) if is_event else kind,
        occurred_at=placed(at, shift, posted.received_at),
        ids=ids,
        also=also,
        session_id=str(said.get("$event_session_id") or ""),
        properties=properties if is_event or kind == "track_signup" else {},
        traits=properties if kind.startswith("profile_") else {},
        context=_context(item, said),
    )


def _people(
    kind: str, item: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return who a record is of, and who else that person is by its word.

    `distinct_id` is the account where the record says so (`login_id`, `$is_login_id`, a signing up), else a browser or device.
    """
    account = item.get("login_id")
    if not identifier(account) and (said.get("$is_login_id") is True or kind == "track_signup"):
        account = item.get("distinct_id")
    known = mapping(item.get("identities"))
    named = those(**{IDENTITIES[name]: value for name, value in known.items() if name in IDENTITIES})
    account = identifier(account) or named.get("user", "")
    named.pop("user", None)
    anonymous = item.get("anonymous_id") or (item.get("distinct_id") if not account else None)
    ids = {**those(user=account), **named, **those(cookie=anonymous)}
    if not ids:
        raise MalformedError("The record has no distinct_id.")
    if kind == "track_signup":
        before = those(cookie=item.get("original_id") or item.get("anonymous_id"))
        return those(user=account) or ids, before
    if kind == "track_id_bind":
        first = next(iter(ids))
        return {first: ids[first]}, {name: value for name, value in ids.items() if name != first}
    return ids, told(said) if kind in ("profile_set", "profile_set_once") else {}


def _context(item: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    page = {word: said[name] for word, name in PAGE_FIELDS.items() if said.get(name)}
    campaign = {word: said[name] for word, name in CAMPAIGN_FIELDS.items() if said.get(name)}
    library = mapping(item.get("lib"))
    told_ = {
        "page": page,
        "campaign": campaign,
        "library": {"name": library.get("$lib"), "version": library.get("$lib_version")},
    }
    return {name: value for name, value in told_.items() if value}


PYTHON = Snippet(
    "Python",
    "pip install SensorsAnalyticsSDK",
    """import sensorsanalytics

sensors = sensorsanalytics.SensorsAnalytics(sensorsanalytics.BatchConsumer("{url}/sa?token={key}"))
sensors.track("user-17", "ViewProduct", {"product_id": "sku-1"}, is_login_id=True)
sensors.flush()
""",
)
NODE = Snippet(
    "Node.js",
    "npm install sa-sdk-node",
    """const SensorsAnalytics = require('sa-sdk-node')

const sensors = new SensorsAnalytics()
sensors.submitTo({ url: '{url}/sa?token={key}', gzip: true, mode: 'track' })
sensors.track('user-17', 'ViewProduct', { product_id: 'sku-1', $is_login_id: true })
""",
)
BROWSER = Snippet(
    "JavaScript",
    "npm install sa-sdk-javascript",
    """import sensors from 'sa-sdk-javascript'

sensors.init({ server_url: '{url}/sa?token={key}', send_type: 'beacon' })
sensors.quick('autoTrack')
""",
)
_KEEPING: dict[str, Any] = {"stranger": 403, "full": 503}
WIRE = Wire(
    "sensors",
    "Sensors Analytics clients",
    (
        Route("/sa", unpack, Answer(200, b"", b"text/plain"), **_KEEPING),
        Route("/sa.gif", unpack, PIXEL, methods=("GET", "POST"), **_KEEPING),
        Route("/debug", unpack, Answer(200, b"", b"text/plain"), **_KEEPING),
    ),
    read,
    (BROWSER, PYTHON, NODE),
)
