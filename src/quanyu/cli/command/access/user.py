"""`quanyu user`: who may sign in to the console, in which role."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, get_args

import typer

from quanyu import ledger
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, out, say
from quanyu.errors import AccessError
from quanyu.ledger import User
from quanyu.part.access import user as access
from quanyu.part.action import Action, Caller, perform
from quanyu.part.role import ROLES, Role
from quanyu.text import Text
from quanyu.workspace import Workspace

user = typer.Typer(no_args_is_help=True)

RoleName = StrEnum("RoleName", get_args(get_args(Role)[0]))  # type: ignore[misc]
"""The roles, as words of the command line."""
NameArgument = Annotated[str, typer.Argument(help=say("Name of the user."))]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help=say("Read the password from standard input, one line."))
]


@user.command(
    cls=Command,
    help=help_of(
        "Add a user; the password is asked for twice. The first one is an owner: from then on everybody signs in.",
        "quanyu user add wang --role marketer",
    ),
)
def add(
    name: NameArgument,
    role: Annotated[RoleName, typer.Option(help=say("What they may do."))],
    password_stdin: StdinOption = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Add a user."""
    with workspace(root) as ws:
        given = {"name": name, "role": role.value, "password": _password(is_piped=password_stdin)}
        _tell(_done(ws, access.ADD, given), json)


@user.command(
    "list", cls=Command, help=help_of("List the users, and what each role may do.", "quanyu user list")
)
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the users."""
    with workspace(root) as ws:
        listed = ledger.list_users(ws.ledger)
    if json:
        as_json([_plain(one) for one in listed])
        return
    if not listed:
        out.print(
            say("No user yet: the console opens on this machine only, without a login."), highlight=False
        )
    else:
        heads = ("User", "Role", "May sign in", "Added", "Last here")
        rows = [_row(one) for one in listed]
        table("", [say(head) for head in heads], rows)
    duties = ("Role", "Does")
    table("", [say(head) for head in duties], [(say(name), say(duty.does)) for name, duty in ROLES.items()])


@user.command(
    cls=Command,
    help=help_of("Give a user another role; their sessions end.", "quanyu user role wang analyst"),
)
def role(
    name: NameArgument,
    role: Annotated[RoleName, typer.Argument(help=say("What they may do."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Give a user another role."""
    with workspace(root) as ws:
        _tell(_done(ws, access.PLACE, {"name": name, "role": role.value}), json)


@user.command(
    cls=Command,
    help=help_of("Let a user sign in no more; their sessions end at once.", "quanyu user disable wang"),
)
def disable(name: NameArgument, root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Let a user sign in no more."""
    with workspace(root) as ws:
        _tell(_done(ws, access.ACTIVATE, {"name": name, "is_active": False}), json)


@user.command(
    cls=Command, help=help_of("Let a user who was disabled sign in again.", "quanyu user enable wang")
)
def enable(name: NameArgument, root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Let a user sign in again."""
    with workspace(root) as ws:
        _tell(_done(ws, access.ACTIVATE, {"name": name, "is_active": True}), json)


@user.command(
    cls=Command,
    help=help_of("Give a user another password; their sessions end.", "quanyu user password wang"),
)
def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Give a user another password."""
    with workspace(root) as ws:
        given = {"name": name, "password": _password(is_piped=password_stdin)}
        _tell(_done(ws, access.RESET, given), json)


def _done(ws: Workspace, action: Action, given: Mapping[str, object]) -> User:
    changed: User = perform(ws, action, given, Caller(getpass.getuser()))
    return changed


def _password(*, is_piped: bool) -> str:
    """Return what is typed twice without being shown, or the first line of standard input."""
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AccessError(
            "A password is asked for at a terminal, and this is none.",
            "Give it in one line of standard input, with --password-stdin.",
        )
    typed = getpass.getpass(say("Password: "))
    if getpass.getpass(say("Once more: ")) != typed:
        raise AccessError("The two passwords are not the same.", "Type it again.")
    return typed


def _tell(one: User, json: bool) -> None:
    if json:
        as_json(_plain(one))
        return
    state: Text = "may sign in" if one.is_active else "may not sign in"
    text = say("{name}: {role}, {state}", name=one.name, role=say(_role(one)), state=say(state))
    out.print(text, highlight=False, markup=False)


def _role(one: User) -> Text:
    return one.role


def _row(one: User) -> tuple[object, ...]:
    seen = f"{one.seen_at:%Y-%m-%d %H:%M}" if one.seen_at else "-"
    return one.name, say(_role(one)), one.is_active, f"{one.made_at:%Y-%m-%d}", seen


def _plain(one: User) -> dict[str, object]:
    return {
        "name": one.name,
        "role": one.role,
        "is_active": one.is_active,
        "made_at": one.made_at,
        "seen_at": one.seen_at,
    }
