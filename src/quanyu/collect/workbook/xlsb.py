"""The records of an .xlsb: sheets, merged cells, date system, and cells with an error ([MS-XLSB])."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, cast

from quanyu.collect.workbook.part import BLOCK, targets_in

BOOK, SUFFIX = "xl/workbook.bin", ".bin"
SHEET, PROPERTIES, MERGE = 156, 153, 176
ERROR, FORMULA_ERROR, TEXT = 3, 11, 6
"""Kinds of records: BrtBundleSh, BrtWbProp, BrtMergeCell, BrtCellError, BrtFmlaError, BrtCellSt."""
CELL = 8
"""Bytes with which the record of a cell begins: its column and its style."""
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip


def records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the content of each record of a part."""
    quick = io.BufferedReader(cast(io.RawIOBase, stream), BLOCK)
    while first := quick.read(1):
        kind = first[0]
        if kind & 0x80:
            kind = (kind & 0x7F) | (quick.read(1)[0] & 0x7F) << 7
        n_bytes = 0
        for place in range(4):
            byte = quick.read(1)[0]
            n_bytes |= (byte & 0x7F) << 7 * place
            if not byte & 0x80:
                break
        yield kind, quick.read(n_bytes)


def written(kind: int, said: bytes) -> bytes:
    """Return a record as it stands in a part."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    n_bytes, size = len(said), b""
    while n_bytes > 0x7F:
        size += bytes([n_bytes & 0x7F | 0x80])
        n_bytes >>= 7
    return head + size + bytes([n_bytes]) + said


def parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of every sheet by the part that holds it."""
    targets = targets_in(book.read("xl/_rels/workbook.bin.rels"))
    with book.open(BOOK) as stream:
        told = [_texts(said[8:]) for kind, said in records(stream) if kind == SHEET]
    return {targets[number]: name for number, name in told if targets.get(number) in book.namelist()}


def _texts(said: bytes) -> list[str]:
    """Return texts that stand one after another, each behind its length."""
    texts = []
    while said:
        (n,) = struct.unpack_from("<I", said)
        texts.append(said[4 : 4 + 2 * n].decode("utf-16-le"))
        said = said[4 + 2 * n :]
    return texts


def has_errors(book: zipfile.ZipFile, part: str) -> bool:
    """Say whether a sheet has cells with an error."""
    with book.open(part) as stream:
        return any(kind in (ERROR, FORMULA_ERROR) for kind, _ in records(stream))


def mended(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a part in which cells with an error are texts."""
    for kind, said in records(stream):
        if kind in (ERROR, FORMULA_ERROR):
            text = ERRORS.get(said[CELL], "#N/A")
            yield written(TEXT, said[:CELL] + struct.pack("<I", len(text)) + text.encode("utf-16-le"))
        else:
            yield written(kind, said)


def counts_from_1904(book: zipfile.ZipFile) -> bool:
    """Say whether the days of a workbook count from 1904."""
    with book.open(BOOK) as stream:
        return any(kind == PROPERTIES and said[0] & 1 for kind, said in records(stream))


def merged(book: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int, int]]:
    """Yield the first row, the last row and the first column, from 0, of each merged cell of a sheet."""
    with book.open(part) as stream:
        for kind, said in records(stream):
            if kind == MERGE:
                first, last, column, _ = struct.unpack_from("<4I", said)
                yield first, last, column
