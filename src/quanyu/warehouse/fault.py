"""What an error of an engine or of the storage means to the person who meets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from deltalake.exceptions import DeltaError

from quanyu.errors import DamageError, QuanyuError, StorageError
from quanyu.tables import CONTRACTS
from quanyu.text import Sentence

FULL = ("no space left", "disk quota", "file too large", "could not write", "failed to write", "disk full")
REFUSED = ("permission denied", "read-only file system", "operation not permitted")
BROKEN = (
    "no files found", "does not exist", "no such file", "not found", "parquet", "magic bytes", "snappy", "zstd",
    "corrupt", "thrift", "utf-8", "json", "truncat", "eof", "too small", "malformed", "[failed_read_file", "checksum",
)  # fmt: skip
PANIC = "PanicException"
"""delta-rs ends so on what it did not expect; it is no `Exception`, and its class cannot be imported."""
FILE = re.compile(r"tables/([a-z_]+)/([^\s\"',;:)]*)")


@contextmanager
def explained(table: str = "") -> Iterator[None]:
    """Raise errors of engines and storage as errors of the family; `table` names what was read or written."""
    try:
        yield
    except (QuanyuError, NotImplementedError):
        raise
    except BaseException as error:
        meant = meaning(error, table)
        if meant is None:
            raise
        raise meant from error


def meaning(error: BaseException, table: str = "") -> QuanyuError | None:
    """Return the error of the family that says what happened, None for one that storage has no part in."""
    said = str(error)
    low = said.lower()
    of_storage = isinstance(error, (OSError, DeltaError, pa.ArrowInvalid)) or type(error).__name__ == PANIC
    if any(mark in low for mark in FULL):
        return StorageError(
            "The disk is full or refuses to write; nothing was committed.",
            "Free space and run the command again.",
        )
    if "out of memory" in low:
        return StorageError(
            "There is not enough memory: {cause}.",
            "Allow more with memory_limit in quanyu.toml, or ask for less at a time.",
            cause=_first(said),
        )
    if any(mark in low for mark in REFUSED):
        return StorageError(
            "The storage refuses access: {cause}.",
            "Check the owner and the permissions of the workspace's folder, and its mount.",
            cause=_first(said),
        )
    match = FILE.search(said)
    if not (of_storage or (match and any(mark in low for mark in BROKEN))):
        return None
    name = table or (match[1] if match else "")
    return damaged(name, Sentence("{cause}", cause=_first(said))) if name in CONTRACTS else None


def damaged(table: str, what: Sentence) -> DamageError:
    """Return the error of a damaged table, with the way out: what is derived is recomputed, what was loaded restored."""
    promise = CONTRACTS[table]
    if promise.is_input or promise.is_append_only or table == "rejects":
        return DamageError(
            "The table {table} is damaged: {what}.",
            "Restore tables/{table} from a backup, or say with quanyu adopt that what is left is all there is and load the "
            "files again: docs/how-to/mend-damage.md",
            table=table,
            what=what,
        )
    return DamageError(
        "The table {table} is damaged: {what}.",
        "Recompute it with: quanyu run --again {table}",
        table=table,
        what=what,
    )


def _first(said: str) -> str:
    return said.strip().partition("\n")[0].rstrip(".")[:300]
