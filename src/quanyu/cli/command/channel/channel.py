"""`quanyu channel`: the ways out, whether they are ready, and a try of one."""

from __future__ import annotations

import dataclasses
import getpass
from collections.abc import Mapping
from typing import Annotated

import typer

from quanyu.act.channel.trial import TRY_CHANNEL, channel_states
from quanyu.act.track import READ_MAILBOX
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, language, out, say
from quanyu.errors import ChannelError
from quanyu.part.action import Caller, perform
from quanyu.text import Text, told

channel = typer.Typer(no_args_is_help=True)

HEARERS: Mapping[str, Text] = {"people": "people", "staff": "staff", "platform": "ad platforms"}


@channel.command(
    "list",
    cls=Command,
    help=help_of("List the channels: whom they reach, and whether they are ready.", "quanyu channel list"),
)
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the channels."""
    with workspace(root) as ws:
        states = channel_states(ws)
    if json:
        as_json([dataclasses.asdict(one) for one in states])
        return
    heads = ("Channel", "What", "Reaches", "By", "State", "Missing")
    rows = [
        (one.name, say(one.label), say(HEARERS[one.audience]), ", ".join(one.kinds), say(one.state),
         "; ".join(told(wrong, language()) for wrong in one.missing))
        for one in states
    ]  # fmt: skip
    table("", [say(head) for head in heads], rows)


@channel.command(
    cls=Command,
    help=help_of(
        "Send one real message through a channel, and say what became of it. The exit code is 14 unless it was delivered.",
        "quanyu channel test mail --to me@shop.example",
    ),
)
def test(
    name: Annotated[str, typer.Argument(help=say("The channel, as listed by quanyu channel list."))],
    to: Annotated[
        str, typer.Option(help=say("Address, number or identifier it goes to; robots need none."))
    ] = "",
    template: Annotated[
        str, typer.Option(help=say("Template of the provider, where the provider keeps the words."))
    ] = "",
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help=say("A value of the template; may be given several times.")),
    ] = None,
    *,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Send one message through a channel."""
    fields = dict(word.partition("=")[::2] for word in field or ())
    given = {"channel": name, "to": to, "template": template, "fields": fields}
    with workspace(root) as ws:
        outcome = perform(ws, TRY_CHANNEL, given, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(outcome))
    else:
        said = [say(outcome.status), outcome.reason, told(outcome.detail, language()), outcome.receipt]
        out.print(": ".join(part for part in said if part), highlight=False, markup=False)
    if outcome.status != "delivered":
        raise ChannelError(
            "The message was not delivered.", "See docs/how-to/set-up-channels.md.", channel=name
        )


@channel.command(
    cls=Command,
    help=help_of(
        "Read the mail that came back: who could not be reached, complained or answered.",
        "quanyu channel read",
    ),
)
def read(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Read the mail that came back."""
    with workspace(root) as ws:
        taken = perform(ws, READ_MAILBOX, {}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(taken))
    else:
        said = say(
            "{n} pieces of mail read, {new} new reactions recorded.",
            n=f"{taken.n_read:,}",
            new=f"{taken.n_new:,}",
        )
        out.print(said, highlight=False)
