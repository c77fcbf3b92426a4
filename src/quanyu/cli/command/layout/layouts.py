"""`quanyu layouts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quanyu.cli.commands import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table
from quanyu.cli.speech import say
from quanyu.collect.layout import catalogue

TRY = Command("layouts try", "layout.attempt:show", "Show how a file would be read; nothing is loaded.", "")
"""Imported when it is asked for: it needs all that loads files."""


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
        TRY.load()(words, root, json=json)
        return
    known = catalogue.layouts(root or Path.cwd())
    rows = [
        (layout.name, layout.zh, layout.en, ", ".join(target.table.name for target in layout.targets))
        for layout in known
    ]
    if json:
        as_json([dict(zip(("name", "zh", "en", "tables"), row, strict=True)) for row in rows])
    else:
        table("", [say(name) for name in ("Layout", "Chinese", "English", "Fills")], rows)
