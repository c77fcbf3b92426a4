"""`quanyu sql`: read-only queries over every table."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import pyarrow as pa
import typer

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import out, say
from quanyu.part.reading import rows

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
        as_json([dict(zip(names(answer), row, strict=True)) for row in rows(answer)])
        return
    table("", names(answer), rows(answer.slice(0, PREVIEW)))
    if answer.num_rows > PREVIEW:
        out.print(say("{n} more rows; --json prints all.", n=f"{answer.num_rows - PREVIEW:,}"), style="dim")


def names(answer: pa.Table) -> list[str]:
    """Return the names of the columns; the second of a name gets a number.

    >>> names(pa.table([[1], [2]], names=["n", "n"]))
    ['n', 'n_2']
    """
    seen: Counter[str] = Counter()
    given = set(answer.column_names)
    named = []
    for name in answer.column_names:
        seen[name] += 1
        while seen[name] > 1 and f"{name}_{seen[name]}" in given:
            seen[name] += 1
        named.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return named
