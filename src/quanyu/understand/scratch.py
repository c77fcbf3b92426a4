"""Intermediate results written down once and read again: less memory at a time, and nothing worked out twice."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import ibis.expr.types as ir

from quanyu.workspace import Workspace

Keep: TypeAlias = Callable[[ir.Table], ir.Table]
"""Runs an expression and returns its rows as a table of the same engine."""


@contextmanager
def scratch(ws: Workspace) -> Iterator[Keep]:
    """Give a function that keeps rows in a temporary folder, which is gone when the block ends."""
    folder = ws.path("tmp", f"understand-{uuid.uuid4().hex}")
    try:
        # Cast, because files say more of a type than an expression does: times to the microsecond.
        yield lambda rows: ws.warehouse.scan(ws.warehouse.engine.write(rows, folder / uuid.uuid4().hex)).cast(
            rows.schema()
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
