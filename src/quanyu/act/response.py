"""What came back from a message, as a channel or a page of the shop tells it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Response:
    """One reaction: `kind` is a word of `tables.owned.acted.RESPONSE_KINDS`.

    `key` is the message's own (`campaign:place`, as it was handed over, or `campaign:step:person`), `contact` who it came from,
    where only that is known; one of them must be there. A bounce for good is `bounced`, one for now `deferred`. `detail` is
    what the provider or the person said, `agent` the class of the program (`track.agent`), `at` nothing where the provider
    gives no time.
    """

    kind: str
    key: str = ""
    contact: str = ""
    at: dt.datetime | None = None
    link: str = ""
    detail: str = ""
    agent: str = ""
