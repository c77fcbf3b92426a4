"""Read the sheets of a workbook that hold tables, as text."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from quanyu.collect.layout import normal
from quanyu.collect.left_out import ABOVE, BLANK, FAR, HIDDEN, NO_TABLE, REPEATED, is_blank
from quanyu.collect.sniff import ROWS, n_known
from quanyu.collect.workbook import sound
from quanyu.errors import UnreadableFileError

BATCH = 20_000
KNOWN = 2
"""A sheet has a table if a row of its head has so many known column names."""
EXACT = 2**53
"""Whole numbers below it are exact in a workbook."""


@dataclass(frozen=True)
class Sheet:
    """A sheet with a table: the workbook to open, and what of the workbook is left out beside it, by rule."""

    book: Path
    name: str
    is_alone: bool
    left_out: dict[str, int]


@dataclass(frozen=True)
class Lines:
    """A sheet in Parquet: its row numbers as `n` and text columns c0, c1, ...; what is left out of it, by rule."""

    header: tuple[str, ...]
    left_out: dict[str, int]


def sheets_of(path: Path, name: str, known: frozenset[str], work: Path) -> list[Sheet]:
    """Return the sheets that are loaded: the visible ones in which a row of the head names known columns.

    If there is none, the one that comes nearest, so that its header can be told.
    """
    with _open(path, name, work / "book.xlsx") as (book, opened, far):
        shown = [
            each.name for each in opened.sheets_metadata if each.visible is SheetVisibleEnum.Visible
        ] or opened.sheet_names
        hidden = [each for each in opened.sheet_names if each not in shown]
        if not shown:
            raise UnreadableFileError("{file} has no rows.", "Export it again.", file=name)
        scores = {each: _best(list(islice(_rows(opened, each), ROWS)), known)[0] for each in shown}
        tables = [each for each in shown if scores[each] >= KNOWN] if len(shown) > 1 else shown
        tables = tables or [max(scores, key=lambda each: scores[each])]
        left_out = {
            HIDDEN: sum(_n_lines(opened, each) for each in hidden),
            NO_TABLE: sum(_n_lines(opened, each) for each in shown if each not in tables),
        }
    return [
        Sheet(book, each, len(tables) == 1, (left_out if each == tables[0] else {}) | {FAR: far.get(each, 0)})
        for each in tables
    ]


def read_sheet(sheet: Sheet, name: str, known: frozenset[str], into: Path) -> Lines:
    """Write the rows under the sheet's header to Parquet; the header is the row of the head that names most columns."""
    with _open(sheet.book, name, None) as (_, opened, _far):
        head = list(islice(_rows(opened, sheet.name), ROWS))
        if not any(not is_blank(row) for row in head):
            raise UnreadableFileError("{file} has no rows.", "Export it again.", file=name)
        _, at = _best(head, known)
        header = tuple(_named(head[at]))
        n_repeated = _write(_rows(opened, sheet.name), at + 1, header, into)
    above = [BLANK if is_blank(row) else ABOVE for row in head[:at]]
    left_out = sheet.left_out | {rule: above.count(rule) for rule in (ABOVE, BLANK)} | {REPEATED: n_repeated}
    return Lines(header, {rule: n for rule, n in left_out.items() if n})


@contextmanager
def _open(
    path: Path, name: str, into: Path | None
) -> Iterator[tuple[Path, CalamineWorkbook, dict[str, int]]]:
    """Open a workbook, made safe first unless it is; say in our words what is wrong with it."""
    try:
        book, far = sound(path, into) if into else (path, {})
        yield book, CalamineWorkbook.from_path(str(book)), far
    except PasswordError:
        raise _protected(name) from None
    except (
        CalamineError, ValueError, IndexError, KeyError, zipfile.BadZipFile, ElementTree.ParseError, EOFError,
        NotImplementedError,
    ) as error:  # fmt: skip
        if _is_encrypted(path):
            raise _protected(name) from None
        raise UnreadableFileError(
            "{file} is damaged, truncated or protected: {error}.",
            "Open it in Excel and save it again, without a password.",
            file=name,
            error=str(error),
        ) from None


def _protected(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        "{file} is protected by a password.", "Open it in Excel and save it without one.", file=name
    )


def _is_encrypted(path: Path) -> bool:
    """An encrypted workbook is a container whose parts are named so."""
    with path.open("rb") as stream:
        return "EncryptedPackage".encode("utf-16-le") in stream.read()


def _best(rows: Sequence[Sequence[str]], known: frozenset[str]) -> tuple[int, int]:
    scores = [(n_known(row, known), -i) for i, row in enumerate(rows) if not is_blank(row)]
    score, at = max(scores, default=(-1, 0))
    return score, -at


def _n_lines(book: CalamineWorkbook, name: str) -> int:
    return sum(not is_blank(row) for row in _rows(book, name))


def _rows(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    for row in book.get_sheet_by_name(name).iter_rows():
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """Return a cell as text: exact numbers in digits, others as Python writes them, days with their midnight."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return f"{cell.isoformat()} 00:00:00" if isinstance(cell, dt.date) else str(cell)


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
