"""Show how a file would be read with a layout, without loading anything."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from quanyu.collect.file import Found, find
from quanyu.collect.layout import Layout, catalogue, declare, recognise
from quanyu.collect.load import take
from quanyu.collect.source import open_found
from quanyu.errors import UnknownLayoutError
from quanyu.tables import contract
from quanyu.warehouse.reader import Reader
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Preview:
    """What a layout makes of a file: the first rows of each table, columns that it reads and the file lacks, how many
    rows there are, and the first refused ones with file, line and reason.
    """

    file: str
    layout: str
    n_rows: int
    n_refused: int
    missing: tuple[str, ...]
    tables: dict[str, list[dict[str, Any]]]


def preview(ws: Workspace, file: Path, layout: Path, n: int = 5) -> list[Preview]:
    """Read a file (or every file of an archive) as `layout`, a TOML file or the name of a layout, says, and return the
    first `n` rows of each table.

    Nothing is loaded. Raises `SettingError` for a mistake in the layout, `UnknownLayoutError` where there is none or the
    file lacks columns that it needs, `UnreadableFileError` where the file cannot be read.
    """
    is_file = layout.is_file()
    wanted = (
        declare.read_layout(layout)
        if is_file
        else catalogue.layout_named(str(layout), catalogue.layouts(ws.root))
    )
    work = ws.path("tmp", f"try-{uuid.uuid4().hex}")
    work.mkdir(parents=True)
    try:
        with Reader(work / "engine", ws.settings.memory_limit, ws.settings.threads) as reader:
            files = list(find.loadable(file, work / "unpacked", wanted.known))
            return [_one(ws, reader, each, wanted, (work / str(i), n)) for i, each in enumerate(files)]
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _one(ws: Workspace, reader: Reader, file: Found, layout: Layout, into: tuple[Path, int]) -> Preview:
    work, n = into
    work.mkdir()
    seen = find.seen_of(file)
    opened = open_found(reader, file, seen, layout.known, work)
    (match,) = recognise.matches(opened.header, [layout])
    if match.missing:
        raise UnknownLayoutError(
            "{file} is no {layout} file: it misses {missing}. It has: {columns}.",
            "Correct 'match' in the layout.",
            file=file.name, layout=layout.name, missing=", ".join(match.missing),
            columns=", ".join(cell.strip() for cell in opened.header if cell.strip())[:300],
        )  # fmt: skip
    job = take.Job(
        ws=ws,
        reader=reader,
        name=file.name,
        seen=seen,
        opened=opened,
        layout=layout,
        number=0,
        now=ws.now(),
        work=work,
    )
    taken = take.stage(job, lambda _: None)

    def scan(paths: Sequence[Path]) -> ir.Table:
        return reader.scan(*paths)

    rows = {
        name: reader.read(staged.rows(scan, contract(name)).limit(n)).to_pylist()
        for name, staged in taken.staged.items()
    }
    return Preview(file.name, layout.name, taken.n_rows, taken.rejects.n_lines, taken.missing, rows)
