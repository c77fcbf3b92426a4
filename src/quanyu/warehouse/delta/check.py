"""Is a table what it was when the program last wrote it: its newest commit, its rows, the files it names."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from quanyu.errors import DamageError
from quanyu.text import Sentence
from quanyu.warehouse.delta.delta import log_entry, newest, read_version


@dataclass(frozen=True)
class State:
    """A table as a commit left it: its version, its rows, and a digest of the commit."""

    version: int
    n_rows: int
    digest: str


def state_of(path: Path) -> State:
    """Return the present state of a table."""
    version = read_version(path)
    return State(version.number, version.n_rows, digest(path, version.number))


def fault_of(path: Path, kept: State) -> Sentence | None:
    """Say what a table has lost since a commit left it as kept, None if nothing. Costs a look at each of its files."""
    now = newest(path)
    if now < kept.version:
        return gone(kept.version, now)
    if now == kept.version and digest(path, now) != kept.digest:
        return Sentence("version {kept} is not what was written", kept=kept.version)
    try:
        version = read_version(path)
    except DamageError as error:
        return Sentence("{what}", what=error.values["what"])
    if now == kept.version and version.n_rows != kept.n_rows:
        return Sentence("it has {now} rows, {kept} were written", now=version.n_rows, kept=kept.n_rows)
    lost = [
        Path(file).name
        for file, size in zip(version.files, version.sizes, strict=True)
        if _size(file) != size
    ]
    return Sentence("the file {file} is missing or cut off", file=lost[0]) if lost else None


def gone(kept: int, now: int) -> Sentence:
    """Say that the version that was written last is no longer there."""
    return Sentence("version {kept} is gone, the newest is {now}", kept=kept, now=now)


def digest(path: Path, version: int) -> str:
    """Return a digest of the commit that made a version, empty where there is none."""
    entry = log_entry(path, version)
    return sha256(entry.read_bytes()).hexdigest()[:16] if entry.is_file() else ""


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return -1
