"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

import quanyu
from quanyu.cli.speech import out, say
from quanyu.cli.wrap import GAP, widths, wrapped

if TYPE_CHECKING:
    from quanyu.workspace import Workspace

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", envvar="QUANYU_WORKSPACE", help=say("Folder of the workspace; default: here.")
    ),
]
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that could steer a terminal."""
JsonOption = Annotated[bool, typer.Option("--json", help=say("Print JSON for a program to read."))]


@contextmanager
def workspace(root: Path | None) -> Iterator[Workspace]:
    """Open the workspace of a command and close it afterwards."""
    opened = quanyu.open(
        root
    )  # imported with its first use, so that commands without a workspace start at once
    try:
        yield opened
    finally:
        opened.close()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as a table, numbers right; one row below the other where a word or number would be cut."""
    if title:
        out.print(title, style="italic", highlight=False, markup=False)
    cells = [[_cell(row[at]) for row in rows] for at in range(len(columns))]
    room = widths([[name, *column] for name, column in zip(columns, cells, strict=True)], out.width)
    if room is None:
        _print_records(columns, cells)
        return
    grid = Table(header_style="bold", box=None, pad_edge=False)
    for at, (name, width) in enumerate(zip(columns, room, strict=True)):
        numeric = bool(rows) and all(
            row[at] is None or isinstance(row[at], int | float | decimal.Decimal) for row in rows
        )
        grid.add_column(
            Text(wrapped(name, width)), justify="right" if numeric else "left", width=width, overflow="crop"
        )
    for row in zip(*cells, strict=True):
        grid.add_row(*[Text(wrapped(cell, width)) for cell, width in zip(row, room, strict=True)])
    out.print(grid)


def _print_records(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Print each row as lines of a name and its value."""
    if not any(cells):
        out.print(", ".join(columns), style="bold", highlight=False, markup=False)
    side = max(cell_len(name) for name in columns) + GAP
    for row in zip(*cells, strict=True):
        for name, cell in zip(columns, row, strict=True):
            lines = wrapped(cell, out.width - side).split("\n")
            heads = [name + " " * (side - cell_len(name)), *[" " * side] * (len(lines) - 1)]
            for head, line in zip(heads, lines, strict=True):
                out.print(Text.assemble((head, "bold"), line))
        out.print()


def as_json(value: object) -> None:
    """Print a value as JSON: decimals and times as text, what is no number (NaN, infinity) as null."""
    out.clear_waiting()
    sys.stdout.write(
        json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n"
    )


def _plain(value: object) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    return value


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return CONTROL.sub("\ufffd", str(value))
