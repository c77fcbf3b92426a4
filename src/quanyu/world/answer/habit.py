"""How people answer messages: planted rates, the lift of each channel and content, and what too many messages do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

WINDOW_DAYS = 14
"""Days after a message in which what it brings is bought."""
STAYS = 0.65
"""The probability that whom a message moves to buy has not bought by a day, given that they had not the day before."""
RECENT_DAYS = 30
"""Days before a message in which others tire its reader."""


def _by_name(**factors: float) -> Mapping[str, float]:
    return MappingProxyType(factors)


@dataclass(frozen=True)
class Habits:
    """The planted parameters of answers; what is not said otherwise is a probability per message.

    `hard_bounce` and `soft_bounce`: it does not arrive, for good or this time. Of a message that has arrived: `opened`, looked at;
    `clicked`, a link followed by who has looked; `replied`; `unsubscribed`; `complained`. `scanned` and `proxied` are shares of
    mailboxes whose provider follows every link at once, or fetches images by a program.

    `lift` is the mean probability that a message which arrives brings an order by itself within `WINDOW_DAYS`. It is multiplied by how
    people lean (see `leaning`), by the factor of the channel in `by_channel` and by that of the content in `by_variant`, which
    multiplies `clicked` as well; what is not named has the factor 1. `deterred` is the probability that who would have bought
    within the window does not, because of the message.

    With n other messages to the same person in the `RECENT_DAYS` before, `opened` and the lift are multiplied by exp(-`fatigue` n),
    `unsubscribed` and `complained` by exp(`annoyance` n).
    """

    window_days: ClassVar[int] = WINDOW_DAYS
    recent_days: ClassVar[int] = RECENT_DAYS
    hard_bounce: float = 0.01
    soft_bounce: float = 0.01
    opened: float = 0.35
    clicked: float = 0.2
    scanned: float = 0.08
    proxied: float = 0.3
    replied: float = 0.005
    unsubscribed: float = 0.004
    complained: float = 0.0004
    lift: float = 0.06
    deterred: float = 0.0
    by_channel: Mapping[str, float] = field(default_factory=lambda: _by_name(mail=0.8, sms=1.0, wechat=1.2))
    by_variant: Mapping[str, float] = field(default_factory=_by_name)
    fatigue: float = 0.15
    annoyance: float = 0.3

    @staticmethod
    def arrived_share(days: float) -> float:
        """Return the share of what messages bring that is bought less than so many days after them; days may be no whole ones.

        >>> [round(Habits.arrived_share(days), 3) for days in (0.5, 1, 1.5, 2.5, 12.5, 13.5)]
        [0.0, 0.0, 0.35, 0.577, 0.994, 1.0]
        """
        whole = math.ceil(days) - 1
        return 0.0 if whole < 1 else 1.0 if whole >= WINDOW_DAYS - 1 else 1 - STAYS**whole
