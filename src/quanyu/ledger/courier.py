"""Deliver what the outbox holds: claim, hand over, mark; again later when the receiver fails."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from quanyu.ledger.outbox import Claim, ClaimedLetter, claim, mark_delivered, mark_failed
from quanyu.ledger.store import Ledger

Clock = Callable[[], dt.datetime]
Deliver = Callable[[ClaimedLetter], None]
"""Hands a letter over; raising means that it has not arrived. It may see the same key twice."""

RETRY = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 600))


@dataclass(frozen=True)
class Courier:
    """Who delivers a topic, how it claims, and how long it waits after each failed attempt.

    >>> moment = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
    >>> last = ClaimedLetter(1, "sms", "c7:1:p-17", {}, n_attempts=6, claimed_until=moment)
    >>> Courier("sms", Claim("one")).retry_at(last, moment) is None
    True
    """

    topic: str
    claim: Claim
    retry: tuple[dt.timedelta, ...] = RETRY

    def retry_at(self, letter: ClaimedLetter, at: dt.datetime) -> dt.datetime | None:
        """Return when to try a letter again, None when it has been tried often enough."""
        return at + self.retry[letter.n_attempts - 1] if letter.n_attempts <= len(self.retry) else None


@dataclass(frozen=True)
class Round:
    """What one round of a courier did: letters arrived, to be tried again, and given up."""

    n_delivered: int
    n_failed: int
    n_dead: int


def deliver_due(ledger: Ledger, courier: Courier, deliver: Deliver, clock: Clock) -> Round:
    """Deliver the letters of the courier's topic until none is due, and return what came of them.

    Each letter is marked as soon as it has arrived, so a courier killed between two letters repeats none, and
    one killed inside a delivery repeats that one: receivers recognise its key. Letters whose lease ran out
    while they waited for their turn are left to whoever claims them next.
    """
    done: Counter[str] = Counter()
    while letters := claim(ledger, courier.topic, courier.claim, at=clock()):
        for letter in letters:
            done[_deliver_one(ledger, courier, letter, deliver, clock)] += 1
    return Round(done["delivered"], done["failed"], done["dead"])


def _deliver_one(
    ledger: Ledger, courier: Courier, letter: ClaimedLetter, deliver: Deliver, clock: Clock
) -> str:
    if clock() >= letter.claimed_until:
        return "late"
    try:
        deliver(letter)
    except Exception as error:  # whatever a receiver raises, the letter stays ours to deliver
        reason = f"{type(error).__name__}: {error}"
        retry_at = courier.retry_at(letter, clock())
        mark_failed(ledger, letter, reason, who=courier.claim.who, retry_at=retry_at)
        return "dead" if retry_at is None else "failed"
    mark_delivered(ledger, [letter.letter_id], at=clock())
    return "delivered"
