"""Small files that a reader needs, in the workspace or, where that may only be read, in a folder of the process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from quanyu.tables import Table


def blank(root: Path, promise: Table) -> Path:
    """Return an empty Parquet file with the table's columns, so that a table not yet written is just empty."""
    file = root / ".blank" / f"{promise.name}-{len(promise.columns)}.parquet"
    if file.exists():
        return file
    try:
        return _written(promise, file)
    except OSError:
        return _written(promise, _elsewhere() / file.name)


def spill(temporary: Path) -> Path:
    """Return the folder that an engine may spill to: another one where the workspace may only be read."""
    with suppress(OSError):
        temporary.mkdir(parents=True, exist_ok=True)
        if os.access(temporary, os.W_OK):
            return temporary
    return _elsewhere()


def _written(promise: Table, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{uuid.uuid4().hex}.part")
    pq.write_table(promise.schema.to_pyarrow().empty_table(), part)
    part.replace(file)
    return file


@cache
def _elsewhere() -> Path:
    """Return a folder of this process for small files where the workspace takes none."""
    folder = Path(tempfile.mkdtemp(prefix="quanyu-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
