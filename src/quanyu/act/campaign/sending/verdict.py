"""What a provider's answer means for a send: done, another time, another channel, or never."""

from __future__ import annotations

import datetime as dt

from quanyu.act.channel import Outcome
from quanyu.ledger import ClaimedSend, SettledSend
from quanyu.ledger.campaign import SendStatus

RETRY = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 600))
"""How long a send waits after each attempt that failed for a time."""
UNKNOWN = "outcome_unknown"
"""The reason of a send that was begun and of which nobody can tell the end."""


def verdict(send: ClaimedSend, outcome: Outcome, at: dt.datetime, fallback: str | None) -> SettledSend:
    """Return what to record of a send. `fallback` is the channel to try where this one fails for good, None where there is none.

    A send that was put off, or met a channel that needs mending, has not been tried.

    >>> moment = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    >>> send = ClaimedSend("c7", 0, "p1", "A", "mail", 0, moment)
    >>> verdict(send, Outcome("k", "permanent", "mailbox_unknown"), moment, "sms").channel
    'sms'
    >>> verdict(send, Outcome("k", "retry", "greylisted"), moment, None).due_at.isoformat()
    '2026-11-20T00:01:00+00:00'
    """
    n = send.n_attempts + 1
    match outcome.status:
        case "delivered":
            return SettledSend(send.place, "delivered", send.channel, receipt=outcome.receipt, n_attempts=n)
        case "opt_out":
            return SettledSend(
                send.place, "suppressed", send.channel, "opted_out", outcome.receipt, n_attempts=n
            )
        case "later" | "configuration":
            return send.waits(at + dt.timedelta(seconds=outcome.after_seconds), outcome.reason)
        case "retry" if n <= len(RETRY):
            due = at + max(RETRY[n - 1], dt.timedelta(seconds=outcome.after_seconds))
            return send.waits(due, outcome.reason, n_attempts=n)
    if fallback:
        return send.waits(at, outcome.reason, channel=fallback, n_attempts=0)
    is_over = outcome.status == "expired"
    reason = outcome.reason if is_over or outcome.status == "permanent" else "unreachable"
    status: SendStatus = "suppressed" if is_over else "failed"
    return SettledSend(send.place, status, send.channel, reason, outcome.receipt, n_attempts=n)
