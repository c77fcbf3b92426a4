"""`quanyu people consent` and `quanyu people bar`: what staff record for somebody."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from quanyu.act.consent import ACTIONS
from quanyu.cli.help import Command
from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import help_of, out, say
from quanyu.part.action import Caller, perform

WhoArgument = Annotated[str, typer.Argument(help=say("A person id or an identifier such as jd:13912."))]


def add_to(people: typer.Typer) -> None:
    """Add the commands to the group."""
    people.command(
        cls=Command,
        help=help_of(
            "Record what somebody said about being written to.",
            'quanyu people consent jd:13912 mail --yes --proof "form 17 of 20 November"',
        ),
    )(consent)
    people.command(
        cls=Command,
        help=help_of(
            "Let a contact not be used, or be used again after a bounce was mended.",
            'quanyu people bar jd:13912 --channel sms --note "wrong number"',
        ),
    )(bar)


def consent(  # noqa: PLR0917 - Typer reads them by name
    who: WhoArgument,
    channel: Annotated[str, typer.Argument(help=say("Channel, such as mail; all for every one."))],
    yes: Annotated[bool, typer.Option("--yes/--no", help=say("What they said."))],
    proof: Annotated[str, typer.Option(help=say("What shows a yes: a form, a call, a message."))] = "",
    purpose: Annotated[str, typer.Option(help=say("What for: marketing or personalisation."))] = "marketing",
    root: WorkspaceOption = None,
) -> None:
    """Record what somebody said about being written to."""
    given = {"who": who, "channel": channel, "is_granted": yes, "proof": proof, "purpose": purpose}
    with workspace(root) as ws:
        perform(ws, ACTIONS["record_consent"], given, Caller(getpass.getuser()))
    out.print(say("Recorded; it holds from now on."), highlight=False)


def bar(
    who: WhoArgument,
    channel: Annotated[str, typer.Option(help=say("Channel, such as mail; all for every one."))] = "all",
    note: Annotated[str, typer.Option(help=say("Why, for the list."))] = "",
    lift: Annotated[bool, typer.Option("--lift", help=say("Let it be used again."))] = False,
    root: WorkspaceOption = None,
) -> None:
    """Let a contact not be used, or be used again."""
    given = {"who": who, "channel": channel, "note": note, "is_lifted": lift}
    with workspace(root) as ws:
        n = perform(ws, ACTIONS["bar_contact"], given, Caller(getpass.getuser()))
    told = say("Lines taken off the list: {n}", n=n) if lift else say("Lines put on the list: {n}", n=n)
    out.print(told, highlight=False)
