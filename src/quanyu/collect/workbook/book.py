"""Open a workbook of any kind: its sheets as rows of text, its merged cells, and the year from which it counts days."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

# Its parser bounds what entities grow to, and reads nothing from outside.
from xml.etree import ElementTree  # nosec B405

import xlrd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from quanyu.collect.manner import DateSystem
from quanyu.collect.workbook import ods, xlsb
from quanyu.collect.workbook.span import Span, date_system_of, spans_of
from quanyu.collect.workbook.workbook import sound
from quanyu.errors import UnreadableFileError

OLE = b"\xd0\xcf\x11\xe0"
"""How an .xls begins, and the container of an encrypted workbook."""
EXACT = 2**53
"""Whole numbers below it are exact in a workbook."""
DAMAGED = (
    CalamineError, xlrd.XLRDError, xlrd.compdoc.CompDocError, ValueError, IndexError, KeyError, AssertionError, struct.error,
    zipfile.BadZipFile, ElementTree.ParseError, EOFError, NotImplementedError,
)  # fmt: skip
"""What the readers of workbooks raise on a file that is broken."""


@dataclass(frozen=True)
class Book:
    """A workbook that is open: where it can be opened again, the names of its sheets, the hidden ones among them, the rows
    of one from its first row on, its cells that are merged over rows, its date system, and rows too far away by sheet.
    """

    path: Path
    sheets: tuple[str, ...]
    hidden: frozenset[str]
    rows: Callable[[str], Iterator[list[str]]]
    spans: Callable[[str], list[Span]]
    date_system: DateSystem = "1900"
    far: dict[str, int] = field(default_factory=dict)


@contextmanager
def opened(path: Path, name: str, into: Path | None = None) -> Iterator[Book]:
    """Open a workbook, made safe first if there is a place `into` for a copy; say in our words what is wrong with it.

    Raises `UnreadableFileError`, also for what goes wrong while its rows are read.
    """
    try:
        with path.open("rb") as stream:
            is_old = stream.read(4) == OLE
        yield _old(path) if is_old else _new(path, into)
    except PasswordError:
        raise _protected(name) from None
    except DAMAGED as error:
        if _is_encrypted(path) or "encrypted" in str(error):
            raise _protected(name) from None
        raise UnreadableFileError(
            "{file} is damaged, truncated or protected: {error}.",
            "Open it in Excel and save it again, without a password.",
            file=name,
            error=str(error),
        ) from None


def _new(path: Path, into: Path | None) -> Book:
    """Open what is a zip archive: .xlsx, .xlsm, .xlsb and .ods."""
    safe, far = path, dict[str, int]()
    if into:
        copy = into.with_suffix(_suffix(path))
        safe, far = sound(path, copy)
        if safe == path and path.suffix.lower() not in (copy.suffix, ".xlsm"):
            # The reader believes in names.
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(path.absolute())
            safe = copy
    book = CalamineWorkbook.from_path(str(safe))
    hidden = {each.name for each in book.sheets_metadata if each.visible is not SheetVisibleEnum.Visible}

    def rows(sheet: str) -> Iterator[list[str]]:
        return ([_text(cell) for cell in row] for row in book.get_sheet_by_name(sheet).iter_rows())

    def spans(sheet: str) -> list[Span]:
        _, first = book.get_sheet_by_name(sheet).start or (0, 0)
        return [replace(span, column=span.column - first) for span in spans_of(safe, sheet)]

    return Book(
        path=safe,
        sheets=tuple(book.sheet_names),
        hidden=frozenset(hidden),
        rows=rows,
        spans=spans,
        date_system=date_system_of(safe),
        far=far,
    )


def _suffix(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return ".ods" if ods.CONTENT in names else ".xlsb" if xlsb.BOOK in names else ".xlsx"


def _old(path: Path) -> Book:
    """Open an .xls: its reader tells cells with an error from empty ones."""
    try:
        book = xlrd.open_workbook(str(path), logfile=io.StringIO(), formatting_info=True)
    except (AssertionError, IndexError, KeyError, struct.error):
        # Some programs write formats that are wrong; without them all is known but merged cells.
        book = xlrd.open_workbook(str(path), logfile=io.StringIO())
    hidden = {sheet.name for sheet in book.sheets() if sheet.visibility}

    def rows(name: str) -> Iterator[list[str]]:
        sheet = book.sheet_by_name(name)
        return (
            [_old_text(cell, book.datemode) for cell in sheet.row(number)] for number in range(sheet.nrows)
        )

    def spans(name: str) -> list[Span]:
        merged = book.sheet_by_name(name).merged_cells
        return [Span(first, end - 1, column) for first, end, column, _ in merged if end - first > 1]

    system: DateSystem = "1904" if book.datemode else "1900"
    return Book(path, tuple(book.sheet_names()), frozenset(hidden), rows, spans, system)


def _old_text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        at = xlrd.xldate.xldate_as_datetime(cell.value, datemode)
        return _text(at if cell.value >= 1 else at.time())
    return _text(cell.value)


def _text(cell: Any) -> str:
    """Return a cell as text: exact numbers in digits, others as Python writes them, days with their midnight."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return f"{cell.isoformat()} 00:00:00" if isinstance(cell, dt.date) else str(cell)


def _protected(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        "{file} is protected by a password.", "Open it in Excel and save it without one.", file=name
    )


def _is_encrypted(path: Path) -> bool:
    """An encrypted workbook is a container whose parts are named so."""
    with path.open("rb") as stream:
        return "EncryptedPackage".encode("utf-16-le") in stream.read()
