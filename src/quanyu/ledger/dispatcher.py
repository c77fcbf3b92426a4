"""Deliver what the outbox holds: claim, hand over, mark; again later when the receiver fails."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from quanyu.ledger.outbox import Claim, ClaimedMessage, claim, mark_delivered, mark_failed
from quanyu.ledger.store import Ledger

Clock = Callable[[], dt.datetime]
Deliver = Callable[[ClaimedMessage], None]
"""Hands a message over; raising means that it has not arrived. It may see the same key twice."""

RETRY = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 600))


@dataclass(frozen=True)
class Dispatcher:
    """Who delivers a topic, how it claims, and how long it waits after each failed attempt.

    >>> moment = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
    >>> last = ClaimedMessage(1, "sms", "c7:1:p-17", {}, n_attempts=6, claimed_until=moment)
    >>> Dispatcher("sms", Claim("one")).retry_at(last, moment) is None
    True
    """

    topic: str
    claim: Claim
    retry: tuple[dt.timedelta, ...] = RETRY

    def retry_at(self, message: ClaimedMessage, at: dt.datetime) -> dt.datetime | None:
        """Return when to try a message again, None when it has been tried often enough."""
        return at + self.retry[message.n_attempts - 1] if message.n_attempts <= len(self.retry) else None


@dataclass(frozen=True)
class Round:
    """What one round of a dispatcher did: messages arrived, to be tried again, and given up."""

    n_delivered: int
    n_failed: int
    n_dead: int


def deliver_due(ledger: Ledger, dispatcher: Dispatcher, deliver: Deliver, clock: Clock) -> Round:
    """Deliver the messages of the dispatcher's topic until none is due, and return what came of them.

    Each message is marked as soon as it has arrived, so a dispatcher killed between two messages repeats none, and
    one killed inside a delivery repeats that one: receivers recognise its key. Messages whose lease ran out
    while they waited for their turn are left to whoever claims them next.
    """
    done: Counter[str] = Counter()
    while messages := claim(ledger, dispatcher.topic, dispatcher.claim, at=clock()):
        for message in messages:
            done[_deliver_one(ledger, dispatcher, message, deliver, clock)] += 1
    return Round(done["delivered"], done["failed"], done["dead"])


def _deliver_one(
    ledger: Ledger, dispatcher: Dispatcher, message: ClaimedMessage, deliver: Deliver, clock: Clock
) -> str:
    if clock() >= message.claimed_until:
        return "late"
    try:
        deliver(message)
    except Exception as error:  # whatever a receiver raises, the message stays ours to deliver
        reason = f"{type(error).__name__}: {error}"
        retry_at = dispatcher.retry_at(message, clock())
        mark_failed(ledger, message, reason, who=dispatcher.claim.who, retry_at=retry_at)
        return "dead" if retry_at is None else "failed"
    mark_delivered(ledger, [message.message_id], at=clock())
    return "delivered"
