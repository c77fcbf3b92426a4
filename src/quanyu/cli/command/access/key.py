"""`quanyu key`: keys with which programs ask over the network."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from quanyu import ledger
from quanyu.cli.command.access.user import RoleName
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, out, say
from quanyu.ledger import ApiKey
from quanyu.part.access import api_key
from quanyu.part.action import Caller, perform
from quanyu.text import Text

key = typer.Typer(no_args_is_help=True)


@key.command(
    cls=Command,
    help=help_of(
        "Make a key for a program. Its secret is shown once and kept nowhere.",
        "quanyu key add dashboard --role viewer --days 90",
    ),
)
def add(
    name: Annotated[str, typer.Argument(help=say("What will use it."))],
    role: Annotated[RoleName, typer.Option(help=say("What it may do."))],
    days: Annotated[int, typer.Option(help=say("Days it is valid; 0: until it is revoked."))] = 0,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make a key for a program."""
    given = {"name": name, "role": role.value, "days": days}
    with workspace(root) as ws:
        made = perform(ws, api_key.ADD_KEY, given, Caller(getpass.getuser()))
    if json:
        as_json(_plain(made.key) | {"secret": made.secret})
        return
    out.print(made.secret, highlight=False, markup=False)
    out.print(say("Keep it now: it is not shown again."), highlight=False)


@key.command("list", cls=Command, help=help_of("List the keys, the newest first.", "quanyu key list"))
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the keys."""
    with workspace(root) as ws:
        listed, now = ledger.list_keys(ws.ledger), ws.now()
    if json:
        as_json([_plain(one) | {"is_valid": one.is_valid(now)} for one in listed])
    elif not listed:
        out.print(say("No key yet. Make one: quanyu key add NAME --role analyst"), highlight=False)
    else:
        heads = ("Key", "For", "Role", "Valid", "Made by", "Until", "Last used")
        rows = [
            (one.prefix, one.name, say(_role(one)), one.is_valid(now), one.made_by, _day(one.expires_at), _day(one.used_at))
            for one in listed
        ]  # fmt: skip
        table("", [say(head) for head in heads], rows)


@key.command(cls=Command, help=help_of("Let a key open nothing any more.", "quanyu key revoke 3f9a01c2"))
def revoke(
    prefix: Annotated[str, typer.Argument(help=say("The key, as listed by quanyu key list."))],
    root: WorkspaceOption = None,
) -> None:
    """Let a key open nothing any more."""
    with workspace(root) as ws:
        gone = perform(ws, api_key.REVOKE, {"prefix": prefix}, Caller(getpass.getuser()))
    out.print(
        say("Revoked: {prefix}, {name}", prefix=gone.prefix, name=gone.name), highlight=False, markup=False
    )


def _role(one: ApiKey) -> Text:
    return one.role


def _day(at: object) -> str:
    return f"{at:%Y-%m-%d}" if at else "-"


def _plain(one: ApiKey) -> dict[str, object]:
    told = ("prefix", "name", "role", "made_by", "made_at", "expires_at", "revoked_at", "used_at")
    return {name: getattr(one, name) for name in told}
