"""What commands print: tables, progress and errors for people, JSON for programs."""

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
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

import quanyu
from quanyu.cli.speech import err, out, say

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


@contextmanager
def progress() -> Iterator[Progress]:
    """Show progress bars on the error stream, so that output stays clean."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        yield bars


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as a table; numbers stand right."""
    grid = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        numeric = bool(rows) and all(
            row[position] is None or isinstance(row[position], int | float | decimal.Decimal) for row in rows
        )
        grid.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        grid.add_row(*[_cell(value) for value in row])
    out.print(grid)


def as_json(value: object) -> None:
    """Print a value as JSON: decimals and times as text, what is no number (NaN, infinity) as null."""
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
    return escape(CONTROL.sub("\ufffd", str(value)))
