"""Read the sheets of a workbook that hold tables, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.collect.header import normal
from quanyu.collect.left_out import ABOVE, BLANK, FAR, HIDDEN, NO_TABLE, REPEATED, is_blank
from quanyu.collect.manner import BELOW, DateSystem
from quanyu.collect.text import sniff
from quanyu.collect.workbook.book import Book, opened
from quanyu.collect.workbook.span import filled_down
from quanyu.errors import UnreadableFileError

BATCH = 20_000
KNOWN = 2
"""A sheet has a table if a row of its head has so many known column names."""


@dataclass(frozen=True)
class Sheet:
    """A sheet with a table: the workbook to open, and what of the workbook is left out beside it, by rule."""

    book: Path
    name: str
    is_alone: bool
    left_out: dict[str, int]


@dataclass(frozen=True)
class Lines:
    """A sheet in Parquet: its row numbers as `n` and text columns c0, c1, ...; what is left out of it, by rule; the
    columns in which cells are merged over rows; and its date system.
    """

    header: tuple[str, ...]
    left_out: dict[str, int]
    merged: tuple[int, ...] = ()
    date_system: DateSystem = "1900"


def sheets_of(path: Path, name: str, known: frozenset[str], work: Path) -> list[Sheet]:
    """Return the sheets that are loaded: the visible ones in which a row of the head names known columns.

    If there is none, the one that comes nearest, so that its header can be told.
    """
    with opened(path, name, work / "book.xlsx") as book:
        shown = [each for each in book.sheets if each not in book.hidden] or list(book.sheets)
        hidden = [each for each in book.sheets if each not in shown]
        if not shown:
            raise UnreadableFileError("{file} has no rows.", "Export it again.", file=name)
        scores = {each: _best(list(islice(book.rows(each), sniff.ROWS)), known)[0] for each in shown}
        tables = [each for each in shown if scores[each] >= KNOWN] if len(shown) > 1 else shown
        tables = tables or [max(scores, key=lambda each: scores[each])]
        left_out = {
            HIDDEN: sum(_n_lines(book, each) for each in hidden),
            NO_TABLE: sum(_n_lines(book, each) for each in shown if each not in tables),
        }
    return [
        Sheet(
            book.path,
            each,
            len(tables) == 1,
            (left_out if each == tables[0] else {}) | {FAR: book.far.get(each, 0)},
        )
        for each in tables
    ]


def read_sheet(sheet: Sheet, name: str, known: frozenset[str], into: Path) -> Lines:
    """Write the rows under the sheet's header to Parquet; the header is the row of the head that names most columns."""
    with opened(sheet.book, name) as book:
        head = list(islice(book.rows(sheet.name), sniff.ROWS))
        if not any(not is_blank(row) for row in head):
            raise UnreadableFileError("{file} has no rows.", "Export it again.", file=name)
        _, at = _best(head, known)
        header = tuple(_named(head[at]))
        spans = [span for span in book.spans(sheet.name) if at < span.first and span.column < len(header)]
        rows = filled_down(book.rows(sheet.name), spans, BELOW)
        n_repeated = _write(rows, at + 1, header, into)
    above = [BLANK if is_blank(row) else ABOVE for row in head[:at]]
    left_out = sheet.left_out | {rule: above.count(rule) for rule in (ABOVE, BLANK)} | {REPEATED: n_repeated}
    merged = tuple(sorted({span.column for span in spans}))
    return Lines(header, {rule: n for rule, n in left_out.items() if n}, merged, book.date_system)


def _best(rows: Sequence[Sequence[str]], known: frozenset[str]) -> tuple[int, int]:
    scores = [(sniff.n_known(row, known), -i) for i, row in enumerate(rows) if not is_blank(row)]
    score, at = max(scores, default=(-1, 0))
    return score, -at


def _n_lines(book: Book, name: str) -> int:
    return sum(not is_blank(row) for row in book.rows(name))


def _write(rows: Iterator[list[str]], first: int, header: Sequence[str], into: Path) -> int:
    """Write the rows from a place on; return how many repeated the header and were left out."""
    width = len(header)
    schema = pa.schema([("n", pa.int64())] + [(f"c{i}", pa.string()) for i in range(width)])
    names, n_repeated = [normal(cell) for cell in header], 0
    numbered = islice(enumerate(rows, 1), first, None)
    into.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(into, schema, compression="lz4") as writer:
        while batch := list(islice(numbered, BATCH)):
            kept = [(n, row) for n, row in batch if row[0] != header[0] or not _is_header(row, names)]
            n_repeated += len(batch) - len(kept)
            columns = [[(row[i] or None) if i < len(row) else None for _, row in kept] for i in range(width)]
            writer.write_table(pa.table([[n for n, _ in kept], *columns], schema=schema))
    return n_repeated


def _named(header: Sequence[str]) -> list[str]:
    """Return a header up to its last name: what stands to the right of it is a note beside the table."""
    last = max((i for i, cell in enumerate(header) if cell.strip()), default=-1)
    return list(header[: last + 1])


def _is_header(row: Sequence[str], names: Sequence[str]) -> bool:
    return [normal(cell) for cell in _named(row)] == names
