"""A table's log under a plain name: delta-rs takes a path for a URL, and decodes `%20`, `#` and `\\` in it."""

from __future__ import annotations

import re
import tempfile
import threading
from functools import cache
from hashlib import sha256
from pathlib import Path

PLAIN = re.compile(r"[\w./~@+,=:-]*", re.ASCII)
_making = threading.Lock()


def plain(table: Path) -> Path:
    """Return a folder whose log is the table's and whose path means itself: the table's own if it is plain.

    Only the log is read and written through it; the files of the table are named relative to the log.
    """
    if PLAIN.fullmatch(str(table)):
        return table
    stand_in = Path(_stand_ins().name, sha256(str(table).encode()).hexdigest()[:16])
    link = stand_in / "_delta_log"
    with _making:
        if not link.is_symlink():
            stand_in.mkdir(parents=True, exist_ok=True)
            link.symlink_to(table / "_delta_log")
    return stand_in


@cache
def _stand_ins() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="quanyu-", ignore_cleanup_errors=True)
