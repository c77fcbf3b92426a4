"""Find what can be loaded: files in folders, files in archives, sheets in workbooks. What cannot be read is named."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from quanyu.collect.file.unpack import Kind, Print, kind_of, print_of, unpack
from quanyu.collect.workbook import Sheet, sheets_of
from quanyu.errors import SourceError, UnreadableFileError
from quanyu.nearest import did_you_mean
from quanyu.text import Sentence, Text

Read = TypeVar("Read")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""The disk refuses to write, which is no fault of a file that is read."""

SUFFIXES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".json", ".jsonl", ".ndjson", ".parquet", ".pq",
    ".arrow", ".feather", ".gz", ".zip",
)  # fmt: skip
"""What is taken from a folder; a file that is named is tried whatever its suffix."""
DELTA_LOG = "_delta_log"
"""The mark of a table of a warehouse, which is not loaded again."""
SYSTEM: tuple[Text, ...] = (
    "No such file or directory",
    "Permission denied",
    "Too many levels of symbolic links",
)
"""What systems themselves say of files that cannot be read, as far as it is translated."""
ODD: Mapping[Callable[[int], bool], Text] = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}
"""What a name may stand for that is no file; opening a pipe would wait for ever."""


@dataclass(frozen=True)
class Found:
    """A file to load: where it lies and what people call it (`archive.zip/name`, `book.xlsx/sheet`).

    `sheet` is what is read of a workbook. `fault` says why what was found cannot be opened.
    """

    path: Path
    name: str
    kind: Kind
    sheet: Sheet | None = None
    fault: SourceError | None = None


def seen_of(file: Found) -> Print:
    """Return what must be known of all of a file; one of several sheets has a fingerprint of its own.

    Raises the fault of what was found.
    """
    if file.fault:
        raise file.fault
    seen = _read(print_of, file.path)
    if file.sheet is None or file.sheet.is_alone:
        return seen
    return replace(seen, sha256=hashlib.sha256(f"{seen.sha256}/{file.sheet.name}".encode()).hexdigest())


def files_in(paths: list[Path]) -> Iterator[Path]:
    """Yield the files named, and in folders those with a known suffix, sorted; raise where there is nothing.

    Folders that are links are entered once. Whatever has a known suffix is yielded, be it a file or not, and so is a
    folder that cannot be listed: `loadable` says what is wrong with it.
    """
    for path in paths:
        if path.is_dir():
            # Listed as a whole first: what a load writes meanwhile is none of it.
            yield from list(_walk(path, set()))
        elif os.path.lexists(path):
            yield path
        else:
            near = did_you_mean(path.name, _beside(path))
            raise UnreadableFileError(
                "There is no file {file}.", "{near}" if near else "Check the name.", file=path, near=near
            )


def _beside(path: Path) -> list[str]:
    """Return the names in the folder of a path, none where it cannot be listed."""
    try:
        return [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return []


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        about = folder.stat()
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    if (about.st_dev, about.st_ino) in seen or folder / DELTA_LOG in entries:
        return
    seen.add((about.st_dev, about.st_ino))
    for path in entries:
        if path.name.startswith((".", "~$")):
            continue
        if path.suffix.lower() in SUFFIXES:
            yield path
        if path.is_dir():
            yield from _walk(path, seen)


def loadable(path: Path, work: Path, known: frozenset[str]) -> Iterator[Found]:
    """Yield what a file holds: itself, the files of an archive, the sheets of a workbook that have a table.

    `known` are all column names of layouts. What cannot be opened is yielded with its fault.
    """
    name = shown(path.name)
    kind, fault = _kind(path)
    if fault:
        yield Found(path, name, "text", fault=fault)
    elif kind not in ("gzip", "zip"):
        yield from _sheets(Found(_stand_in(path, work), name, kind), work / "book", known)
    else:
        try:
            inside = _read(lambda file: unpack(file, kind, work / "unpacked"), path)
        except SourceError as error:
            yield Found(path, name, kind, fault=error)
            return
        for number, inner in enumerate(inside):
            yield from _inner(inner, f"{name}/{inner.name}", work / f"book{number}", known)


def _stand_in(path: Path, work: Path) -> Path:
    """Return the file, or a link to it where its name is no text or the engine cannot be told it."""
    text = os.fsencode(path).decode(errors="ignore")
    if text == str(path) and "\\" not in text:
        return path
    work.mkdir(parents=True, exist_ok=True)
    link = work / f"file{path.suffix}"
    link.symlink_to(path.absolute())
    return link


def _inner(path: Path, name: str, work: Path, known: frozenset[str]) -> Iterator[Found]:
    kind, fault = _kind(path)
    if fault is None and kind in ("gzip", "zip"):
        outer, _, inner = name.rpartition("/")
        fault = UnreadableFileError(
            "{file} holds another archive, {inner}.",
            "Unpack it and load what is in it.",
            file=outer,
            inner=inner,
        )
    if fault:
        yield Found(path, name, "text", fault=fault)
    else:
        yield from _sheets(Found(path, name, kind), work, known)


def _sheets(file: Found, work: Path, known: frozenset[str]) -> Iterator[Found]:
    """Yield the sheets of a workbook, anything else as it is."""
    if file.kind != "excel":
        yield file
        return
    try:
        sheets = _read(lambda path: sheets_of(path, file.name, known, work), file.path)
    except SourceError as error:
        yield replace(file, fault=error)
        return
    for sheet in sheets:
        yield replace(file, name=file.name if sheet.is_alone else f"{file.name}/{sheet.name}", sheet=sheet)


def _kind(path: Path) -> tuple[Kind, SourceError | None]:
    try:
        mode = _read(os.stat, path).st_mode
        odd = next((what for test, what in ODD.items() if test(mode)), "")
        if odd:
            raise UnreadableFileError(
                "{file} is {odd}, not a file.",
                "Name files or folders.",
                file=shown(path.name),
                odd=Sentence(odd),
            )
        return _read(kind_of, path), None
    except SourceError as error:
        return "text", error


def _read(how: Callable[[Path], Read], path: Path) -> Read:
    """Read a file that may be gone, forbidden, or a link to nothing."""
    try:
        return how(path)
    except OSError as error:
        if error.errno in FULL:
            raise
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> UnreadableFileError:
    """Return the error of a file that the system does not let us read."""
    is_loose = path.is_symlink() and isinstance(error, FileNotFoundError)
    system: Text = error.strerror or type(error).__name__
    return UnreadableFileError(
        "{file} cannot be read: {error}.",
        "Check that it is there and that you may read it.",
        file=shown(path.name),
        error=Sentence("a link to nothing" if is_loose else system),
    )


def shown(name: str) -> str:
    """Return a file's name as text, also where its bytes are not UTF-8 (Chinese Windows writes GBK)."""
    raw = os.fsencode(name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
