"""Deeds as the clients of each kind post them: the bodies that their libraries make, with what is wrong planted in them."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from quanyu.world.traffic.deed import SECOND, Deed

KEY = "{key}"
"""Stands for the write key in what is posted."""
Item = dict[str, Any]


@dataclass(frozen=True)
class Post:
    """One request: when it arrives (microseconds since 1970), of which source, and what it says.

    `numbers` are the deeds in it, `n_broken` how many of its messages are none; `is_readable` and `is_known` say whether the body
    can be read at all, and whether its key opens anything.
    """

    at: int
    source: str
    wire: str
    path: str
    body: bytes
    numbers: tuple[int, ...]
    n_broken: int = 0
    is_readable: bool = True
    is_known: bool = True

    def filled(self, key: str) -> tuple[str, Mapping[str, str], bytes]:
        """Return path, headers and body with a write key in its place."""
        basic = base64.b64encode(f"{key}:".encode()).decode()
        form = "application/x-www-form-urlencoded" if self.wire == "sensors" else "application/json"
        headers = {"content-type": form} | ({"authorization": f"Basic {basic}"} if self.wire in BASIC else {})
        body = self.body.replace(KEY.encode(), key.encode())
        return (
            self.path.replace(KEY, key),
            headers,
            gzip.compress(body, 1, mtime=0) if self.wire == "posthog" else body,
        )


BASIC = ("segment", "rudder")
"""Formats whose clients name the key in a header."""


@dataclass(frozen=True)
class Batch:
    """What a client hands over at once, by a clock that is `error` microseconds ahead; `sent_at` is the true time."""

    deeds: Sequence[Deed]
    sent_at: int
    error: int = 0

    def at(self, deed: Deed) -> str:
        """Return when a deed happened by the clock of the client."""
        return iso(deed.at + self.error)

    @property
    def sent(self) -> str:
        """When it is sent by the clock of the client."""
        return iso(self.sent_at + self.error)


def iso(at: int) -> str:
    """Return a moment as clients write it.

    >>> iso(1_794_355_200_000_000)
    '2026-11-11T00:00:00.000000Z'
    """
    moment = dt.datetime.fromtimestamp(at // SECOND, dt.UTC).replace(microsecond=at % SECOND)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def said(deed: Deed) -> Item:
    """Return what a deed says beside its name."""
    about = {"no": deed.number, "item_id": deed.item, "cart_id": deed.cart, "value": deed.fen / 100 or ""}
    return {name: value for name, value in about.items() if value != ""}


def segment(batch: Batch) -> tuple[list[Item], Item]:
    """Return messages and envelope as Segment's clients make them."""
    items = [
        {"type": _type(deed), "messageId": f"m-{deed.number}", "anonymousId": deed.cookie, "timestamp": batch.at(deed)}
        | ({"userId": deed.user} if deed.user else {})
        | ({"event": STANDARD.get(deed.name, deed.name)} if _type(deed) == "track" else {})
        | {"properties": said(deed), "context": {"sessionId": deed.session}}
        for deed in batch.deeds
    ]  # fmt: skip
    return items, {"sentAt": batch.sent}


def rudder(batch: Batch) -> tuple[list[Item], Item]:
    """Return messages and envelope as RudderStack's clients make them."""
    items, envelope = segment(batch)
    for item in items:
        item["originalTimestamp"] = item.pop("timestamp")
        item["sentAt"] = batch.sent
    return items, envelope


def browser(batch: Batch) -> tuple[list[Item], Item]:
    """Return messages and envelope as the own script makes them."""
    items = [
        {"id": f"b-{deed.number}", "type": _type(deed), "name": deed.name, "at": batch.at(deed), "session_id": deed.session}
        | ({"user_id": deed.user} if deed.user else {})
        | {"properties": said(deed)}
        for deed in batch.deeds
    ]  # fmt: skip
    return items, {"sent_at": batch.sent, "anonymous_id": batch.deeds[0].cookie}


def sensors(batch: Batch) -> tuple[list[Item], Item]:
    """Return records as the clients of Sensors Analytics make them."""
    items = []
    for deed in batch.deeds:
        about = said(deed) | {"$event_session_id": deed.session}
        if deed.name == "identify":
            own = {
                "type": "track_signup",
                "event": "$SignUp",
                "distinct_id": deed.user,
                "original_id": deed.cookie,
            }
        else:
            own = {
                "type": "track",
                "event": SENSORS.get(deed.name, deed.name),
                "distinct_id": deed.user or deed.cookie,
            }
            about |= {"$is_login_id": True} if deed.user else {}
        milli = (deed.at + batch.error) // 1000
        items.append(
            own | {"time": milli, "_flush_time": (batch.sent_at + batch.error) // 1000, "properties": about}
        )
    return items, {}


def posthog(batch: Batch) -> tuple[list[Item], Item]:
    """Return events and envelope as PostHog's clients make them."""
    items = []
    for deed in batch.deeds:
        about = said(deed) | {"$session_id": deed.session, "$device_id": deed.cookie}
        about |= {"$anon_distinct_id": deed.cookie} if deed.name == "identify" else {}
        name = {"page_view": "$pageview", "identify": "$identify"}.get(deed.name, deed.name)
        items.append(
            {"uuid": f"p-{deed.number}", "event": name, "distinct_id": deed.user or deed.cookie, "timestamp": batch.at(deed),
             "properties": about}
        )  # fmt: skip
    return items, {"api_key": KEY, "sent_at": batch.sent}


STANDARD = {
    "product_view": "Product Viewed", "add_to_cart": "Product Added", "checkout": "Checkout Started", "purchase": "Order Completed",
}  # fmt: skip
"""What clients of Segment's kind call the events of a shop."""
SENSORS = {"page_view": "$pageview"}
WIRES: Mapping[str, Callable[[Batch], tuple[list[Item], Item]]] = {
    "browser": browser, "segment": segment, "rudder": rudder, "sensors": sensors, "posthog": posthog,
}  # fmt: skip
PATHS = {
    "browser": f"/quanyu/batch?key={KEY}", "segment": "/v1/batch", "rudder": "/v1/batch", "sensors": f"/sa?token={KEY}",
    "posthog": "/batch/",
}  # fmt: skip


def _type(deed: Deed) -> str:
    return {"page_view": "page", "identify": "identify"}.get(deed.name, "track")


def body(wire: str, items: Sequence[Item], envelope: Item) -> bytes:
    """Return messages as a body of a format."""
    if wire == "sensors":
        packed = base64.b64encode(gzip.compress(_json(items), 1, mtime=0)).decode()
        return f"data_list={quote(packed, safe='')}&gzip=1".encode()
    return _json({"batch": items, **envelope})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def broken(wire: str, batch: Batch, number: int) -> list[Item]:
    """Return messages that are none: of no type, without a name, of nobody, of no time, of a day that is far ahead."""
    (item,), _ = WIRES[wire](Batch(batch.deeds[-1:], batch.sent_at, batch.error))
    when, name = (
        {"rudder": "originalTimestamp", "browser": "at", "sensors": "time"}.get(wire, "timestamp"),
        ("name" if wire == "browser" else "event"),
    )
    kinds: tuple[Item, ...] = (
        {"type": "shout", when: "not at all"},
        {"type": "track", name: ""},
        {when: "yesterday at noon"},
        {when: iso(batch.sent_at + batch.error + 40 * 86_400 * SECOND)},
    )
    wrong = item | kinds[number % len(kinds)]
    ids = {word: f"x-{number}" for word in ("messageId", "id", "uuid") if word in item}
    return [wrong | ids | {"properties": {**item["properties"], "no": -1 - number}}]
