"""Sheets as files: an Excel workbook with real numbers and dates, and CSV that Excel opens in Chinese.

Phone numbers and mail addresses in texts are masked, as on screen.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO
from zoneinfo import ZoneInfo

import xlsxwriter

from quanyu.tables.text.mask import masked
from quanyu.web.parts.sheet import Cell, Head, Kind, Sheet

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet would run as a formula."""

PHONE = re.compile(r"\+\d+\*{4}\d{4}")
"""A telephone number as it leaves, masked: no spreadsheet can work it out, so it stays as it is. Others, such as +1-1, it could."""

DIGITS: dict[Kind, int] = {"count": 0, "number": 2, "currency": 2, "ratio": 4}
"""Digits after the point by kind, as screens show them: a ratio of 0.1234 is 12.34 %."""

PART = 1 << 18
"""Characters that are written together."""

FORMATS: dict[Kind, str] = {
    "count": "#,##0", "number": "#,##0.00", "currency": "#,##0.00", "ratio": "0.00%",
    "day": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm:ss",
}  # fmt: skip


def to_csv(sheet: Sheet, zone: ZoneInfo) -> bytes:
    """Return the sheet as CSV in UTF-8 with a byte order mark; text like a formula gets an apostrophe, fractions are rounded."""
    return b"".join(csv_lines(sheet.columns, sheet.rows, zone))


def csv_lines(heads: Sequence[Head], rows: Iterable[Sequence[Cell]], zone: ZoneInfo) -> Iterator[bytes]:
    """Yield CSV in parts, however many rows there are; the first begins with a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_defused(masked(head.label)) for head in heads])
    mark = codecs.BOM_UTF8
    for row in rows:
        writer.writerow([_written(value, head.kind, zone) for value, head in zip(row, heads, strict=True)])
        if text.tell() > PART:
            yield mark + text.getvalue().encode()
            mark = b""
            text.seek(0)
            text.truncate()
    yield mark + text.getvalue().encode()


def to_xlsx(sheet: Sheet, zone: ZoneInfo) -> bytes:
    """Return the sheet as an Excel workbook; times are local to the zone, because Excel knows no zones."""
    file = io.BytesIO()
    write_xlsx(file, sheet.title, sheet.columns, sheet.rows, zone)
    return file.getvalue()


def write_xlsx(
    file: IO[bytes], title: str, heads: Sequence[Head], rows: Iterable[Sequence[Cell]], zone: ZoneInfo
) -> None:
    """Write a workbook row by row, as `to_xlsx` says, in a memory that does not grow with its rows."""
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet(sheet_name(title))
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = [
        book.add_format({"num_format": FORMATS[head.kind]} if head.kind in FORMATS else {}) for head in heads
    ]
    for place, head in enumerate(heads):
        page.set_column(place, place, max(12, min(40, 2 * len(head.label) + 4)))
        page.write_string(0, place, masked(head.label), bold)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _write(page, (line, place), _local(value, zone), formats[place])
    page.freeze_panes(1, 0)
    book.close()


def file_name(title: str, day: dt.date, suffix: str) -> str:
    """Return a file name that every system takes.

    >>> file_name("GMV / day", dt.date(2026, 11, 1), "csv")
    'GMV day 2026-11-01.csv'
    """
    return f"{re.sub(r'[^0-9A-Za-z一-鿿]+', ' ', title).strip() or 'quanyu'} {day.isoformat()}.{suffix}"


def sheet_name(title: str) -> str:
    """Return a title as Excel allows it for a worksheet: 31 characters, none of `[]:*?/\\`."""
    return re.sub(r"[\[\]:*?/\\\s]+", " ", title).strip(" '")[:31] or "Quanyu"


def _defused(text: str) -> str:
    """Return a text as a spreadsheet shows it and never runs it.

    >>> _defused("=1+1"), _defused("+cmd|' /C calc'!A0"), _defused("+86138****5678")
    ("'=1+1", "'+cmd|' /C calc'!A0", '+86138****5678')
    """
    return f"'{text}" if text.startswith(FORMULA) and not PHONE.fullmatch(text) else text


def _local(value: Cell, zone: ZoneInfo) -> Cell:
    return (
        value.astimezone(zone).replace(tzinfo=None)
        if isinstance(value, dt.datetime) and value.tzinfo
        else value
    )


def _written(value: Cell, kind: Kind, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{_local(value, zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float | Decimal):
        return _rounded(value, DIGITS.get(kind))
    return _defused(masked(value)) if isinstance(value, str) else str(value)


def _rounded(value: float | Decimal, digits: int | None) -> str:
    """Return a number without the digits that no screen shows.

    >>> _rounded(0.1 + 0.2, 2), _rounded(Decimal("1234.50"), 2), _rounded(3.0, 0), _rounded(0.07414159, 4)
    ('0.3', '1234.50', '3', '0.0741')
    """
    if digits is None or not math.isfinite(value):
        return str(value)
    return str(round(value, digits or None))


def _write(page: xlsxwriter.worksheet.Worksheet, at: tuple[int, int], value: Cell, style: object) -> None:
    if value is None:
        page.write_blank(*at, None, style)
    elif isinstance(value, bool):
        page.write_boolean(*at, value)
    elif isinstance(value, dt.date):
        page.write_datetime(*at, value, style)
    elif isinstance(value, int | float | Decimal):
        page.write_number(*at, float(value), style)
    else:
        page.write_string(*at, masked(value))
