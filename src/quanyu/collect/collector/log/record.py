"""How one record lies in a file of the log: a mark, its length and checksum, and what is kept; and how files are read."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

MARK = b"\xffQL\x01"
"""Begins every record, so that reading goes on behind damaged bytes."""
_HEADER = struct.Struct("<4sII")
HEADER = _HEADER.size
_HEAD = struct.Struct("<6s8sI")
_KIND = b"QYLOG\x01"
HEAD = 2 * _HEAD.size
"""Bytes before the first record of a file: twice the salt that its checksums begin with."""
LONGEST = 64 << 20
"""Bytes of the longest record."""
BLOCK = 4 << 20


@dataclass(frozen=True)
class Piece:
    """Some bytes of a file, from `at` to `end`: a record, or damaged ones (`payload` is None).

    `is_tail` are bytes at the end that are no whole record (yet).
    """

    at: int
    end: int
    payload: bytes | None = None
    is_tail: bool = False


def new_head() -> tuple[bytes, int]:
    """Return the first bytes of a new file and what its checksums begin with.

    The salt is drawn, so that nobody can post bytes that would be read as records where a file is damaged.
    """
    salt = secrets.token_bytes(8)
    return _HEAD.pack(_KIND, salt, crc32(salt)) * 2, crc32(salt + _KIND)


def salt_of(head: bytes) -> int | None:
    """Return what the checksums of a file begin with, None where neither of its two heads is whole."""
    for place in (0, _HEAD.size):
        if len(head) >= place + _HEAD.size:
            kind, salt, check = _HEAD.unpack_from(head, place)
            if kind == _KIND and crc32(salt) == check:
                return crc32(salt + _KIND)
    return None


def framed(payload: bytes, salt: int) -> tuple[bytes, bytes]:
    """Return a record as it is written, in two parts."""
    return _HEADER.pack(MARK, len(payload), _sum(payload, salt)), payload


def _sum(payload: bytes, salt: int) -> int:
    return crc32(payload, crc32(len(payload).to_bytes(4, "little"), salt))


def pieces(file: Path, since: int = HEAD, until: int | None = None) -> Iterator[Piece]:
    """Yield the records of a file from a place on, and between them what is damaged; memory is that of the longest."""
    with file.open("rb") as stream:
        size = stream.seek(0, 2) if until is None else until
        stream.seek(0)
        salt = salt_of(stream.read(HEAD))
        if salt is None:
            if size:
                yield Piece(0, size, is_tail=size <= HEAD)
            return
        yield from _Reading(stream, size, salt).pieces(max(since, HEAD))


@dataclass
class _Reading:
    """A file being read up to its size, block by block."""

    stream: BinaryIO
    size: int
    salt: int

    def pieces(self, at: int) -> Iterator[Piece]:
        """Yield what lies from a place on; a record that is cut off is read again with all that it needs."""
        bad: int | None = None
        want = BLOCK
        while at < self.size:
            self.stream.seek(at)
            data = self.stream.read(min(want, self.size - at))
            if not data:
                break
            is_last = at + len(data) >= self.size or len(data) < min(want, self.size - at)
            place, want = 0, BLOCK
            while place < len(data):
                end = self._end(data, place)
                if end is not None and end > len(data) and not is_last:
                    want = max(BLOCK, end - place)
                    break
                if end is None or end > len(data):
                    bad = at + place if bad is None else bad
                    place = self._next(data, place, is_last=is_last)
                    continue
                if bad is not None:
                    yield Piece(bad, at + place)
                    bad = None
                yield Piece(at + place, at + end, data[place + HEADER : end])
                place = end
            at += place
            if is_last:
                break
        if bad is not None:
            yield Piece(bad, self.size, is_tail=True)

    def _end(self, data: bytes, place: int) -> int | None:
        """Return where the record at a place ends, beyond the data where it is cut off, None where there is no record."""
        if place + HEADER > len(data):
            return len(data) + HEADER if MARK.startswith(data[place : place + 4]) else None
        mark, length, check = _HEADER.unpack_from(data, place)
        end = int(place + HEADER + length)
        if mark != MARK or length > LONGEST:
            return None
        if end <= len(data) and _sum(data[place + HEADER : end], self.salt) != check:
            return None
        return end

    @staticmethod
    def _next(data: bytes, place: int, *, is_last: bool) -> int:
        """Return where the next record may begin, the end of the data where none does."""
        near = data.find(MARK, place + 1)
        if near >= 0:
            return near
        rest = len(MARK) - 1
        return len(data) if is_last else max(place + 1, len(data) - rest)
