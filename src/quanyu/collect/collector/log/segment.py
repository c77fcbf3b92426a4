"""The files of logs: how they are named, where a place in a log is, and reading on from one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from quanyu.collect.collector.log.record import HEAD, HEADER, framed, pieces, salt_of
from quanyu.collect.collector.message import Posted

NAMED = re.compile(r"(?P<log>.+)-(?P<number>\d{5,})\.log")
BITS = 32
"""A place in a log is the number of its file and, in so many bits, the byte in it."""
_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Posted)


@dataclass(frozen=True)
class Segment:
    """One file of a log."""

    log: str
    number: int
    path: Path

    @property
    def begin(self) -> int:
        """The place of its first byte."""
        return self.number << BITS


@dataclass(frozen=True)
class Entry:
    """One record of a log from a place `at` to the `next`: what was posted, or None where it is damaged or was erased."""

    segment: Segment
    at: int
    next: int
    posted: Posted | None
    is_damaged: bool = False

    @property
    def offset(self) -> int:
        """The byte of the file at which it begins."""
        return self.at & ((1 << BITS) - 1)

    def blank(self) -> None:
        """Overwrite what it keeps with zeros, where it lies, so that nothing of it can be read again."""
        length = self.next - self.at - HEADER
        descriptor = os.open(self.segment.path, os.O_RDWR)
        try:
            salt = salt_of(os.pread(descriptor, HEAD, 0))
            if salt is not None and length >= 0:
                os.pwrite(descriptor, b"".join(framed(bytes(length), salt)), self.offset)
                os.fdatasync(descriptor)
        finally:
            os.close(descriptor)


def packed(posted: Posted) -> bytes:
    """Return what a record keeps."""
    return _ENCODER.encode(posted)


def segment_path(folder: Path, log: str, number: int) -> Path:
    """Return the file of a log with a number."""
    return folder / f"{log}-{number:05}.log"


def segments(folder: Path, log: str | None = None) -> list[Segment]:
    """Return the files of a log, or of all, from the first."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except FileNotFoundError:
        return []
    matches = (NAMED.fullmatch(name) for name in names)
    listed = [Segment(m["log"], int(m["number"]), folder / m.string) for m in matches if m]
    return sorted((s for s in listed if log in (None, s.log)), key=lambda s: (s.log, s.number))


def logs(folder: Path) -> list[str]:
    """Return the names of the logs in a folder."""
    return sorted({segment.log for segment in segments(folder)})


def entries(folder: Path, log: str, since: int = 0) -> Iterator[Entry]:
    """Yield the records of a log from a place on; damaged ones among them, but not what is still being written."""
    files = [each for each in segments(folder, log) if each.number >= since >> BITS]
    for segment in files:
        yield from _of(segment, max(since - segment.begin, HEAD), is_last=segment is files[-1])


def _of(segment: Segment, offset: int, *, is_last: bool) -> Iterator[Entry]:
    with suppress(FileNotFoundError):  # what is removed was brought into the tables
        for piece in pieces(segment.path, offset):
            if piece.is_tail and is_last:
                return  # it is being written, or the writer was killed: nothing of it was acknowledged
            posted, is_damaged = _posted(piece.payload)
            at, end = segment.begin + piece.at, segment.begin + piece.end
            yield Entry(segment, at, end, posted, is_damaged)


def _posted(payload: bytes | None) -> tuple[Posted | None, bool]:
    if payload is not None and payload[:1] in (b"", b"\0"):
        return None, False
    try:
        return _DECODER.decode(payload or b""), False
    except msgspec.DecodeError:
        return None, True


def newest(folder: Path, most: int, tail: int = 1 << 20) -> list[Posted]:
    """Return what was posted last to any log, newest first, as far as it lies in the last bytes of the files."""
    found: list[Posted] = []
    for log in logs(folder):
        for segment in reversed(segments(folder, log)[-2:]):
            since = max(segment.path.stat().st_size - tail, HEAD)
            found += [entry.posted for entry in _of(segment, since, is_last=True) if entry.posted]
    return sorted(found, key=lambda posted: -posted.received_at)[:most]
