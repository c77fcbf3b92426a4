"""`quanyu channel`: the ways out, whether they are ready, and a try of one."""

from __future__ import annotations

import dataclasses
import getpass
from collections.abc import Mapping
from typing import Annotated, Literal

import typer

from quanyu.act.channel.trial import TRY_CHANNEL, channel_states
from quanyu.act.track import BACK
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, language, out, say
from quanyu.errors import ChannelError
from quanyu.part.action import Caller, perform
from quanyu.text import Text, told

channel = typer.Typer(no_args_is_help=True)

READ: Mapping[str, Text] = {
    "mail": "{n_read} pieces of mail read, {n_new} new reactions recorded.",
    "wecom": "{n_tasks} tasks tell of {n_told} customers, {n_new} new reactions recorded.",
}
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
        "Fetch what came back: mail (who could not be reached, complained or answered), or what became of tasks in WeCom.",
        "quanyu channel read wecom",
    ),
)
def read(
    name: Annotated[Literal["mail", "wecom"], typer.Argument(help=say("The channel."))] = "mail",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Fetch what came back."""
    with workspace(root) as ws:
        taken = perform(ws, BACK[name], {}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(taken))
        return
    out.print(
        say(READ[name], **{key: f"{n:,}" for key, n in dataclasses.asdict(taken).items()}), highlight=False
    )
