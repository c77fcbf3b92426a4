"""Mail that came back, read from its mailbox and recorded."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.act.channel.mail.intake import read_mailbox
from quanyu.act.track.record import record_responses
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Nothing:
    """Nothing is asked for."""


@dataclass(frozen=True)
class Intake:
    """How many pieces of mail there were, and how many reactions of them are new."""

    n_read: int
    n_new: int


def take_in(ws: Workspace, _: Nothing, __: Caller) -> Intake:
    """Record what has come back by mail. Raises `ChannelError` where there is no mailbox or it cannot be read."""
    new: list[int] = []
    n_read = read_mailbox(ws, lambda told: new.append(record_responses(ws, "mail", told)))
    return Intake(n_read, sum(new))


READ_MAILBOX = Action(
    "read_mailbox",
    "Read the mail that came back, and record who could not be reached, complained or answered.",
    Nothing,
    Intake,
    take_in,
    said="Read the mail that came back",
)
