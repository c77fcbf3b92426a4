"""The content of an .ods: merged cells, and cells with an error or without a value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

# Its parser bounds what entities grow to, and reads nothing from outside.
from xml.etree import ElementTree  # nosec B405

from quanyu.collect.manner import UNCALCULATED
from quanyu.collect.workbook.part import blocks

CONTENT = "content.xml"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_FAILED = re.compile(rb"<(?:table:)?table-cell\b[^>]*\bcalcext:value-type=\"error\"[^>]*>")
"""Beside an error stands a value all the same: zero, or an empty text."""
_VALUE = re.compile(rb"\s(?:office:(?:string-)?value|(?:office|calcext):value-type)=\"[^\"]*\"")
_EMPTY_FORMULA = re.compile(
    rb"<(table:)?table-cell\b(?=[^>]*\btable:formula=)(?![^>]*\boffice:value-type=)([^>]*)/>"
)


def has_gaps(book: zipfile.ZipFile) -> bool:
    """Say whether some cells hold an error, or a formula without a value."""
    if CONTENT not in book.namelist():
        return False
    with book.open(CONTENT) as stream:
        return any(_FAILED.search(block) or _EMPTY_FORMULA.search(block) for block in blocks(stream, b">"))


def mended(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the content with these cells as texts."""
    told = (
        b'<\\1table-cell\\2 office:value-type="string"><text:p>%s</text:p></\\1table-cell>'
        % UNCALCULATED.encode()
    )
    for block in blocks(stream, b">"):
        yield _EMPTY_FORMULA.sub(told, _FAILED.sub(_as_text, block))


def _as_text(cell: re.Match[bytes]) -> bytes:
    return _VALUE.sub(b"", cell.group()).replace(b"table-cell", b'table-cell office:value-type="string"', 1)


def merged(book: zipfile.ZipFile, sheet: str) -> Iterator[tuple[int, int, int]]:
    """Yield the first row, the last row and the first column, from 0, of each cell of a sheet that goes over rows."""
    is_here, row, place = False, 0, 0
    with book.open(CONTENT) as stream:
        # Bounded by the parser, and nothing is read from outside.
        for event, element in ElementTree.iterparse(stream, ("start", "end")):  # nosec B314
            tag = element.tag.removeprefix(_TABLE)
            if event == "end":
                if tag == "table-row":
                    row += int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                    element.clear()
            elif tag == "table":
                is_here, row = element.get(f"{_TABLE}name") == sheet, 0
            elif tag == "table-row":
                place = 0
            elif tag in ("table-cell", "covered-table-cell"):
                n_rows = int(element.get(f"{_TABLE}number-rows-spanned", "1"))
                if is_here and n_rows > 1:
                    yield row, row + n_rows - 1, place
                place += int(element.get(f"{_TABLE}number-columns-repeated", "1"))
