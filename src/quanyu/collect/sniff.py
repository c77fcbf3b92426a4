"""Find out from a text file's head how it is encoded, what separates its cells, and where its header is."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from quanyu.collect.layout import normal
from quanyu.errors import UnreadableFileError

HEAD = 1 << 18
ROWS = 15
"""The header is looked for in this many records: platforms put titles and date ranges above it."""
DELIMITERS = (",", "\t", ";", "|")
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
BLOCK = 1 << 20


@dataclass(frozen=True)
class Cut:
    """How a text file is cut: the header's cells, the lines up to and with it, and cells per record.

    `n_records` counts records rather than lines up to the header, which is how rows are numbered for people.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    n_lines: int
    n_records: int
    first_rows: tuple[tuple[str, ...], ...]


def encoding_of(path: Path, *, is_utf8: bool) -> str:
    """Return the Python name of a file's encoding: a byte-order mark, UTF-8, UTF-16, GB18030, or the likeliest."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    for mark, name in BOMS.items():
        if head.startswith(mark):
            return name
    if head[1:2000:2].count(0) > len(head[:2000]) // 4:
        return "utf-16-le"
    if is_utf8:
        return "utf-8"
    if _decoded(head, "gb18030") is not None:
        return "gb18030"
    best = from_bytes(head).best()
    return best.encoding if best else "gb18030"


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def to_utf8(path: Path, encoding: str, into: Path) -> Path:
    """Write the file again in UTF-8, block by block; what cannot be decoded becomes U+FFFD."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open(encoding=encoding, errors="replace", newline="") as text,
        into.open("w", encoding="utf-8", newline="") as out,
    ):
        while block := text.read(BLOCK):
            out.write(block)
    return into


def cut_of(path: Path, encoding: str, known: frozenset[str]) -> Cut:
    """Return how the file is cut: the delimiter and record whose cells are most often `known` column names.

    Raises `UnreadableFileError` when the head holds no table.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        head = text.read(HEAD)
    if "\x00" in head:
        raise UnreadableFileError(
            "{file} is not a text table: it holds binary data.",
            "Export it as CSV, xlsx, JSON lines or Parquet.",
            file=path.name,
        )
    cuts = [cut for delimiter in DELIMITERS if (cut := _cut(head, encoding, delimiter, known))]
    if not cuts:
        raise UnreadableFileError("{file} has no records.", "Export it again.", file=path.name)
    return max(cuts, key=lambda cut: (n_known(cut.header, known), len(cut.header)))


def n_known(cells: Sequence[str], known: frozenset[str]) -> int:
    """Return how many cells are known column names."""
    return sum(normal(cell) in known for cell in cells)


def _cut(head: str, encoding: str, delimiter: str, known: frozenset[str]) -> Cut | None:
    rows, ends = [], []
    records = csv.reader(head.splitlines(keepends=True), delimiter=delimiter)
    try:
        for record in records:
            rows.append(tuple(record))
            ends.append(records.line_num)
    except csv.Error:
        pass
    full = [i for i, row in enumerate(rows[:ROWS]) if any(cell.strip() for cell in row)]
    if not full:
        return None
    at = max(full, key=lambda i: (n_known(rows[i], known), -i))
    data = [row for row in rows[at + 1 :] if row]
    width = Counter(len(row) for row in data[:-1] or data).most_common(1)
    header = _fitted(rows[at], width[0][0] if width else len(rows[at]), data)
    return Cut(encoding, delimiter, header, ends[at], at + 1, tuple(data[:ROWS]))


def _fitted(header: tuple[str, ...], width: int, data: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Fit the header to the records where only empty cells make the difference (a trailing delimiter)."""
    if width > len(header) and not any(cell.strip() for row in data for cell in row[len(header) :]):
        return header + ("",) * (width - len(header))
    if width < len(header) and not any(cell.strip() for cell in header[width:]):
        return header[:width]
    return header
