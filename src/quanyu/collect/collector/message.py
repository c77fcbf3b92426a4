"""What clients post, as it came (`Posted`, one request: the log keeps it) and as it is read (`Message`, or `Unusable`)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["track", "page", "screen", "identify", "alias", "group"]
"""What a message says: something happened (`track`, `page`, `screen`), or who somebody is (`identify`, `alias`, `group`)."""


class Posted(msgspec.Struct, frozen=True, array_like=True):
    """One request of a client, unpacked and otherwise as it came.

    `source` is the name of the source whose key it bore, `wire` the format (a room of `wire/`), `received_at` microseconds since
    1970 in UTC. The log keeps these, so that reading them anew after a mended format loses nothing.
    """

    source: str
    wire: str
    received_at: int
    body: bytes


class Message(msgspec.Struct, frozen=True):
    """One message of a request. `message_id` makes it once: given by the client, or the hash of what it says.

    `ids` are who it is of, by kind of identifier (`quanyu.collect.kind`), the surest first; `also` are identifiers that the
    message says belong to the same person (`identify`, `alias`, `$SignUp`). `occurred_at` is microseconds since 1970 in UTC, by
    the client's clock as corrected. `context` is what the client says of itself (page, campaign, device); no addresses.
    """

    message_id: str
    kind: Kind
    name: str
    occurred_at: int
    ids: dict[str, str]
    also: dict[str, str] = {}
    session_id: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}


class Unusable(msgspec.Struct, frozen=True):
    """A message that is no event, why in words, and what was sent (cut; personal data masked where it is kept)."""

    reason: str
    content: str
