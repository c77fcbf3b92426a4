"""A step of the loop: declared beside the function that does it, found there by the loop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from quanyu.text import Text
from quanyu.workspace import Workspace

Kept = Literal["whole", "by_row", "by_person", "by_day", "by_order"]
"""How a step brings its tables up to date: all anew, or only what rows give that came, or people, days or orders that something
touched."""


@dataclass(frozen=True)
class Step:
    """One step: the tables it reads and writes, the settings and files of the workspace it depends on, what it does.

    Steps meet only in tables, so the order of the turn follows from `reads` and `writes`. A step with `waiting`
    works off what the ledger holds: it is due when that says what waits, and never otherwise. A step that
    `may_stop` the turn comes before all that do not write what it reads. `kept` says what it works out anew: what comes
    out is the same in any case. What it reads `earlier` it reads as the turn before left it, so that a loop of tables closes
    from turn to turn; `record` tells what of the ledger it depends on, as a text that changes with it.
    """

    name: str
    label: Text
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    do: Callable[[Workspace, dt.date], Any]
    settings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    waiting: Callable[[Workspace], str] | None = None
    may_stop: bool = False
    kept: Kept = "whole"
    earlier: tuple[str, ...] = ()
    record: Callable[[Workspace], str] | None = None

    @property
    def looks_at(self) -> tuple[str, ...]:
        """All tables it depends on: those it comes after, and those it reads as the turn before left them."""
        return (*self.reads, *self.earlier)
