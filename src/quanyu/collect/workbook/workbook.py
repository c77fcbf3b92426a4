"""Look into a workbook before it is opened: one stray cell far away must not ask for all memory in between.

The library that reads workbooks lays a sheet out from its first to its last cell, and gives cells with an error (`#N/A`)
and formulas that were never calculated as empty ones. Where a sheet has any of these, a copy is read in which far cells
are gone and the others are texts.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

# Its parser bounds what entities grow to, and reads nothing from outside.
from xml.etree import ElementTree  # nosec B405

from quanyu.collect.manner import UNCALCULATED
from quanyu.collect.workbook import ods, xlsb
from quanyu.collect.workbook.part import Mend, blocks, targets_in

MOST_AREA = 4_000_000
"""Cells from the first to the last that are laid out whatever stands in them."""
SPARSE = 20
"""Beyond that, a sheet with fewer than one cell in so many has far ones."""
ROW_GAP, COLUMN_GAP = 1000, 200
"""A table ends where so many rows or columns are empty."""
_TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_PLACE = re.compile(rb"\br=\"([A-Z]*)(\d+)\"")
_ERROR = re.compile(rb"(<(?:\w+:)?c\b[^>]*?\s)t=\"e\"")
_EMPTY_FORMULA = re.compile(
    rb"<((?:\w+:)?)c\b(?![^>]*\bt=\"str\")([^>]*?)(?: t=\"\w+\")?>\s*<\1f\b(?:[^>]*/>|[^>]*>[^<]*</\1f>)\s*"
    rb"(?:<\1v\s*/>|<\1v></\1v>)?\s*</\1c>"
)
_CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>.*?</\1c>)", re.DOTALL)
_ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>.*?</\1row>)", re.DOTALL)
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")


@dataclass
class _Extent:
    """What a sheet holds: cells by row and column, and whether some are errors or formulas without a value."""

    n_cells: int = 0
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    has_gaps: bool = False

    @property
    def is_sparse(self) -> bool:
        area = (max(self.rows, default=0) - min(self.rows, default=0) + 1) * (
            max(self.columns, default=0) + 1
        )
        return area > MOST_AREA and area > SPARSE * self.n_cells

    @property
    def last_row(self) -> int:
        """The last row that is near."""
        return _end(self.rows, ROW_GAP) if self.is_sparse else 1 << 30

    @property
    def last_column(self) -> int:
        """The last column that is near."""
        return _end(self.columns, COLUMN_GAP) if self.is_sparse else 1 << 30


def sound(path: Path, into: Path) -> tuple[Path, dict[str, int]]:
    """Return the workbook, or a copy that can be opened safely, and by sheet how many of its rows are too far away.

    Raises what `zipfile` and the XML parser raise on a damaged file.
    """
    if not zipfile.is_zipfile(path):
        return path, {}
    with zipfile.ZipFile(path) as book:
        sheets = parts(book)
        extents = {part: _extent(book, part) for part in sheets if not part.endswith(xlsb.SUFFIX)}
        changed: dict[str, Mend] = {
            part: partial(_near, extent)
            for part, extent in extents.items()
            if extent.is_sparse or extent.has_gaps
        }
        changed |= {
            part: xlsb.mended for part in sheets if part.endswith(xlsb.SUFFIX) and xlsb.has_errors(book, part)
        }
        changed |= {part: ods.mended for part in (ods.CONTENT,) if ods.has_gaps(book)}
        if not changed:
            return path, {}
        into.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for entry in book.infolist():
                with book.open(entry) as old, copy.open(entry.filename, "w", force_zip64=True) as new:
                    for block in changed.get(entry.filename, blocks)(old):
                        new.write(block)
    far = {
        sheets[part]: sum(row > extent.last_row for row in extent.rows) for part, extent in extents.items()
    }
    return into, {sheet: n for sheet, n in far.items() if n}


def parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of every sheet by the part of the archive that holds it; none for what has all sheets in one."""
    if xlsb.BOOK in book.namelist():
        return xlsb.parts(book)
    if "xl/workbook.xml" not in book.namelist():
        return {}
    targets = targets_in(book.read("xl/_rels/workbook.xml.rels"))
    names = {}
    # Bounded by the parser, and nothing is read from outside.
    for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():  # nosec B314
        if each.tag.endswith("}sheet") or each.tag == "sheet":
            number = next((value for key, value in each.attrib.items() if key.endswith("}id")), None)
            names[targets.get(number or "", "")] = each.get("name", "")
    return {part: name for part, name in names.items() if part in book.namelist()}


def _extent(book: zipfile.ZipFile, part: str) -> _Extent:
    extent, row = _Extent(), 0
    with book.open(part) as stream:
        for block in blocks(stream, b"</row>", b"</x:row>"):
            extent.has_gaps = extent.has_gaps or bool(_ERROR.search(block) or _EMPTY_FORMULA.search(block))
            for tag in _TAG.finditer(block):
                kind, about = tag.groups()
                place = _PLACE.search(about)
                if kind == b"row":
                    row = int(place.group(2)) if place else row + 1
                elif not about.endswith(b"/"):
                    extent.n_cells += 1
                    extent.rows.add(row)
                    if place:
                        extent.columns.add(column(place.group(1)))
    return extent


def _near(extent: _Extent, stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a part without its far cells, and with texts for cells that the reader of workbooks does not tell."""
    last_row, last_column = extent.last_row, extent.last_column

    def near(cell: re.Match[bytes]) -> bytes:
        place = _PLACE.search(cell.group(2))
        return cell.group() if not place or column(place.group(1)) <= last_column else b""

    def row(match: re.Match[bytes]) -> bytes:
        place = _PLACE.search(match.group(2))
        if place and int(place.group(2)) > last_row:
            return b""
        return _CELL.sub(near, match.group()) if extent.is_sparse else match.group()

    for block in blocks(stream, b"</row>", b"</x:row>"):
        text = _DIMENSION.sub(b"", _ERROR.sub(rb'\1t="str"', block))
        text = _EMPTY_FORMULA.sub(rb'<\1c\2 t="str"><\1v>%s</\1v></\1c>' % UNCALCULATED.encode(), text)
        yield _ROW.sub(row, text) if extent.is_sparse else text


def _end(used: Set[int], gap: int) -> int:
    """Return the last of the used places before a gap."""
    last = min(used, default=0)
    for place in sorted(used):
        if place - last > gap:
            break
        last = place
    return last


def column(letters: bytes) -> int:
    """Return the number of a column, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
