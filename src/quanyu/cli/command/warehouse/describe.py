"""`quanyu describe`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import language, out, say
from quanyu.loop import lineage
from quanyu.tables import contract
from quanyu.text import Text


def describe(
    name: Annotated[str, typer.Argument(metavar="TABLE", help=say("Name of the table."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show a table's contract, rows, versions and lineage."""
    promise = contract(name)
    made = lineage()[name]
    with workspace(root) as ws:
        n_rows, version = ws.warehouse.count(name), ws.warehouse.version(name)
        present = ws.warehouse.table(name).schema() if promise.is_open else promise.schema
    columns: list[tuple[str, ...]] = [
        (column.name, column.type, getattr(column, language()), column.privacy, column.unit, column.note)
        for column in promise.columns
    ]
    columns += [(c, str(kind), "", "", "", "") for c, kind in present.items() if c not in promise.schema]
    heads: Mapping[str, Text] = {
        "column": "Column", "type": "Type", "label": "Label", "privacy": "Privacy", "unit": "Unit", "note": "Note",
    }  # fmt: skip
    if json:
        as_json(
            {
                "table": name, "grain": promise.grain, "key": promise.key, "owner": promise.owner,
                "rows": n_rows, "version": version, **made,
                "columns": [dict(zip(heads, column, strict=True)) for column in columns],
            }
        )  # fmt: skip
        return
    out.print(f"{name} {getattr(promise, language())}", style="bold", highlight=False)
    facts = (
        ("One row per", promise.grain),
        ("Key", ", ".join(promise.key)),
        ("Owner", promise.owner),
        ("Rows", f"{n_rows:,}"),
        ("Version", version),
        ("Written by", ", ".join(made["written_by"])),
        ("Read by", ", ".join(made["read_by"])),
    )
    for label, value in facts:
        out.print(f"  {say(label)}: {value}", highlight=False)
    table("", [say(head) for head in heads.values()], columns)
