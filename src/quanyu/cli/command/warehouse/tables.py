"""`quanyu tables`."""

from __future__ import annotations

import getpass

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import language, say
from quanyu.part.action import Caller, perform
from quanyu.part.reading import TABLES


def tables(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the tables: what they hold, rows, version, owner; the damage of one is told after all are listed."""
    with workspace(root) as ws:
        states = perform(ws, TABLES, {}, Caller(getpass.getuser()))
    rows = [(one.table, getattr(one, language()), one.owner, one.rows, one.version) for one in states]
    if json:
        as_json([dict(zip(("table", "label", "owner", "rows", "version"), row, strict=True)) for row in rows])
    else:
        table("", [say(name) for name in ("Table", "Holds", "Owner", "Rows", "Version")], rows)
    for state in states:
        if state.fault is not None:
            raise state.fault
