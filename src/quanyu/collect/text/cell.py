"""One record into its cells: as RFC 4180 says, and as people write it who never read that."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache

from quanyu.collect.text.line import LONGEST

_BLANKS = re.compile(" *")

csv.field_size_limit(max(csv.field_size_limit(), LONGEST))


def cells_of(text: str, delimiter: str, width: int = 0) -> list[str] | None:
    r"""Return the cells of one record, or None where a quotation mark is not closed.

    A quote inside a cell is text (`5" pipe`), a cell in quotes ends at a quote before a delimiter, and `\\"` is a
    quote where only that gives `width` cells.

    >>> cells_of('a,5" pipe,"b, ""c"" d"', ","), cells_of('"Tube 5" long",2', ","), cells_of('1,"open', ",")
    (['a', '5" pipe', 'b, "c" d'], ['Tube 5" long', '2'], None)
    """
    strict = _strict(text, delimiter)
    if strict is not None and (not width or len(strict) == width):
        return strict
    loose = [_loose(text, delimiter, escape) for escape in ("\\", "")]
    fitting = [cells for cells in loose if cells is not None and len(cells) == width]
    return fitting[0] if fitting else strict if strict is not None else loose[-1]


def _strict(text: str, delimiter: str) -> list[str] | None:
    try:
        records = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _loose(text: str, delimiter: str, escape: str) -> list[str] | None:
    """Cut cell by cell: a quote ends a cell only where a delimiter or the end follows."""
    cells, at = [], 0
    while True:
        start = _past_blanks(text, at)
        if not text.startswith('"', start):
            end = text.find(delimiter, at)
            cells.append(text[at:] if end < 0 else text[at:end])
        else:
            closed = _closed(text, start + 1, delimiter, escape)
            if closed is None:
                return None
            cell, end = closed
            cells.append(cell)
        if end < 0:
            return cells
        at = end + 1


@cache
def _quoted(delimiter: str, escape: str) -> re.Pattern[str]:
    """Return what a cell in quotes looks like from its first letter to the delimiter after it, or the end.

    A quote is text where it is escaped or doubled, or where neither a delimiter nor the end follows. Nothing is tried
    twice, so that a cell that is not closed costs no more than its letters.
    """
    ends = rf" *(?:{re.escape(delimiter)}|\Z)"
    plain = rf'[^"{re.escape(escape)}]+|{re.escape(escape)}"|{re.escape(escape)}|' if escape else '[^"]+|'
    return re.compile(rf'((?>{plain}""|"(?!{ends}))*+)"({ends})')


def _closed(text: str, at: int, delimiter: str, escape: str) -> tuple[str, int] | None:
    """Return a cell in quotes that begins at a place, and where the delimiter after it stands (-1: the end)."""
    cell = _quoted(delimiter, escape).match(text, at)
    if cell is None:
        return None
    marks = rf'{re.escape(escape)}"|""' if escape else '""'
    return re.sub(marks, '"', cell[1]), cell.end() - 1 if cell[2].endswith(delimiter) else -1


def _past_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def written(cells: Sequence[str], delimiter: str) -> str:
    """Return a record as a strict reader wants it."""
    return delimiter.join(
        '"' + cell.replace('"', '""') + '"' if _needs_quotes(cell, delimiter) else cell for cell in cells
    )


def _needs_quotes(cell: str, delimiter: str) -> bool:
    return any(mark in cell for mark in (delimiter, '"', "\n", "\r")) or cell != cell.strip(" ")
