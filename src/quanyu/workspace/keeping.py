"""What the ledger remembers of the tables: compared before they are written, brought up to date afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping
from contextlib import suppress

from quanyu import ledger
from quanyu.errors import DamageError, QuanyuError
from quanyu.ledger import Ledger, Mark
from quanyu.tables import CONTRACTS
from quanyu.warehouse import State, Warehouse
from quanyu.warehouse.fault import damaged


def check(warehouse: Warehouse, records: Ledger, again: Container[str] = ()) -> dict[str, int]:
    """Return the newest version of every table; raise `DamageError` for one that lost what the ledger remembers.

    A version newer than remembered is fine: it was written by a process that was killed before it could say so.
    """
    for name, mark in ledger.list_marks(records).items():
        if name in CONTRACTS and name not in again:
            lost = warehouse.fault(name, State(mark.version, mark.n_rows, mark.digest))
            if lost:
                raise damaged(name, lost)
    return {name: warehouse.newest(name) for name in CONTRACTS}


def mark(warehouse: Warehouse, records: Ledger, *, at: dt.datetime) -> None:
    """Remember the tables as they are."""
    known = ledger.list_marks(records)
    marks = []
    for name in CONTRACTS:
        old = known.get(name)
        if warehouse.newest(name) >= 0 and not (old and warehouse.is_at(name, old.version, old.digest)):
            with suppress(DamageError):  # it is told when the table is read
                state = warehouse.state(name)
                marks.append(Mark(name, state.version, state.n_rows, state.digest))
    ledger.keep_marks(records, marks, at=at)


def tidy(warehouse: Warehouse, before: Mapping[str, int]) -> None:
    """Tidy the tables that were written since; what cannot be tidied now is the next time."""
    for name, number in before.items():
        if warehouse.newest(name) != number:
            with suppress(QuanyuError, OSError):
                warehouse.tidy(name)
