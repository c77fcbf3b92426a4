"""Answers of reads, kept as long as no table changes: a page that needs no recomputation does no query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from quanyu.ledger import decisions_stamp, list_segments
from quanyu.tables import CONTRACTS
from quanyu.workspace import Workspace

T = TypeVar("T")
Key = tuple[Hashable, ...]


class Cache:
    """The newest answers of reads by function and arguments.

    Every answer is stamped with the versions of all tables, decisions and segments when it was asked for, and forgotten when any of
    them changes, so a page never shows figures older than the newest commit.
    """

    def __init__(self, ws: Workspace, size: int = 512) -> None:
        self.ws = ws
        self.size = size
        self._lock = threading.Lock()
        self._answers: OrderedDict[Key, Any] = OrderedDict()
        self._reading: dict[Key, threading.Lock] = {}
        self._stamp: tuple[Hashable, ...] = ()

    def stamp(self) -> tuple[Hashable, ...]:
        """Return the newest version of every table, decision and segment; a change makes all answers stale."""
        versions = (self.ws.warehouse.version(name) for name in CONTRACTS)
        stamp = (*versions, decisions_stamp(self.ws.ledger), *list_segments(self.ws.ledger))
        with self._lock:
            if stamp != self._stamp:
                self._answers.clear()
                self._stamp = stamp
        return stamp

    def knows(self, stamp: tuple[Hashable, ...], read: Callable[..., T], *arguments: Hashable) -> bool:
        """Say whether the answer is there already."""
        with self._lock:
            return self._key(stamp, read, arguments) in self._answers

    def ask(self, stamp: tuple[Hashable, ...], read: Callable[..., T], *arguments: Hashable) -> T:
        """Return `read(ws, *arguments)`, from memory if it was asked at this stamp before.

        Who asks while another reads the same waits for that answer rather than reading it once more.
        """
        key = self._key(stamp, read, arguments)
        with self._lock:
            reading = self._reading.setdefault(key, threading.Lock())
        try:
            with reading:
                return self._asked(key, read, arguments)
        finally:
            with self._lock:
                self._reading.pop(key, None)

    def _asked(self, key: Key, read: Callable[..., T], arguments: tuple[Hashable, ...]) -> T:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                kept: T = self._answers[key]
                return kept
        answer = read(self.ws, *arguments)
        with self._lock:
            if key[0] == self._stamp:
                self._answers[key] = answer
            while len(self._answers) > self.size:
                self._answers.popitem(last=False)
        return answer

    def _key(
        self, stamp: tuple[Hashable, ...], read: Callable[..., T], arguments: tuple[Hashable, ...]
    ) -> Key:
        return (stamp, read.__module__, read.__qualname__, *arguments)
