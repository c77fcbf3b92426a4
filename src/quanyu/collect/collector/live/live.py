"""What clients posted last: each message raw, as it was read, or with the reason why it is no event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from quanyu.collect.collector.log import Log, newest
from quanyu.collect.collector.message import Message, Posted
from quanyu.collect.collector.wire import messages
from quanyu.part.action import Action, Caller
from quanyu.text import Text
from quanyu.workspace import Workspace

State = Annotated[Literal["accepted", "repeated", "rejected"], Text]
STATES: Mapping[State, Text] = {"accepted": "accepted", "repeated": "sent again", "rejected": "rejected"}
"""What became of a message, and what that is called."""
MOST_REQUESTS, MOST_LETTERS = 300, 4000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Wanted:
    """How many messages, of which source and state, with which words in what they say."""

    n: int = 100
    source: str = ""
    state: State | Literal[""] = ""
    words: str = ""


@dataclass(frozen=True)
class Seen:
    """One message: when it came, from which source, what became of it, how it was read, and the request that it came in.

    `read` and `raw` are JSON; of a rejected one `read` is what was sent and `reason` says why. `key` is another for each.
    """

    key: str
    received_at: dt.datetime
    source: str
    wire: str
    state: State
    name: str
    who: str
    reason: str
    read: str
    raw: str


def _latest(ws: Workspace, given: Wanted, _caller: Caller) -> list[Seen]:
    found, words = list[Seen](), given.words.casefold().split()
    for seen in _all(newest(ws.root / Log.FOLDER, MOST_REQUESTS)):
        told = f"{seen.name} {seen.who} {seen.reason} {seen.read}".casefold()
        if (
            given.source in ("", seen.source)
            and given.state in ("", seen.state)
            and all(word in told for word in words)
        ):
            found.append(seen)
            if len(found) >= given.n:
                break
    return found


def _all(listed: list[Posted]) -> Iterator[Seen]:
    """Yield the messages of requests, which are given newest first; the oldest with an id is the one that counts."""
    read = [(posted, messages(posted)) for posted in listed]
    n_left: dict[tuple[str, str], int] = {}
    for posted, said in read:
        for message in said:
            if isinstance(message, Message):
                key = (posted.source, message.message_id)
                n_left[key] = n_left.get(key, 0) + 1
    for posted, said in read:
        raw = _pretty(posted.body)
        for place, message in reversed(list(enumerate(said))):
            if isinstance(message, Message):
                key = (posted.source, message.message_id)
                n_left[key] -= 1
                state: State = "repeated" if n_left[key] else "accepted"
                yield _seen(posted, place, raw, state, **_read(message))
            else:
                content = _pretty(message.content.encode())
                yield _seen(posted, place, raw, "rejected", reason=message.reason, read=content)


def _read(message: Message) -> dict[str, str]:
    said = {**msgspec.to_builtins(message), "occurred_at": _moment(message.occurred_at).isoformat()}
    who = ", ".join(f"{kind}:{value}" for kind, value in message.ids.items())
    return {"name": message.name, "who": who, "read": _pretty(msgspec.json.encode(said))}


def _seen(posted: Posted, place: int, raw: str, state: State, **more: str) -> Seen:
    told = {"name": "", "who": "", "reason": "", "read": "", **more}
    return Seen(
        key=f"{posted.received_at}-{place}",
        received_at=_moment(posted.received_at),
        source=posted.source,
        wire=posted.wire,
        state=state,
        raw=raw,
        **told,
    )


def _moment(microseconds: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=microseconds)


def _pretty(body: bytes) -> str:
    """Return JSON with a line for each value, cut; anything else as it is."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = msgspec.json.format(body, indent=2)
    text = body.decode("utf-8", "replace")
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS] + "…"


LATEST_EVENTS = Action(
    "latest_events",
    "Show what clients posted last, as it came and as it was read.",
    Wanted,
    list[Seen],
    _latest,
    "analyst",
    writes=False,
)
