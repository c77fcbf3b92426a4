"""Intermediate results worked out once and read again: less memory at a time, and nothing done twice."""

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
    """Give a function that keeps rows until the block ends."""
    folder, engine = ws.path("tmp", f"understand-{uuid.uuid4().hex}"), ws.warehouse.engine
    kept: list[ir.Table] = []

    def keep(rows: ir.Table) -> ir.Table:
        kept.append(engine.keep(rows, folder / uuid.uuid4().hex))
        # Cast, because engines say more of a type than an expression does: times to the microsecond.
        return kept[-1].cast(rows.schema())

    try:
        yield keep
    finally:
        engine.forget(kept)
        shutil.rmtree(folder, ignore_errors=True)
