"""Tidying by rule: many small files become one, and what no version within the days kept uses is removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from deltalake import DeltaTable

from quanyu.warehouse.delta.delta import CHANGES, actions, log_entry, logged, read_version
from quanyu.warehouse.delta.plain import plain
from quanyu.warehouse.fault import explained

SMALL = 4_000_000
"""Bytes below which a file is small."""
LONG_LOG = 20
"""Commits after which the log is summed up in a checkpoint, so that opening a table reads few files."""
HALF_WRITTEN = 3600.0
"""Seconds after which a file that no version names is what a killed writer left, and not one that is being written."""


def small_files(path: Path) -> list[str]:
    """Return the files of the newest version that are small."""
    version = read_version(path)
    return [file for file, size in zip(version.files, version.sizes, strict=True) if size < SMALL]


def remove_unused(path: Path, keep_days: float, *, is_written: bool = False) -> int:
    """Remove the files that no version of the last `keep_days` uses, and return how many there were.

    With 0 only the newest version stays readable. Where other processes may be writing, as `is_written` says, new files
    that no version names are left to them.
    """
    for file in (path / CHANGES).glob("*.parquet"):
        if file.stat().st_mtime <= time.time() - keep_days * 86400:
            file.unlink(missing_ok=True)
    present = list(path.glob("*.parquet"))
    if len(present) == len(read_version(path).files):
        return 0
    with explained(path.name):
        now = time.time()
        since = now - keep_days * 86400
        # In this order: what is committed meanwhile is used, and what goes meanwhile was used.
        committed = {name for number in logged(path)[0] for name in _named(path, number, "add", "remove")}
        used = {Path(file).name for file in read_version(path).files}
        lately = set(_removed_since(path, since)) if keep_days else set()
        unused = [
            file
            for file in present
            if file.name not in used | lately
            and (
                file.name in committed
                or not (keep_days or is_written)
                or file.stat().st_mtime < now - HALF_WRITTEN
            )
        ]
        for file in unused:
            file.unlink(missing_ok=True)
    return len(unused)


def shorten_log(path: Path, keep_days: float) -> int:
    """Sum a long log up in a checkpoint, and remove the entries that no version of the last `keep_days` needs."""
    entries, sums = logged(path)
    if max(entries, default=-1) - max(sums, default=-1) < LONG_LOG:
        return 0
    with explained(path.name):
        DeltaTable(plain(path)).create_checkpoint()
        since = time.time() - keep_days * 86400
        # The version that was the newest when the days kept began, and the checkpoint from which it can be read.
        old = [number for number in entries if log_entry(path, number).stat().st_mtime < since]
        base = max((number for number in logged(path)[1] if number <= max(old, default=-1)), default=0)
        useless = [file for file in (path / "_delta_log").iterdir() if _number(file) < base]
        for file in useless:
            file.unlink(missing_ok=True)
    return len(useless)


def _removed_since(path: Path, since: float) -> Iterator[str]:
    for number in logged(path)[0]:
        if log_entry(path, number).stat().st_mtime >= since:
            yield from _named(path, number, "remove")


def _named(path: Path, number: int, *kinds: str) -> Iterator[str]:
    return (action[kind]["path"] for action in actions(path, number) for kind in kinds if kind in action)


def _number(file: Path) -> float:
    head = file.name.partition(".")[0]
    return int(head) if head.isdigit() else float("inf")
