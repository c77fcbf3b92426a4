"""The log of a collector: what is kept is on the disk before it is answered, many requests by one write."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import secrets
import shutil
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock, Timeout

from quanyu.collect.collector.log.record import HEAD, framed, new_head, pieces
from quanyu.collect.collector.log.segment import BITS, packed, segment_path, segments
from quanyu.collect.collector.message import Posted
from quanyu.collect.settings import LogSettings
from quanyu.errors import CollectorFullError
from quanyu.text import Sentence
from quanyu.workspace import Workspace

WAKE_SECONDS = 1.0
"""How often a log that nobody writes to looks whether its file is old."""
FULL_SECONDS, BUSY_SECONDS = 5.0, 1.0
"""After how long clients come again: when the disk is full, and when more waits than is allowed."""
Waiting: TypeAlias = "tuple[bytes, asyncio.Future[None]]"


@dataclass
class _File:
    """The file that is written: where, what its checksums begin with, how much of it is on the disk, and since when."""

    number: int
    path: Path
    descriptor: int
    salt: int
    size: int
    begun: float = field(default_factory=time.monotonic)


@dataclass
class Counts:
    """What a log has done since it was opened."""

    n_records: int = 0
    n_commits: int = 0
    n_refused: int = 0


class Log:
    """Keeps what is posted, durably and in order. One process at a time writes to a log; a thread of its own does so."""

    FOLDER = "collector"
    """The folder of logs in a workspace."""

    def __init__(self, folder: Path, name: str, settings: LogSettings, lock: FileLock | None = None) -> None:
        self.folder, self.name, self.settings, self.counts = folder, name, settings, Counts()
        self.n_cut = _cut(folder, name)
        """Bytes of a torn end that were cut off when the log was opened."""
        self._lock = lock
        self._number = max((segment.number for segment in segments(folder, name)), default=0) + 1
        self._file: _File | None = None
        self._waiting: list[Waiting] = []
        self._n_waiting = 0
        self._room_seen = 0.0
        self._is_closing = False
        self._called = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=f"log-{name}", daemon=True)
        self._thread.start()

    @property
    def end(self) -> int:
        """The place up to which everything is on the disk."""
        file = self._file
        return (file.number << BITS) + file.size if file else self._number << BITS

    @property
    def n_waiting(self) -> int:
        """Bytes that wait to be written."""
        return self._n_waiting

    async def keep(self, posted: Posted) -> None:
        """Return when the record is on the disk; raise `CollectorFullError` if it cannot be kept now."""
        payload = packed(posted)
        if self._n_waiting + len(payload) > self.settings.backlog_mb << 20 or self._is_closing:
            self.counts.n_refused += 1
            raise refused(BUSY_SECONDS, Sentence("too much waits to be written"))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._called:
            self._waiting.append((payload, future))
            self._n_waiting += len(payload)
            if len(self._waiting) == 1:
                self._called.notify()
        await future

    def close(self) -> None:
        """Write what waits, end the thread and let go of the log."""
        with self._called:
            self._is_closing = True
            self._called.notify()
        self._thread.join()
        self._end_file()
        if self._lock:
            self._lock.release()

    @staticmethod
    def cut_torn(folder: Path) -> None:
        """Cut off the torn ends of logs that nobody writes to."""
        for name in sorted({segment.log for segment in segments(folder)}):
            with suppress(Timeout), FileLock(folder / f"{name}.lock", timeout=0):
                _cut(folder, name)

    def _work(self) -> None:
        while True:
            if batch := self._next():
                cause = self._commit([payload for payload, _ in batch])
                _answer([future for _, future in batch], cause)
            elif self._is_closing:
                return

    def _next(self) -> list[Waiting]:
        """Return all that waits, nothing where nothing came for a while."""
        with self._called:
            if not self._waiting and not self._is_closing:
                self._called.wait(WAKE_SECONDS)
            batch, self._waiting, self._n_waiting = self._waiting, [], 0
        if not batch and self._file and self._is_old(self._file):
            self._end_file()
        return batch

    def _commit(self, payloads: list[bytes]) -> str:
        """Write records with one call and wait for the disk; return why it failed, and then nothing of them is there."""
        try:
            self._check_room()
            file = self._ready(sum(map(len, payloads)))
            data = b"".join(part for payload in payloads for part in framed(payload, file.salt))
            _write(file.descriptor, data)
            os.fdatasync(file.descriptor)
        except OSError as error:
            self._give_up()
            self.counts.n_refused += len(payloads)
            return os.strerror(error.errno or errno.EIO)
        file.size += len(data)
        self.counts.n_records += len(payloads)
        self.counts.n_commits += 1
        return ""

    def _ready(self, n_bytes: int) -> _File:
        """Return the file to write to: a new one where that is full or old."""
        file = self._file
        if file and (file.size + n_bytes > self.settings.segment_mb << 20 or self._is_old(file)):
            self._end_file()
        if self._file is None:
            self._file = _begin(segment_path(self.folder, self.name, self._number), self._number)
            self._number += 1
        return self._file

    def _is_old(self, file: _File) -> bool:
        return file.size > HEAD and time.monotonic() - file.begun > self.settings.segment_seconds

    def _give_up(self) -> None:
        """Cut off what was half written and go on in a new file.

        A reader may have read on beyond the cut: no place of the log ever holds two different records.
        """
        file = self._file
        if file:
            with suppress(OSError):
                os.ftruncate(file.descriptor, file.size)
                os.fsync(file.descriptor)
        self._end_file()

    def _end_file(self) -> None:
        if self._file:
            os.close(self._file.descriptor)
        self._file = None

    def _check_room(self) -> None:
        """Raise where less than the room that has to stay is free; the disk is asked at most once a second."""
        if self.settings.room_mb and time.monotonic() - self._room_seen > WAKE_SECONDS:
            if shutil.disk_usage(self.folder).free < self.settings.room_mb << 20:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._room_seen = time.monotonic()


def open_log(ws: Workspace) -> Log:
    """Open the log of this process in a workspace: one of this machine that nobody writes to, else a new one.

    A new one has a name that never was, because places of a log are remembered where its records were brought.
    """
    folder = ws.root / Log.FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    host = re.sub(r"[^A-Za-z0-9]+", "", socket.gethostname())[:20] or "collector"
    known = sorted({each.log for each in segments(folder) if each.log.rpartition("-")[0] == host})
    settings = ws.settings.of(LogSettings)
    for name in [*known, f"{host}-{secrets.token_hex(3)}"]:
        lock = FileLock(folder / f"{name}.lock", timeout=0)
        with suppress(Timeout):
            lock.acquire()
            return Log(folder, name, settings, lock)
    raise AssertionError(name)  # a new name has no lock


def _begin(path: Path, number: int) -> _File:
    head, salt = new_head()
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        _write(descriptor, head)
        os.fsync(descriptor)
        _sync_folder(path.parent)
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    return _File(number, path, descriptor, salt, len(head))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _cut(folder: Path, name: str) -> int:
    """Cut off the torn end that a killed writer left; return how many bytes."""
    for segment in segments(folder, name)[-1:]:
        size = segment.path.stat().st_size
        for piece in pieces(segment.path):
            if piece.is_tail:
                os.truncate(segment.path, piece.at)
                return size - piece.at
    return 0


def _answer(futures: list[asyncio.Future[None]], cause: str) -> None:
    """Tell all that wait, with one call into their loop."""
    loops = {future.get_loop() for future in futures}
    for loop in loops:
        own = futures if len(loops) == 1 else [each for each in futures if each.get_loop() is loop]
        with suppress(RuntimeError):  # nobody waits in a loop that is closed
            loop.call_soon_threadsafe(_settle, own, cause)


def _settle(futures: list[asyncio.Future[None]], cause: str) -> None:
    for future in futures:
        if not future.done():
            if cause:
                future.set_exception(refused(FULL_SECONDS, cause))
            else:
                future.set_result(None)


def refused(after_seconds: float, cause: str) -> CollectorFullError:
    """Return the error of a log that takes nothing more until some seconds have gone."""
    error = CollectorFullError(
        "The collector takes nothing more for now: {cause}.",
        "Free space on the disk, or start another collector; clients send again by themselves.",
        cause=cause,
    )
    error.after_seconds = after_seconds
    return error
