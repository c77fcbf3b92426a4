"""Where a rehearsal plays: the shop's tables as they were, a ledger of its own that is gone afterwards, a clock that is set."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from quanyu.act.journey.rehearsal.past import Past
from quanyu.ledger import open_ledger
from quanyu.ledger.rehearsal import copy_known
from quanyu.workspace import Workspace


@dataclass
class Hand:
    """A clock that stands where it is set."""

    at: dt.datetime

    def __call__(self) -> dt.datetime:
        """Return the moment at which it stands."""
        return self.at


@dataclass(frozen=True)
class Stage:
    """A workspace that looks like the shop did, its clock and its tables."""

    ws: Workspace
    clock: Hand
    past: Past


@contextmanager
def staged(ws: Workspace, begin: dt.datetime, end: dt.datetime) -> Iterator[Stage]:
    """Set the stage for a stretch of the past; nothing that happens there reaches the shop.

    What the shop knows of consent, suppressions and other campaigns is there as it is today.
    """
    clock = Hand(begin)
    folder = ws.path("tmp", f"rehearsal-{uuid.uuid4().hex}")
    folder.mkdir(parents=True)
    own = open_ledger(folder / "ledger.db")
    try:
        copy_known(ws.ledger, own)
        past = Past(ws.warehouse, clock, begin, end)
        stage = Workspace(ws.root, ws.settings, clock)
        vars(stage).update(warehouse=past, ledger=own, secret=ws.secret)
        yield Stage(stage, clock, past)
    finally:
        own.close()
        shutil.rmtree(folder, ignore_errors=True)
