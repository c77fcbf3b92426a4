"""Read the sheet of an Excel workbook that holds the table, as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from quanyu.collect.sniff import ROWS, n_known
from quanyu.errors import UnreadableFileError

BATCH = 20_000


def read_sheet(path: Path, known: frozenset[str], into: Path) -> tuple[tuple[str, ...], int]:
    """Write the sheet whose header is best known to Parquet as text columns c0, c1, ...

    Returns the header and its row number (from 1).
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [list(islice(_rows(book, name), ROWS)) for name in book.sheet_names]
        best = max(range(len(sheets)), key=lambda i: _best(sheets[i], known)[0], default=None)
        if best is None or not any(sheets):
            raise UnreadableFileError("{file} has no rows.", "Export it again.", file=path.name)
        _, at = _best(sheets[best], known)
        header = tuple(sheets[best][at])
        _write(islice(_rows(book, book.sheet_names[best]), at + 1, None), len(header), into)
    except (CalamineError, ValueError, IndexError) as error:
        raise UnreadableFileError(
            "{file} is damaged, truncated or protected: {error}.",
            "Open it in Excel and save it again, without a password.",
            file=path.name,
            error=str(error),
        ) from None
    return header, at + 1


def _best(rows: Sequence[Sequence[str]], known: frozenset[str]) -> tuple[int, int]:
    scores = [(n_known(row, known), -i) for i, row in enumerate(rows) if any(cell.strip() for cell in row)]
    score, at = max(scores, default=(-1, 0))
    return score, -at


def _rows(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    for row in book.get_sheet_by_name(name).iter_rows():
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)


def _write(rows: Iterator[list[str]], width: int, into: Path) -> None:
    schema = pa.schema([(f"c{i}", pa.string()) for i in range(width)])
    into.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(into, schema, compression="lz4") as writer:
        while batch := list(islice(rows, BATCH)):
            columns = [[(row[i] or None) if i < len(row) else None for row in batch] for i in range(width)]
            writer.write_table(pa.table(columns, schema=schema))
