"""What the parts of a workbook say that its reader does not pass on: merged cells, and the year from which days count."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from quanyu.collect.manner import DateSystem
from quanyu.collect.workbook import ods, xlsb
from quanyu.collect.workbook.part import blocks
from quanyu.collect.workbook.workbook import column, parts

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)(\d+):[A-Z]+(\d+)"')
_FROM_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"')


@dataclass(frozen=True)
class Span:
    """A cell merged over rows, by row and column from 0: it says the same for all of them."""

    first: int
    last: int
    column: int


def date_system_of(path: Path) -> DateSystem:
    """Return the year from which the days of a workbook (a zip archive) count."""
    with zipfile.ZipFile(path) as book:
        if xlsb.BOOK in book.namelist():
            return "1904" if xlsb.counts_from_1904(book) else "1900"
        told = book.read("xl/workbook.xml") if "xl/workbook.xml" in book.namelist() else b""
    return "1904" if _FROM_1904.search(told) else "1900"


def spans_of(path: Path, sheet: str) -> list[Span]:
    """Return the cells of a sheet that are merged over more than one row."""
    with zipfile.ZipFile(path) as book:
        part = next((part for part, name in parts(book).items() if name == sheet), "")
        if part.endswith(xlsb.SUFFIX):
            ranges = xlsb.merged(book, part)
        elif part:
            ranges = _merged(book, part)
        else:
            ranges = ods.merged(book, sheet) if ods.CONTENT in book.namelist() else iter(())
        return [Span(first, last, place) for first, last, place in ranges if last > first]


def _merged(book: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int, int]]:
    with book.open(part) as stream:
        for block in blocks(stream, b">"):
            for letters, first, last in _MERGED.findall(block):
                yield int(first) - 1, int(last) - 1, column(letters) - 1


def filled_down(rows: Iterator[list[str]], spans: Sequence[Span], mark: str) -> Iterator[list[str]]:
    """Yield the rows with the text of merged cells, behind a mark, in each row that they go over and that says something."""
    begins: dict[int, list[Span]] = {}
    for span in spans:
        begins.setdefault(span.first, []).append(span)
    still: dict[int, tuple[int, str]] = {}
    for number, row in enumerate(rows):
        says_something = bool(still) and any(row)
        for place, (last, text) in list(still.items()):
            if number > last:
                del still[place]
            elif says_something and not row[place]:
                row[place] = mark + text
        for span in begins.get(number, ()):
            if span.column < len(row) and row[span.column]:
                still[span.column] = (span.last, row[span.column])
        yield row
