"""Open a file of any accepted kind as a table of text with its header, ready for a layout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather

from quanyu.collect.layout import normal
from quanyu.collect.sheet import read_sheet
from quanyu.collect.sniff import cut_of, encoding_of, to_utf8
from quanyu.collect.unpack import Kind, Print, kind_of, print_of, unpack
from quanyu.errors import UnreadableFileError
from quanyu.warehouse.reader import BadLine, Reader, Text

SUFFIXES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".json", ".jsonl", ".ndjson", ".parquet", ".pq",
    ".arrow", ".feather", ".gz", ".zip",
)  # fmt: skip
"""What is taken from a folder; a file that is named is tried whatever its suffix."""


@dataclass(frozen=True)
class Found:
    """A file to load: where it lies and what people call it (a file in an archive: `archive.zip/name`).

    `sheet` is a sheet of a workbook that has several. `fault` says why what was found cannot be opened.
    """

    path: Path
    name: str
    kind: Kind
    sheet: str = ""
    fault: UnreadableFileError | None = None


@dataclass(frozen=True)
class Opened:
    """A file as text columns c0, c1, ... with its header.

    `first_line` is the number of the first record, `head` the first records; `bad` are records that could not be
    cut into cells. Of a text file these are known once it has been read (`settled`); its reader counts lines
    where people count records, which `shift` puts right.
    """

    rows: ir.Table
    header: tuple[str, ...]
    first_line: int
    head: tuple[tuple[str, ...], ...] = ()
    bad: tuple[BadLine, ...] = ()
    shift: int | None = None

    def settled(self, reader: Reader) -> Opened:
        """Return the same with the bad records, after the rows have been read."""
        if self.shift is None:
            return self
        moved = [replace(line, line=line.line + self.shift) for line in reader.bad_lines()]
        return replace(self, bad=tuple(moved), shift=None)

    @property
    def gaps(self) -> list[int]:
        """For each bad record the number of good ones before it: what shifts the numbers of those after."""
        return [bad.line - self.first_line - i for i, bad in enumerate(self.bad)]


def files_in(paths: list[Path]) -> Iterator[Path]:
    """Yield the files named, and in folders those with a known suffix, sorted; raise where there is nothing."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                p
                for p in path.rglob("*")
                if p.suffix.lower() in SUFFIXES and not p.name.startswith((".", "~$"))
            )
        elif path.exists():
            yield path
        else:
            raise UnreadableFileError("There is no file {file}.", "Check the name.", file=path)


def seen_of(found: Found) -> Print:
    """Return what must be known of all of a file; a sheet has a fingerprint of its own. Raises its fault, if any."""
    if found.fault:
        raise found.fault
    seen = print_of(found.path)
    if not found.sheet:
        return seen
    return replace(seen, sha256=hashlib.sha256(f"{seen.sha256}/{found.sheet}".encode()).hexdigest())


def find(path: Path, work: Path, known: frozenset[str]) -> Iterator[Found]:
    """Yield the file itself, or the files in it when it is an archive; `known` are all column names of layouts."""
    kind = kind_of(path)
    if kind not in ("gzip", "zip"):
        yield Found(path, path.name, kind)
        return
    for inner in unpack(path, kind, work / "unpacked"):
        inside = kind_of(inner)
        if inside in ("gzip", "zip"):
            raise UnreadableFileError(
                "{file} holds another archive, {inner}.",
                "Unpack it and load what is in it.",
                file=path.name,
                inner=inner.name,
            )
        yield Found(inner, f"{path.name}/{inner.name}", inside)


def open_found(reader: Reader, found: Found, seen: Print, known: frozenset[str], work: Path) -> Opened:
    """Open a file with the reader that its kind needs; `known` are all column names any layout reads."""
    raw = work / "raw.parquet"
    opened = _OPENERS.get(found.kind, _open_text)(reader, found, seen, known, raw)
    if not any(normal(cell) for cell in opened.header):
        raise UnreadableFileError(
            "{file} has no header.", "The first rows must hold the column names.", file=found.name
        )
    return opened


def _open_text(reader: Reader, found: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    encoding = encoding_of(found.path, is_utf8=seen.is_utf8)
    cut = cut_of(found.path, encoding, known)
    plain = encoding in ("utf-8", "utf-8-sig")
    text = found.path if plain else to_utf8(found.path, encoding, raw.with_suffix(".txt"))
    rows = reader.text(Text(text, len(cut.header), cut.delimiter, skip=cut.n_lines))
    shift = cut.n_records - cut.n_lines
    return Opened(rows, cut.header, cut.n_records + 1, cut.first_rows, shift=shift)


def _open_json(reader: Reader, found: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    encoding = encoding_of(found.path, is_utf8=seen.is_utf8)
    text = found.path if encoding == "utf-8" else to_utf8(found.path, encoding, raw.with_suffix(".txt"))
    keys, bad = reader.split_json(text, raw)
    return Opened(reader.scan(raw), tuple(keys), 1, bad=tuple(bad))


def _open_parquet(reader: Reader, found: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    return _flat(reader, found.path)


def _flat(reader: Reader, path: Path) -> Opened:
    header, rows = reader.flatten(path)
    return Opened(rows, tuple(header), 1)


def _open_arrow(reader: Reader, found: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    copy = raw.with_suffix(".arrow.parquet")
    try:
        pq.write_table(feather.read_table(found.path), copy)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(
            "{file} is not a readable Arrow file: {error}",
            "Export it again.",
            file=found.name,
            error=str(error),
        ) from None
    return _flat(reader, copy)


def _open_sheet(reader: Reader, found: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    header, at = read_sheet(found.path, known, raw)
    rows = reader.scan(raw)
    head = [tuple(str(cell or "") for cell in row.values()) for row in reader.read(rows.limit(2)).to_pylist()]
    return Opened(rows, header, at + 1, tuple(head))


_OPENERS = {
    "json": _open_json,
    "parquet": _open_parquet,
    "arrow": _open_arrow,
    "excel": _open_sheet,
    "text": _open_text,
}
