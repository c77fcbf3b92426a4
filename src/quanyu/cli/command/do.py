"""`quanyu do`: any action by its name."""

from __future__ import annotations

import getpass
import json
from typing import Annotated, Any

import typer

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import say
from quanyu.errors import ActionError
from quanyu.part.action import Caller, action_named, actions, answered, perform


def do(
    name: Annotated[str, typer.Argument(help=say("The action; nothing: list them."))] = "",
    given: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE...", help=say("What it takes."))
    ] = None,
    by: Annotated[str, typer.Option(help=say("Who decides, for the log; default: you."))] = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Do any action by its name, or list the actions."""
    if not name:
        _list(json)
        return
    action, fields = action_named(name), dict(_field(word) for word in given or ())
    with workspace(root) as ws:
        caller = Caller(by or getpass.getuser())
        result = perform(ws, action, fields, caller)
    if json or result is not None:
        _print(answered(action, result, caller))


def _print(told: bytes) -> None:
    as_json(json.loads(told))


def _list(json: bool) -> None:
    if json:
        as_json(
            [
                {
                    "name": action.name,
                    "does": action.label,
                    "takes": action.asks,
                    "role": action.role,
                    "writes": action.writes,
                }
                for action in actions()
            ]
        )
        return
    heads = ("Action", "Does", "Takes", "Who may ask")
    rows = [
        (action.name, say(action.label), ", ".join(action.asks), say(action.role)) for action in actions()
    ]
    table("", [say(head) for head in heads], rows)


def _field(word: str) -> tuple[str, Any]:
    """Return a field and its value: JSON where it is, else text."""
    name, equals, value = word.partition("=")
    if not equals:
        raise ActionError("{word!r} gives no value.", "Write FIELD=VALUE.", word=word)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
