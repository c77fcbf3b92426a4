"""`quanyu sql`: read-only queries over every table."""

from __future__ import annotations

from typing import Annotated

import typer

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import out, say

PREVIEW = 1000
"""Rows that are printed for people; --json prints all."""


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help=say("One SELECT over the tables."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Run a read-only query over every table."""
    with workspace(root) as ws:
        answer = ws.warehouse.query(query)
    if json:
        as_json(answer.to_pylist())
        return
    table("", answer.column_names, [tuple(row.values()) for row in answer.slice(0, PREVIEW).to_pylist()])
    if answer.num_rows > PREVIEW:
        out.print(say("{n} more rows; --json prints all.", n=f"{answer.num_rows - PREVIEW:,}"), style="dim")
