"""What a step keeps beside its table for the next turn: files that can be made anew, never what anybody reads."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.workspace.workspace import Workspace

FOLDER = "kept"


def keep_rows(ws: Workspace, table: str, rows: ir.Table) -> tuple[str, ir.Table]:
    """Let the engine write rows where the next turn finds them; return the name that the table should remember, and the rows."""
    name = uuid.uuid4().hex
    files = ws.warehouse.engine.write(rows, ws.path(FOLDER, table, name))
    return name, ws.warehouse.scan(files)


def kept_rows(ws: Workspace, table: str) -> ir.Table | None:
    """Return the rows that the newest version of a table remembers, as an expression of the engine; None if they are gone."""
    folder = _folder(ws, table)
    files = sorted(folder.glob("*.parquet")) if folder else []
    return ws.warehouse.scan(files) if files else None


def keep(ws: Workspace, table: str, parts: Mapping[str, pa.Table]) -> str:
    """Write the parts where the next turn finds them, and return the name that the table should remember them by."""
    name = uuid.uuid4().hex
    folder = ws.path(FOLDER, table, name)
    folder.mkdir(parents=True)
    for part, rows in parts.items():
        pq.write_table(rows, folder / f"{part}.parquet", compression="zstd")
    return name


def kept(ws: Workspace, table: str) -> Mapping[str, pa.Table] | None:
    """Return the parts that the newest version of a table remembers, None if they are gone."""
    folder = _folder(ws, table)
    return {file.stem: pq.read_table(file) for file in sorted(folder.glob("*.parquet"))} if folder else None


def forget_others(ws: Workspace, table: str, name: str) -> None:
    """Remove what earlier turns kept beside a table."""
    for folder in ws.path(FOLDER, table).iterdir():
        if folder.name != name:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(ws: Workspace, table: str) -> Path | None:
    name = (ws.warehouse.about(table).get("made_of") or {}).get("kept")
    folder = ws.path(FOLDER, table, str(name))
    return folder if name and folder.is_dir() else None
