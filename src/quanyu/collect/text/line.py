"""The lines of a text file, block by block. A line ends at LF, CR LF or CR and at nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

BLOCK = 1 << 20
LONGEST = 8_000_000
"""Bytes of the longest line, and the longest record, that is read."""
SHOWN = 16_000
"""Bytes that are kept of a longer one."""


class Overlong(bytes):
    """The beginning of a line that is too long to be read; `n_bytes` is the length of the whole."""

    n_bytes: int


def blocks(stream: IO[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines of a file from where it stands, ends kept, in lists of about one block.

    `bytes.splitlines` knows these three ends only, where that of text also ends lines at U+2028 and others.

    >>> import io
    >>> list(blocks(io.BytesIO("a\\u2028b\\r\\nc\\rd".encode())))
    [[b'a\\xe2\\x80\\xa8b\\r\\n', b'c\\r'], [b'd']]
    """
    rest = b""
    while block := stream.read(BLOCK):
        lines = (rest + block).splitlines(keepends=True)
        # A CR at the end of the block may be half of an end.
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        if lines:
            yield lines
        if len(rest) > LONGEST and not rest.endswith(b"\r"):
            cut, rest = _overlong(stream, rest)
            yield [cut]
    if rest:
        # More than one line where the last block ended a line that is too long.
        yield rest.splitlines(keepends=True)


def _overlong(stream: IO[bytes], start: bytes) -> tuple[Overlong, bytes]:
    """Pass over the rest of a line; return its beginning and what was read of the lines after it."""
    cut = Overlong(start[:SHOWN])
    cut.n_bytes = len(start)
    while block := stream.read(BLOCK):
        first, *others = block.splitlines(keepends=True)
        cut.n_bytes += len(first)
        if first.endswith((b"\n", b"\r")):
            return cut, b"".join(others)
    return cut, b""
