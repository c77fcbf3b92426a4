"""What a file really is, whatever its name says; archives are opened under a guard against bombs."""

from __future__ import annotations

import gzip
import hashlib
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

import pyarrow as pa

from quanyu.errors import UnreadableFileError

Kind = Literal["text", "json", "parquet", "arrow", "excel", "gzip", "zip"]
MOST_BYTES = 50_000_000_000
RATIO_FROM = 100_000_000
"""An archive may unpack to this many bytes whatever its ratio, and beyond it only up to `MOST_RATIO`."""
MOST_RATIO = 200
BLOCK = 1 << 20
GUARDS = {"\t": b"\t", "'": b"'", "=": b"=", "\u3000": "\u3000".encode(), "\xa0": "\xa0".encode()}
"""Marks that spreadsheets and platforms put around an id; a file without one of them needs no cleaning of it."""


@dataclass(frozen=True)
class Print:
    """A file's SHA-256, whether it is UTF-8 throughout, and which guard marks occur in it."""

    sha256: str
    is_utf8: bool
    guards: frozenset[str]


def kind_of(path: Path) -> Kind:
    """Say what a file is by its first bytes; raise `UnreadableFileError` for what cannot be a table."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise UnreadableFileError("{file} is empty.", "Export it again.", file=path.name)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    for mark, kind in _MARKS.items():
        if head.startswith(mark):
            return kind
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] == b"<":
        raise UnreadableFileError(
            "{file} is a web page or XML, not a table.",
            "Open it in Excel and save it as CSV or xlsx.",
            file=path.name,
        )
    return "json" if _JSON.match(start) else "text"


_JSON = re.compile(rb"\{|\[\s*[\[{\]]")
"""How JSON begins: an object, or a list; in text `[` begins a name."""


_MARKS: dict[bytes, Kind] = {
    b"PAR1": "parquet", b"ARROW1": "arrow", b"\x1f\x8b": "gzip", b"\xd0\xcf\x11\xe0": "excel",
}  # fmt: skip


def _kind_of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {entry.filename for entry in archive.infolist()}
            _refuse_bomb(path, sum(entry.file_size for entry in archive.infolist()))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _damaged(path, error) from None
    return "excel" if "[Content_Types].xml" in names or "content.xml" in names else "zip"


def unpack(path: Path, kind: Kind, into: Path) -> list[Path]:
    """Unpack a gzip or zip file into a folder and return the files in it; a bomb raises `UnreadableFileError`."""
    into.mkdir(parents=True, exist_ok=True)
    try:
        if kind == "gzip":
            with gzip.open(path) as stream:
                return [_pour(cast(IO[bytes], stream), into / path.name.removesuffix(".gz"), path, 0)[0]]
        return _unzip(path, into)
    except (
        zipfile.BadZipFile,
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise _damaged(path, error) from None


def _unzip(path: Path, into: Path) -> list[Path]:
    files, n_bytes = [], 0
    with zipfile.ZipFile(path) as archive:
        for number, entry in enumerate(archive.infolist()):
            name = Path(_zip_name(entry)).name
            if entry.is_dir() or name.startswith(".") or "__MACOSX" in entry.filename:
                continue
            folder = into / str(number)
            folder.mkdir(exist_ok=True)
            with archive.open(entry) as stream:
                file, n_bytes = _pour(stream, folder / name, path, n_bytes)
            files.append(file)
    return files


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """Chinese Windows writes names in GBK without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _pour(stream: IO[bytes], into: Path, archive: Path, n_bytes: int) -> tuple[Path, int]:
    with into.open("wb") as out:
        while block := stream.read(BLOCK):
            n_bytes += len(block)
            _refuse_bomb(archive, n_bytes)
            out.write(block)
    return into, n_bytes


def _refuse_bomb(archive: Path, n_bytes: int) -> None:
    ratio = n_bytes / max(archive.stat().st_size, 1)
    if n_bytes > MOST_BYTES or (n_bytes > RATIO_FROM and ratio > MOST_RATIO):
        raise UnreadableFileError(
            "{file} grows to {n_bytes:,} bytes, {ratio:.0f} times its size: it looks like a zip bomb.",
            "Archives may grow {most} times. If the file is yours, unpack it and load what is in it.",
            file=archive.name,
            n_bytes=n_bytes,
            ratio=ratio,
            most=MOST_RATIO,
        )


def _damaged(path: Path, error: Exception) -> UnreadableFileError:
    return UnreadableFileError(
        "{file} is damaged, truncated or protected: {error}.",
        "Export or copy it again, without a password.",
        file=path.name,
        error=str(error),
    )


def print_of(path: Path) -> Print:
    """Read a file once and return what must be known of all of it."""
    digest = hashlib.sha256()
    is_utf8, seen, rest = True, set[str](), b""
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            around = rest + block
            seen |= {name for name, mark in GUARDS.items() if name not in seen and _occurs(mark, around)}
            end = len(around) - _unfinished(around)
            is_utf8 = is_utf8 and _is_utf8(around[:end])
            rest = around[end:] if is_utf8 else around[-3:]
    return Print(digest.hexdigest(), is_utf8 and not rest, frozenset(seen))


def _occurs(mark: bytes, block: bytes) -> bool:
    """Look for one byte first, which is ten times faster."""
    return mark[:1] in block and mark in block


def _unfinished(block: bytes) -> int:
    """Return how many bytes at the end begin a character that the block does not hold in full."""
    for back in range(1, min(3, len(block)) + 1):
        byte = block[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if needed > back else 0
        if byte < 0x80:
            return 0
    return 0


def _is_utf8(block: bytes) -> bool:
    """Validate with Arrow, which is several times faster than decoding."""
    ends = pa.py_buffer(struct.pack("ii", 0, len(block)))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(block)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
