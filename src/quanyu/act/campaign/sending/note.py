"""What became of a send as a line of the journal, and read from one."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from quanyu.ledger import SettledSend


def noted(one: SettledSend) -> str:
    """Return what became of a send as a line.

    >>> read_note(noted(SettledSend(7, "delivered", "mail", receipt="250 ok"))).receipt
    '250 ok'
    """
    due = one.due_at.isoformat() if one.due_at else None
    return json.dumps((one.place, one.status, one.channel, one.reason, one.receipt, one.n_attempts, due))


def read_note(line: str) -> SettledSend:
    """Return what became of a send, from its line."""
    *held, due = json.loads(line)
    return replace(SettledSend(*held), due_at=dt.datetime.fromisoformat(due) if due else None)
