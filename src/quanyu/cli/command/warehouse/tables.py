"""`quanyu tables`."""

from __future__ import annotations

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import language, say
from quanyu.errors import DamageError
from quanyu.tables import CONTRACTS
from quanyu.workspace import Workspace


def tables(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the tables: what they hold, rows, version, owner; the damage of one is told after all are listed."""
    with workspace(root) as ws:
        counts = {name: _count(ws, name) for name in CONTRACTS}
        rows = [
            (
                name,
                getattr(promise, language()),
                promise.owner,
                None if isinstance(counts[name], DamageError) else counts[name],
                ws.warehouse.newest(name)
                if isinstance(counts[name], DamageError)
                else ws.warehouse.version(name),
            )
            for name, promise in CONTRACTS.items()
        ]
    if json:
        as_json([dict(zip(("table", "label", "owner", "rows", "version"), row, strict=True)) for row in rows])
    else:
        table("", [say(name) for name in ("Table", "Holds", "Owner", "Rows", "Version")], rows)
    for damage in counts.values():
        if isinstance(damage, DamageError):
            raise damage


def _count(ws: Workspace, name: str) -> int | DamageError:
    try:
        return ws.warehouse.count(name)
    except DamageError as error:
        return error
