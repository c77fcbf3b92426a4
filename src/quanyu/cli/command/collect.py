"""`quanyu load` and `quanyu layouts`."""

from __future__ import annotations

import dataclasses
import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskID

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, progress, table, workspace
from quanyu.cli.speech import err, language, out, say
from quanyu.collect.layout import catalogue
from quanyu.collect.load import LOAD, Loaded
from quanyu.collect.preview import preview
from quanyu.collect.reason import tell
from quanyu.part.action import Caller, perform
from quanyu.text import told

TRY = 3
"""Words of `try FILE LAYOUT`."""


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
        as_json([dataclasses.asdict(one) for one in loaded])
    else:
        _print_loaded(loaded)
    if any(one.status == "failed" for one in loaded):
        raise typer.Exit(6)


def _print_loaded(loaded: list[Loaded]) -> None:
    columns = [say(name) for name in ("File", "Layout", "Rows", "Taken", "Refused", "Result")]
    rows = [
        (Path(one.file).name, one.layout or "", one.n_rows, one.n_taken, one.n_refused, say(one.status))
        for one in loaded
    ]
    table("", columns, rows)
    for one in loaded:
        name = Path(one.file).name
        changes = ", ".join(f"{table} +{c.added} ~{c.changed} ={c.same}" for table, c in one.changes.items())
        if changes:
            out.print(f"  {name}: {changes}", style="dim", highlight=False, markup=False)
        for reason, n in sorted(one.reasons.items(), key=lambda pair: -pair[1])[:5]:
            line = f"    {say('refused')} {n:,}: {tell(reason, language())}"
            out.print(line, style="yellow", highlight=False, markup=False)
        if one.missing:
            line = f"    {say('the file lacks')}: {', '.join(one.missing)}"
            out.print(line, style="yellow", highlight=False, markup=False)
        for rule, n in one.left_out.items():
            line = f"    {say('left out')} {n:,}: {say(rule)}"
            out.print(line, style="dim", highlight=False, markup=False)
        if one.message:
            stream, style = (err, "red") if one.status == "failed" else (out, "dim")
            stream.print(
                f"  {name}: {told(one.message, language())}", style=style, highlight=False, markup=False
            )


def layouts(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[try FILE LAYOUT.toml]", help=say("Show how a file would be read; nothing is loaded.")
        ),
    ] = None,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List the file layouts that can be recognised, those of the workspace included."""
    if words:
        _try(words, root, json=json)
        return
    known = catalogue.layouts(root or Path.cwd())
    rows = [
        (one.name, one.zh, one.en, ", ".join(target.table.name for target in one.targets)) for one in known
    ]
    if json:
        as_json([dict(zip(("name", "zh", "en", "tables"), row, strict=True)) for row in rows])
    else:
        table("", [say(name) for name in ("Layout", "Chinese", "English", "Fills")], rows)


def _try(words: list[str], root: Path | None, *, json: bool) -> None:
    """Show the first rows of a file as a layout would read them."""
    if len(words) != TRY or words[0] != "try":
        raise typer.BadParameter("quanyu layouts try FILE LAYOUT.toml")
    with workspace(root) as ws:
        shown = preview(ws, Path(words[1]), Path(words[2]))
    if json:
        as_json([dataclasses.asdict(one) for one in shown])
        return
    for one in shown:
        out.print(
            f"{one.file}  {one.layout}: {one.n_rows:,} {say('Rows')}, {one.n_refused:,} {say('Refused')}"
        )
        if one.missing:
            out.print(f"  {say('the file lacks')}: {', '.join(one.missing)}", style="yellow", markup=False)
        for name, rows in one.tables.items():
            told = [{key: value for key, value in row.items() if value is not None} for row in rows]
            columns = list(dict.fromkeys(key for row in told for key in row))
            table(name, columns, [tuple(row.get(key, "") for key in columns) for row in told])
