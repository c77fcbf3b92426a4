"""Find out from a text file's head what separates its cells and where its header is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from quanyu.collect.header import normal
from quanyu.collect.left_out import ABOVE, BLANK, is_blank
from quanyu.collect.text.cell import cells_of
from quanyu.collect.text.line import LONGEST, blocks
from quanyu.errors import UnreadableFileError

ROWS = 30
"""The header is looked for in this many lines: platforms put titles and date ranges above it."""
DELIMITERS = (",", "\t", ";", "|")
AHEAD = 20
"""Lines that one record of the head may go over."""
SAMPLE = 200
"""Records after the header that tell how many cells a record has."""
ODD = 0.05
"""A text table has fewer control characters than this."""


@dataclass(frozen=True)
class Head:
    """What stands above the data of a text file: the header and how it is cut, as read and as it stands.

    `n_bytes` and `n_lines` reach up to the data, `n_records` counts records there, which is how rows are numbered for
    people; `above` are the records that are not the header, by rule.
    """

    delimiter: str
    header: tuple[str, ...]
    raw_header: bytes
    n_bytes: int
    n_lines: int
    n_records: int
    above: dict[str, int] = field(default_factory=dict)


def head_of(path: Path, name: str, known: frozenset[str]) -> Head:
    """Return the head of a UTF-8 file: the delimiter and record whose cells are most often `known` column names.

    Raises `UnreadableFileError` when it holds no table.
    """
    lines = _first_lines(path)
    _refuse_binary(lines, name)
    headers = [row for delimiter in DELIMITERS if (row := _header(lines, delimiter, known))]
    if not headers:
        raise UnreadableFileError("{file} has no records.", "Export it again.", file=name)
    most = max(row.n_known for row in headers)
    heads = [_head(lines, row) for row in headers if row.n_known == most]
    return max(heads, key=lambda head: len(head.header))


def n_known(cells: Sequence[str], known: frozenset[str]) -> int:
    """Return how many cells are known column names."""
    return sum(normal(cell) in known for cell in cells)


def _first_lines(path: Path) -> list[bytes]:
    with path.open("rb") as stream:
        lines: list[bytes] = []
        for block in blocks(stream):
            lines += block
            if len(lines) > ROWS + SAMPLE:
                break
    return lines[: ROWS + SAMPLE + AHEAD]


def _refuse_binary(lines: Sequence[bytes], name: str) -> None:
    text = b"".join(lines)[:LONGEST].replace(b"\x00", b"").decode(errors="replace")
    n_odd = sum(n for mark, n in Counter(text).items() if mark < " " and mark not in "\t\r\n\v\f\x1a")
    if not text.strip() or n_odd + text.count("\ufffd") / 4 > ODD * len(text):
        raise UnreadableFileError(
            "{file} is not a text table: it holds binary data.",
            "Export it as CSV, xlsx, JSON lines or Parquet.",
            file=name,
        )


@dataclass(frozen=True)
class _Header:
    """The record that is the header if a delimiter is the right one: where it begins, and how many lines it has."""

    delimiter: str
    at: int
    cells: tuple[str, ...]
    n_lines: int
    n_known: int


def _header(lines: Sequence[bytes], delimiter: str, known: frozenset[str]) -> _Header | None:
    """Try every line as the header, so that a stray quote in a title cannot swallow it."""
    tries = [(at, *_record(lines, at, delimiter)) for at in range(min(ROWS, len(lines)))]
    full = [
        _Header(delimiter, at, tuple(cells), n, n_known(cells, known))
        for at, cells, n in tries
        if not is_blank(cells)
    ]
    return max(full, key=lambda row: (row.n_known, -row.at), default=None)


def _head(lines: Sequence[bytes], header: _Header) -> Head:
    """Return the head of a file whose header was found, fitted to the records after it."""
    at, data_at, delimiter = header.at, header.at + header.n_lines, header.delimiter
    data = [tuple(row) for row in _records(lines, data_at, delimiter) if not is_blank(row)]
    above = _above(lines, at, delimiter)
    return Head(
        delimiter=delimiter,
        header=_fitted(header.cells, data),
        raw_header=b"".join(lines[at:data_at]).rstrip(b"\r\n"),
        n_bytes=sum(map(len, lines[:data_at])),
        n_lines=data_at,
        n_records=len(above) + 1,
        above=dict(Counter(above)),
    )


def _record(lines: Sequence[bytes], at: int, delimiter: str) -> tuple[list[str], int]:
    """Return the cells of the record that begins at a line and how many lines it has."""
    closing = re.compile(rb'" *(?:' + re.escape(delimiter.encode()) + rb"|[\r\n]|$)")
    for n in range(1, min(AHEAD, len(lines) - at) + 1):
        # A record that is open stays open until a line that could close a cell.
        if n == 1 or closing.search(lines[at + n - 1].replace(b"\x00", b"")):
            cells = cells_of(_text(b"".join(lines[at : at + n])), delimiter)
            if cells is not None:
                return cells, n
    return _text(lines[at]).split(delimiter), 1


def _records(lines: Sequence[bytes], at: int, delimiter: str) -> Iterator[list[str]]:
    while at < len(lines):
        cells, n = _record(lines, at, delimiter)
        yield cells
        at += n


def _above(lines: Sequence[bytes], header: int, delimiter: str) -> list[str]:
    """Return for each record above the header the rule that leaves it out."""
    rules, at = [], 0
    while at < header:
        cells, n = _record(lines, at, delimiter)
        rules.append(BLANK if is_blank(cells) else ABOVE)
        at += n if at + n <= header else 1
    return rules


def _text(body: bytes) -> str:
    return body.rstrip(b"\r\n").replace(b"\x00", b"").decode(errors="replace").removeprefix("\ufeff")


def _fitted(header: tuple[str, ...], data: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Fit the header to the records where only empty cells make the difference (a trailing delimiter)."""
    most = Counter(len(row) for row in data[:-1] or data).most_common(1)
    width = most[0][0] if most else len(header)
    if width > len(header) and is_blank([cell for row in data for cell in row[len(header) :]]):
        return header + ("",) * (width - len(header))
    if width < len(header) and is_blank(header[width:]):
        return header[:width]
    return header
