"""Look into a workbook before it is opened: one stray cell far away must not ask for all memory in between.

The library that reads workbooks lays a sheet out from its first to its last cell, and gives cells with an error (`#N/A`)
as empty ones. Where a sheet has either, a copy is read in which far cells are gone and errors are texts.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

MOST_AREA = 4_000_000
"""Cells from the first to the last that are laid out whatever stands in them."""
SPARSE = 20
"""Beyond that, a sheet with fewer than one cell in so many has far ones."""
ROW_GAP, COLUMN_GAP = 1000, 200
"""A table ends where so many rows or columns are empty."""
BLOCK = 1 << 20
_TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_PLACE = re.compile(rb"\br=\"([A-Z]*)(\d+)\"")
_ERROR = re.compile(rb"(<(?:\w+:)?c\b[^>]*?\s)t=\"e\"")
_CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>.*?</\1c>)", re.DOTALL)
_ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>.*?</\1row>)", re.DOTALL)
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")


@dataclass
class _Extent:
    """What a sheet holds: cells by row and column, and whether some are errors."""

    n_cells: int = 0
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    has_errors: bool = False

    @property
    def is_sparse(self) -> bool:
        area = (max(self.rows, default=0) - min(self.rows, default=0) + 1) * (
            max(self.columns, default=0) + 1
        )
        return area > MOST_AREA and area > SPARSE * self.n_cells


def sound(path: Path, into: Path) -> tuple[Path, dict[str, int]]:
    """Return the workbook, or a copy that can be opened safely, and by sheet how many of its rows are too far away.

    Raises what `zipfile` and the XML parser raise on a damaged file.
    """
    if not zipfile.is_zipfile(path):
        return path, {}
    with zipfile.ZipFile(path) as book:
        parts = _parts(book)
        extents = {part: _extent(book, part) for part in parts}
        changed = {part: e for part, e in extents.items() if e.is_sparse or e.has_errors}
        if not changed:
            return path, {}
        far = {parts[part]: _copied(e) for part, e in changed.items()}
        into.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for entry in book.infolist():
                with book.open(entry) as old, copy.open(entry.filename, "w", force_zip64=True) as new:
                    blocks = far[parts[entry.filename]][1](old) if entry.filename in changed else _blocks(old)
                    for block in blocks:
                        new.write(block)
    return into, {sheet: n for sheet, (n, _) in far.items() if n}


def _parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of every sheet by the part of the archive that holds it (xlsx only)."""
    if "xl/workbook.xml" not in book.namelist():
        return {}
    targets = {}
    for each in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels")):
        target = each.get("Target", "")
        targets[each.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    parts = {}
    for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():
        if each.tag.endswith("}sheet") or each.tag == "sheet":
            number = next((value for key, value in each.attrib.items() if key.endswith("}id")), None)
            parts[targets.get(number, "")] = each.get("name", "")
    return {part: name for part, name in parts.items() if part in book.namelist()}


def _extent(book: zipfile.ZipFile, part: str) -> _Extent:
    found, row = _Extent(), 0
    with book.open(part) as stream:
        for block in _blocks(stream, b">"):
            found.has_errors = found.has_errors or bool(_ERROR.search(block))
            for tag in _TAG.finditer(block):
                kind, about = tag.groups()
                place = _PLACE.search(about)
                if kind == b"row":
                    row = int(place.group(2)) if place else row + 1
                elif not about.endswith(b"/"):
                    found.n_cells += 1
                    found.rows.add(row)
                    if place:
                        found.columns.add(_column(place.group(1)))
    return found


def _copied(extent: _Extent) -> tuple[int, Callable[[IO[bytes]], Iterator[bytes]]]:
    """Return how many rows are far, and what makes the blocks of the copy from a part."""
    last_row = _end(extent.rows, ROW_GAP) if extent.is_sparse else 1 << 30
    last_column = _end(extent.columns, COLUMN_GAP) if extent.is_sparse else 1 << 30

    def near(cell: re.Match[bytes]) -> bytes:
        place = _PLACE.search(cell.group(2))
        return cell.group() if not place or _column(place.group(1)) <= last_column else b""

    def row(found: re.Match[bytes]) -> bytes:
        place = _PLACE.search(found.group(2))
        if place and int(place.group(2)) > last_row:
            return b""
        return _CELL.sub(near, found.group()) if extent.is_sparse else found.group()

    def blocks(stream: IO[bytes]) -> Iterator[bytes]:
        for block in _blocks(stream, b"</row>", b"</x:row>"):
            text = _DIMENSION.sub(b"", _ERROR.sub(rb'\1t="str"', block))
            yield _ROW.sub(row, text) if extent.is_sparse else text

    return sum(number > last_row for number in extent.rows), blocks


def _end(used: Set[int], gap: int) -> int:
    """Return the last of the used places before a gap."""
    last = min(used, default=0)
    for place in sorted(used):
        if place - last > gap:
            break
        last = place
    return last


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _blocks(stream: IO[bytes], *ends: bytes) -> Iterator[bytes]:
    """Yield a stream in blocks that end where one of the marks does."""
    rest = b""
    while block := stream.read(BLOCK):
        text = rest + block
        at = (
            max((text.rfind(end) + len(end) for end in ends if end in text), default=0) if ends else len(text)
        )
        if at:
            yield text[:at]
        rest = text[at:]
    if rest:
        yield rest
