"""Make sure that a text file is cut as people mean it before the engine reads it, and find refused records again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from quanyu.collect.text.cut import Form, Plain, Record, records
from quanyu.collect.text.line import SHOWN, Overlong
from quanyu.warehouse.reader import Text

HEAD = 2
"""Records that tell whether the first of them explains the header."""


@dataclass(frozen=True)
class Source:
    """A UTF-8 text file whose data begins at a byte, after so many lines and records. `is_own`: it is the user's file."""

    path: Path
    form: Form
    n_bytes: int
    n_lines: int
    n_records: int
    is_own: bool = True


@dataclass(frozen=True)
class Settled:
    """What the engine reads, and the records that are not in it: how many are refused, and left out by which rule.

    `head` are the first records that it reads.
    """

    text: Text
    n_broken: int
    left_out: dict[str, int]
    head: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Refused:
    """A refused record as it stands in the file; of one that is too long, the beginning and where it lies."""

    line: int
    reason: str
    content: str
    byte_offset: int | None = None
    n_bytes: int | None = None


def settled(source: Source, into: Path) -> Settled:
    """Go through the file once. If every record is a plain line the engine reads the file itself, else a clean copy."""
    counts, head = Counter[str](), list[tuple[str, ...]]()
    n_broken, at, copy, longest = 0, source.n_bytes, None, source.n_bytes
    with source.path.open("rb") as stream:
        end = _end(stream.read(source.n_bytes))
        try:
            for piece in records(stream, source.form):
                longest = max(longest, piece.longest)
                if len(head) < HEAD:
                    head += piece.rows(source.form, HEAD)
                if isinstance(piece, Record):
                    n_broken += bool(piece.why)
                    counts[piece.rule] += bool(piece.rule)
                elif copy is None and end and _end(piece.text) == end and not piece.has_quotes:
                    at += len(piece.text)
                    continue
                if copy is None:
                    into.parent.mkdir(parents=True, exist_ok=True)
                    copy = into.open("wb")
                    _copy(source, at, copy)
                _write(piece, source.form, end or b"\n", copy)
        finally:
            if copy:
                copy.close()
    return Settled(
        _text(source, into if copy else None, longest, end or b"\n"), n_broken, dict(+counts), tuple(head)
    )


def _text(source: Source, copy: Path | None, longest: int, end: bytes) -> Text:
    form = source.form
    if copy is None:
        return Text(
            path=source.path,
            width=form.width,
            delimiter=form.delimiter,
            quote="",
            skip=source.n_lines,
            longest=longest,
            end=end.decode(),
        )
    # Quotes within quotes are written twice.
    return Text(
        path=copy,
        width=form.width,
        delimiter=form.delimiter,
        quote='"' if form.is_quoted else "",
        skip=0,
        longest=2 * longest,
        end=end.decode(),
    )


def _end(text: bytes) -> bytes:
    """Return how the lines end if all end alike, in LF or CR LF; else nothing."""
    n_cr = text.count(b"\r")
    if not n_cr:
        return b"\n"
    return b"\r\n" if n_cr == text.count(b"\r\n") == text.count(b"\n") else b""


def _copy(source: Source, until: int, out: IO[bytes]) -> None:
    """Copy what has been found plain so far."""
    with source.path.open("rb") as stream:
        stream.seek(source.n_bytes)
        rest = until - source.n_bytes
        while rest and (block := stream.read(min(rest, 1 << 20))):
            out.write(block)
            rest -= len(block)


def _write(piece: Plain | Record, form: Form, end: bytes, out: IO[bytes]) -> None:
    if isinstance(piece, Plain):
        text = piece.text
        if b"\r" in text or end != b"\n":
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", end)
        out.write(text if text.endswith(end) else text + end)
    elif not piece.why and not piece.rule:
        out.write(piece.as_line(form) + end)


def refusals(source: Source, wanted: Iterator[tuple[int, str]]) -> Iterator[Refused]:
    """Yield what is refused in the order of the file: the broken records, and the `wanted` (number from 0, reason)."""
    n_good, line, at = 0, source.n_records + 1, source.n_bytes
    number, reason = next(wanted, (-1, ""))
    with source.path.open("rb") as stream:
        stream.seek(source.n_bytes)
        for piece in records(stream, source.form):
            if isinstance(piece, Record):
                if piece.why:
                    yield _refused(source, line, piece.why, piece.text, at)
                elif not piece.rule:
                    if number == n_good:
                        yield _refused(source, line, reason, piece.text, at)
                        number, reason = next(wanted, (-1, ""))
                    n_good += 1
                line, at = line + 1, at + piece.n_bytes
                continue
            done, place = 0, at
            while 0 <= number < n_good + len(piece.lines):
                index = number - n_good
                place += sum(map(len, piece.lines[done:index]))
                yield _refused(source, line + index, reason, piece.lines[index], place)
                done = index
                number, reason = next(wanted, (-1, ""))
            n_good, line, at = n_good + len(piece.lines), line + len(piece.lines), at + len(piece.text)


def _refused(source: Source, line: int, reason: str, text: bytes, at: int) -> Refused:
    content = text.rstrip(b"\r\n").decode(errors="ignore" if isinstance(text, Overlong) else "strict")
    if not isinstance(text, Overlong):
        return Refused(
            line, reason, content, at if source.is_own else None, len(text) if source.is_own else None
        )
    return Refused(line, reason, content[:SHOWN] + "…", at if source.is_own else None, text.n_bytes)
