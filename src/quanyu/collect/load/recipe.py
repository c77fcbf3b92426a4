"""How files that look alike are read: every step is compiled once in a process, then run file by file."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.collect.record import parse, shape
from quanyu.warehouse.reader import Reader, variable

CELLS, PARSED, RECORDS = "cells", "parsed", "records"
"""Views that steps read: the cells of the file, what was parsed of them, and of that the records that are data."""

FILE = "_file"
"""The number of the file, in everything that is staged."""

Build = Callable[[], ir.Table]

MOST = 200
"""Looks of files whose steps are kept."""


@dataclass(frozen=True)
class Step:
    """A compiled statement and the columns it gives."""

    sql: str
    columns: ibis.Schema


_known: OrderedDict[bytes, dict[str, Step]] = OrderedDict()
_lock = threading.Lock()


def steps_of(setting: parse.Setting, page: shape.Page, n_explained: int) -> dict[str, Step]:
    """Return the steps that were compiled for files with this setting and look, none for the first of them."""
    look = {each.name: getattr(page, each.name) for each in fields(page)}
    look["file"] = page.file if setting.layout.reads_file_name else ""
    told = repr((setting, look, n_explained))
    key = hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()
    with _lock:
        steps = _known.setdefault(key, {})
        _known.move_to_end(key)
        while len(_known) > MOST:
            _known.popitem(last=False)
    return steps


@dataclass(frozen=True)
class Reading:
    """One file being read: the engine, the steps that are compiled already, and the folder for what they write."""

    reader: Reader
    steps: dict[str, Step]
    folder: Path

    def sql(self, step: str, build: Build) -> str:
        """Return the statement of a step; `build` makes its expression the first time."""
        if step not in self.steps:
            made = build()
            self.steps[step] = Step(self.reader.compile(made), made.schema())
        return self.steps[step].sql

    def write(self, step: str, build: Build) -> Path:
        """Run a step into one Parquet file, which later steps read under the name of the step."""
        file = self.reader.run(self.sql(step, build), self.folder / f"{step}.parquet")
        self.reader.name(step, self.reader.parquet(file))
        return file

    def rows(self, step: str, build: Build) -> list[Mapping[str, Any]]:
        """Run a step and return its rows."""
        return self.reader.rows(self.sql(step, build))

    def table(self, step: str) -> ir.Table:
        """Return what a step gave as a table that is bound to its view when another step runs."""
        return ibis.table(self.steps[step].columns, name=step)


def tagged(rows: ir.Table) -> ir.Table:
    """Return the rows with the number of the file that is being read."""
    return rows.mutate(**{FILE: variable(FILE, "int64")})
