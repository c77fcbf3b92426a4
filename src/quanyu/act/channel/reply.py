"""What comes back from messages, in the same form whatever the channel."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Kind = Literal["delivered", "bounced", "deferred", "replied", "unsubscribed", "complained"]


@dataclass(frozen=True)
class Reply:
    """What came back: by the `key` of its message where the provider tells it, else by the `contact` it is from."""

    kind: Kind
    at: dt.datetime
    key: str = ""
    contact: str = ""
    detail: str = ""
