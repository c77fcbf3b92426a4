"""`quanyu layouts try`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import typer

from quanyu.cli.screen import as_json, table, workspace
from quanyu.cli.speech import out, say
from quanyu.collect.preview import preview

WORDS = 3
"""Words of `try FILE LAYOUT`."""


def show(words: list[str], root: Path | None, *, json: bool) -> None:
    """Show the first rows of a file as a layout would read them."""
    if len(words) != WORDS or words[0] != "try":
        raise typer.BadParameter("quanyu layouts try FILE LAYOUT.toml")
    with workspace(root) as ws:
        shown = preview(ws, Path(words[1]), Path(words[2]))
    if json:
        as_json([dataclasses.asdict(result) for result in shown])
        return
    for result in shown:
        out.print(
            f"{result.file}  {result.layout}: {result.n_rows:,} {say('Rows')}, {result.n_refused:,} {say('Refused')}"
        )
        if result.missing:
            out.print(f"  {say('the file lacks')}: {', '.join(result.missing)}", style="yellow", markup=False)
        for name, rows in result.tables.items():
            told = [{key: value for key, value in row.items() if value is not None} for row in rows]
            columns = list(dict.fromkeys(key for row in told for key in row))
            table(name, columns, [tuple(row.get(key, "") for key in columns) for row in told])
