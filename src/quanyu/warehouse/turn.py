"""What is worked out once a turn and read by many steps; gone when the turn ends."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import ibis.expr.types as ir

from quanyu.warehouse.engine import Engine

Made = TypeVar("Made")


class Turn:
    """Rows that the engine keeps until the turn ends, and results that are asked for again."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self._kept: list[ir.Table] = []
        self._known: dict[Hashable, Any] = {}

    def keep(self, rows: ir.Table) -> ir.Table:
        """Run an expression and return its rows as a table of the same engine."""
        self._kept.append(self.engine.keep(rows, self.folder / uuid.uuid4().hex))
        # Cast, because engines say more of a type than an expression does: times to the microsecond.
        kept, wanted = self._kept[-1], rows.schema()
        return kept if kept.schema() == wanted else kept.cast(wanted)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` returned when the key was first asked for in this turn."""
        if key not in self._known:
            self._known[key] = make()
        value: Made = self._known[key]
        return value

    def end(self) -> None:
        """Let go of everything."""
        self.engine.forget(self._kept)
        self._kept, self._known = [], {}
        shutil.rmtree(self.folder, ignore_errors=True)
