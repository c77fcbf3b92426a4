"""Whose a message is and whether it counts: identifiers as the loader keeps them, times that can be, nobody who was erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from quanyu.collect.reason import DIGITS_LOST, EARLY, ERASED, FUTURE, LETTER_LOST, UNREADABLE
from quanyu.collect.record import check, erased
from quanyu.collect.value import key
from quanyu.part.told_consent import tomb_of
from quanyu.tables import contract
from quanyu.workspace import Workspace

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class RefusedError(Exception):
    """A message that does not count, and why; `is_erased` if it is about somebody who was erased."""

    def __init__(self, reason: str, *, is_erased: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_erased = reason, is_erased


@dataclass(frozen=True)
class Judge:
    """What messages are judged by: the key of hashes, where telephones are, who was erased, and between which times they lie."""

    secret: str
    place: str
    tombs: Collection[str]
    since: int
    until: int

    def keys(self, ids: Iterable[tuple[str, str]]) -> list[str]:
        """Return identifiers as they are kept, without masked ones and in their order; raise `RefusedError`."""
        found: list[str] = []
        ids = list(ids)
        if self.tombs and self.speaks_of_erased(ids):
            raise RefusedError(ERASED, is_erased=True)
        for kind, value in ids:
            own = key.key_of(value, kind, self.place, self.secret)
            if own is None or own in found:
                continue
            if own.startswith(key.REFUSED):
                lost = LETTER_LOST if own == key.REFUSED + key.GARBLED else DIGITS_LOST
                raise RefusedError(lost.format(column=kind, value=value))
            found.append(own)
        return found

    def speaks_of_erased(self, ids: Iterable[tuple[str, str]]) -> bool:
        """Say whether any of the identifiers is that of somebody who was erased."""
        keys = (key.key_of(value, kind, self.place, self.secret) for kind, value in ids)
        return any(tomb_of(own, self.secret) in self.tombs for own in keys if own)

    def at(self, moment: int) -> int:
        """Return when something happened, in microseconds; raise `RefusedError` for what cannot be."""
        if self.since <= moment < self.until:
            return moment
        try:
            shown = (EPOCH + dt.timedelta(microseconds=moment)).isoformat(" ", "seconds")
        except OverflowError:
            raise RefusedError(UNREADABLE.format(column="occurred_at", value=moment, kind="a time")) from None
        told = EARLY if moment < self.since else FUTURE
        earliest = contract("events")["occurred_at"].earliest
        raise RefusedError(told.format(column="occurred_at", value=shown, earliest=earliest))


def judge_of(ws: Workspace) -> Judge:
    """Return what messages are judged by now."""
    earliest = dt.date.fromisoformat(contract("events")["occurred_at"].earliest)
    return Judge(
        ws.secret,
        f"{ws.settings.home}|{','.join(ws.settings.kinds)}",
        erased.tombs_of(ws),
        microseconds(dt.datetime.combine(earliest, dt.time(), ws.settings.zone)),
        microseconds(ws.now() + check.TOLERANCE),
    )


def microseconds(moment: dt.datetime) -> int:
    """Return a moment in microseconds since 1970."""
    return (moment - EPOCH) // dt.timedelta(microseconds=1)
