"""`quanyu people export`, `erase` and `expire`: what is known about somebody, and the end of it."""

from __future__ import annotations

import dataclasses
import getpass
import json as documents
import os
from pathlib import Path
from typing import Annotated

import typer

from quanyu.act.erasure import ERASE, EXPIRE, EXPORT
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, out, say
from quanyu.part.action import Caller, perform

WhoArgument = Annotated[str, typer.Argument(help=say("A person id or an identifier such as jd:13912."))]


def add_to(people: typer.Typer) -> None:
    """Add the commands to the group."""
    people.command(
        cls=Command,
        help=help_of(
            "Write everything about a person as JSON.", "quanyu people export jd:13912 --output zhang.json"
        ),
    )(export)
    people.command(
        cls=Command,
        help=help_of(
            "Erase a person from every table, record and file, for good.",
            "quanyu people erase jd:13912 --yes",
        ),
    )(erase)
    people.command(
        cls=Command,
        help=help_of(
            "Delete rows that are older than [retention] in quanyu.toml allows.", "quanyu people expire --yes"
        ),
    )(expire)


def export(
    who: WhoArgument,
    output: Annotated[
        Path | None, typer.Option(help=say("File to write, for its owner's eyes only; default: the screen."))
    ] = None,
    root: WorkspaceOption = None,
) -> None:
    """Write everything about a person as JSON."""
    with workspace(root) as ws:
        told = dataclasses.asdict(perform(ws, EXPORT, {"person": who}, Caller(getpass.getuser())))
    if output is None:
        as_json(told)
        return
    with open(output, "w", encoding="utf-8", opener=_private) as stream:
        documents.dump(told, stream, ensure_ascii=False, indent=2, default=str)
    out.print(say("Written to {file}.", file=output), highlight=False)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def erase(
    who: WhoArgument,
    yes: Annotated[bool, typer.Option("--yes", help=say("Do it; there is no way back."))] = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Erase a person from every table, record and file, for good."""
    if not yes:
        out.print(say("There is no way back from this: say --yes if it is meant."), highlight=False)
        raise typer.Exit(2)
    with workspace(root) as ws:
        done = perform(ws, ERASE, {"person": who}, Caller(getpass.getuser()))
        is_server = ws.ledger.engine.dialect.name != "sqlite"
    if json:
        as_json(dataclasses.asdict(done))
        return
    rows = [*done.tables.items(), *done.records.items()]
    table(say("Erased"), [say("Table"), say("Rows")], rows)
    for name in done.files:
        out.print(say("Lines taken out of {file}.", file=name), highlight=False)
    for name in done.unread:
        out.print(say("Look into {file} yourself: it is no text.", file=name), highlight=False)
    if is_server:
        out.print(
            say(
                "The write-ahead log and the backups of the database server keep what they had until they are recycled."
            ),
            highlight=False,
        )
    out.print(say("Bring the other tables up to date with: quanyu run"), highlight=False)


def expire(
    yes: Annotated[
        bool, typer.Option("--yes", help=say("Delete them; without it they are only counted."))
    ] = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Delete rows that are older than the settings allow."""
    with workspace(root) as ws:
        done = perform(ws, EXPIRE, {"is_meant": yes}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(done))
        return
    if not done.tables:
        out.print(say("Nothing is limited: see [retention] in docs/reference/settings.md."), highlight=False)
        return
    table(
        say("Deleted") if done.is_done else say("Older than allowed"),
        [say("Table"), say("Rows")],
        list(done.tables.items()),
    )
