"""`quanyu describe`."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Annotated

import typer

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import language, out, say
from quanyu.loop import lineage
from quanyu.part.action import Caller, perform
from quanyu.part.reading import DESCRIBE
from quanyu.tables import contract
from quanyu.text import Text


def describe(
    name: Annotated[str, typer.Argument(metavar="TABLE", help=say("Name of the table."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show a table's contract, rows, versions and lineage."""
    made = lineage()[contract(name).name]
    with workspace(root) as ws:
        told = perform(ws, DESCRIBE, {"table": name}, Caller(getpass.getuser()))
    state = told.table
    if state.fault is not None:
        raise state.fault
    columns = [
        (one.column, one.type, getattr(one, language()), one.privacy, one.unit, one.note)
        for one in told.columns
    ]
    heads: Mapping[str, Text] = {
        "column": "Column", "type": "Type", "label": "Label", "privacy": "Privacy", "unit": "Unit", "note": "Note",
    }  # fmt: skip
    if json:
        as_json(
            {
                "table": name, "grain": state.grain, "key": state.key, "owner": state.owner,
                "rows": state.rows, "version": state.version, **made,
                "columns": [dict(zip(heads, column, strict=True)) for column in columns],
            }
        )  # fmt: skip
        return
    out.print(f"{name} {getattr(state, language())}", style="bold", highlight=False)
    facts = (
        ("One row per", state.grain),
        ("Key", ", ".join(state.key)),
        ("Owner", state.owner),
        ("Rows", f"{state.rows:,}"),
        ("Version", state.version),
        ("Written by", ", ".join(made["written_by"])),
        ("Read by", ", ".join(made["read_by"])),
    )
    for label, value in facts:
        out.print(f"  {say(label)}: {value}", highlight=False)
    table("", [say(head) for head in heads.values()], columns)
