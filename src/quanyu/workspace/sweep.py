"""What processes that were killed have left behind: files made for a while, which nobody works with any more."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from quanyu.workspace.workspace import Workspace

FOLDERS = ("tmp", "drain")
"""Folders of the state whose entries are there for as long as somebody works with them."""
IDLE_SECONDS = 86_400
"""Nobody works for so long with files without touching one; other machines that share the folder have clocks of their own."""


def sweep(ws: Workspace) -> int:
    """Remove what nobody has touched for a day of the files that were made for a while, and return how many entries went.

    Whoever is killed while it works leaves such files, which for a large shop are large; nothing else would ever remove them.
    """
    folders = (*map(ws.path, FOLDERS), ws.warehouse.root / ".staged")
    left = [entry for folder in folders for entry in _entries(folder) if _idle(entry) > IDLE_SECONDS]
    for entry in left:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    return len(left)


def _entries(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from folder.iterdir()


def _idle(entry: Path) -> float:
    """Return the seconds for which nothing in an entry was touched; none where it goes meanwhile."""
    try:
        return time.time() - max(path.stat().st_mtime for path in (entry, *entry.rglob("*")))
    except OSError:
        return 0.0
