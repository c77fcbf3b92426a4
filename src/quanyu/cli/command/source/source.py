"""`quanyu source`: what sends events live, with which key."""

from __future__ import annotations

import getpass
from enum import StrEnum
from typing import Annotated

import typer

from quanyu import ledger
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, out, say
from quanyu.collect.collector.source import ADD_SOURCE, REVOKE_SOURCE, snippets
from quanyu.collect.collector.wire import wires
from quanyu.ledger import Source
from quanyu.part.action import Caller, perform

source = typer.Typer(no_args_is_help=True)
Kind = StrEnum("Kind", {name: name for name in sorted(wires())})  # type: ignore[misc]


@source.command(
    cls=Command,
    help=help_of(
        "Add a source, and print its write key and how its client is set up.",
        "quanyu source add shop --kind browser",
    ),
)
def add(
    name: Annotated[str, typer.Argument(help=say("What sends the events."))],
    kind: Annotated[Kind, typer.Option(help=say("The kind of client that it sends them with."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Add a source."""
    with workspace(root) as ws:
        made = perform(ws, ADD_SOURCE, {"name": name, "kind": kind.value}, Caller(getpass.getuser()))
        told = snippets(ws, made)
    if json:
        as_json(_plain(made) | {"snippets": [vars(one) for one in told]})
        return
    out.print(say("Write key: {key}", key=made.write_key), highlight=False, markup=False)
    for one in told:
        out.print(
            f"\n{one.client}" + (f": {one.install}" if one.install else ""), highlight=False, markup=False
        )
        out.print(one.code.rstrip(), highlight=False, markup=False, soft_wrap=True)


@source.command(
    "list", cls=Command, help=help_of("List the sources, the newest first.", "quanyu source list")
)
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the sources."""
    with workspace(root) as ws:
        listed = ledger.list_sources(ws.ledger)
    if json:
        as_json([_plain(one) for one in listed])
    elif not listed:
        out.print(say("No source yet. Add one: quanyu source add NAME --kind browser"), highlight=False)
    else:
        heads = ("Source", "Kind", "Write key", "Valid", "Made by", "Made on")
        rows = [
            (one.name, one.kind, one.write_key, one.is_valid, one.made_by, f"{one.made_at:%Y-%m-%d}")
            for one in listed
        ]
        table("", [say(head) for head in heads], rows)


@source.command(
    cls=Command,
    help=help_of("Let the write key of a source open nothing any more.", "quanyu source revoke shop"),
)
def revoke(
    name: Annotated[str, typer.Argument(help=say("The source, as listed by quanyu source list."))],
    root: WorkspaceOption = None,
) -> None:
    """Let the write key of a source open nothing any more."""
    with workspace(root) as ws:
        gone = perform(ws, REVOKE_SOURCE, {"name": name}, Caller(getpass.getuser()))
    out.print(say("Revoked: {name}", name=gone.name), highlight=False, markup=False)


def _plain(one: Source) -> dict[str, object]:
    return vars(one) | {"is_valid": one.is_valid}
