"""`quanyu load`."""

from __future__ import annotations

import dataclasses
import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskID

from quanyu.cli.progress import progress
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import err, language, out, say
from quanyu.collect.load import LOAD, Loaded
from quanyu.collect.reason import tell
from quanyu.part.action import Caller, perform
from quanyu.text import told


def load(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE_OR_FOLDER...", help=say("Files or folders to load."))
    ],
    layout: Annotated[
        str | None, typer.Option("--as", help=say("Name of the layout, where it is not recognised."))
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help=say("Read files that were loaded before once more."))
    ] = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Load files; say what was recognised, taken and refused, and why."""
    with workspace(root) as ws, progress() as bars:
        tasks: dict[str, TaskID] = {}

        def advance(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        loaded = perform(
            ws,
            LOAD,
            {"paths": [str(file) for file in files], "layout": layout, "again": again},
            Caller(getpass.getuser(), advance),
        )
    if json:
        as_json([dataclasses.asdict(result) for result in loaded])
    else:
        _print_loaded(loaded)
    if any(result.status == "failed" for result in loaded):
        raise typer.Exit(6)


def _print_loaded(loaded: list[Loaded]) -> None:
    columns = [say(name) for name in ("File", "Layout", "Rows", "Taken", "Refused", "Result")]
    rows = [
        (
            Path(result.file).name,
            result.layout or "",
            result.n_rows,
            result.n_taken,
            result.n_refused,
            say(result.status),
        )
        for result in loaded
    ]
    table("", columns, rows)
    for result in loaded:
        name = Path(result.file).name
        changes = ", ".join(
            f"{table} +{c.added} ~{c.changed} ={c.same}" for table, c in result.changes.items()
        )
        if changes:
            out.print(f"  {name}: {changes}", style="dim", highlight=False, markup=False)
        for reason, n in sorted(result.reasons.items(), key=lambda pair: -pair[1])[:5]:
            line = f"    {say('refused')} {n:,}: {tell(reason, language())}"
            out.print(line, style="yellow", highlight=False, markup=False)
        if result.missing:
            line = f"    {say('the file lacks')}: {', '.join(result.missing)}"
            out.print(line, style="yellow", highlight=False, markup=False)
        for rule, n in result.left_out.items():
            line = f"    {say('left out')} {n:,}: {say(rule)}"
            out.print(line, style="dim", highlight=False, markup=False)
        if result.message:
            stream, style = (err, "red") if result.status == "failed" else (out, "dim")
            stream.print(
                f"  {name}: {told(result.message, language())}", style=style, highlight=False, markup=False
            )
