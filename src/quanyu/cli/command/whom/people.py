"""`quanyu people`: look into identity and correct it."""

from __future__ import annotations

import dataclasses
import getpass
from typing import Annotated

import typer

from quanyu.cli.command.whom import consent, privacy
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, out, say
from quanyu.collect.identity import EXPLAIN, Explanation, Resolution, correction
from quanyu.part.action import Caller, perform

people = typer.Typer(no_args_is_help=True)
privacy.add_to(people)
consent.add_to(people)

ReasonOption = Annotated[str, typer.Option(help=say("Why, for the log."))]
ByOption = Annotated[str, typer.Option(help=say("Who decides, for the log."))]


@people.command(
    cls=Command,
    help=help_of(
        "Take identifiers away from a person; they become another one.",
        'quanyu people split p1f0c2 jd:13912 --reason "two customers, one phone"',
    ),
)
def split(  # noqa: PLR0917 - Typer reads them by name
    person: Annotated[str, typer.Argument(help=say("Person to split."))],
    id_keys: Annotated[list[str], typer.Argument(help=say("Identifiers that belong to somebody else."))],
    reason: ReasonOption = "",
    by: ByOption = "cli",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take identifiers away from a person; they become another one."""
    with workspace(root) as ws:
        _print_resolution(
            perform(
                ws, correction.SPLIT, {"person": person, "id_keys": id_keys, "reason": reason}, Caller(by)
            ),
            json,
        )


@people.command(
    cls=Command,
    help=help_of(
        "Say that two people are one.", 'quanyu people merge p1f0c2 p77ab1 --reason "showed both cards"'
    ),
)
def merge(  # noqa: PLR0917 - Typer reads them by name
    person: Annotated[str, typer.Argument(help=say("One person."))],
    other: Annotated[str, typer.Argument(help=say("The same person under another id."))],
    reason: ReasonOption = "",
    by: ByOption = "cli",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that two people are one."""
    with workspace(root) as ws:
        _print_resolution(
            perform(ws, correction.MERGE, {"person": person, "other": other, "reason": reason}, Caller(by)),
            json,
        )


@people.command(
    cls=Command,
    help=help_of(
        "Say which identifiers make up a person, what links them and what was decided.",
        "quanyu people explain jd:13912",
    ),
)
def explain(
    who: Annotated[str, typer.Argument(help=say("A person id or an identifier such as jd:13912."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say which identifiers make up a person, what links them and what was decided."""
    with workspace(root) as ws:
        explanation = perform(ws, EXPLAIN, {"person": who}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(explanation))
    else:
        _print_explanation(explanation)


def _print_resolution(resolution: Resolution, json: bool) -> None:
    if json:
        as_json(dataclasses.asdict(resolution))
        return
    out.print(
        say(
            "Done: {n_identifiers} identifiers looked at again, they are {n_people} people now.",
            n_identifiers=resolution.n_identifiers,
            n_people=resolution.n_people,
        ),
        highlight=False,
    )
    out.print(say("Bring the other tables up to date with: quanyu run"), highlight=False)


def _print_explanation(explanation: Explanation) -> None:
    out.print(explanation.person_id, style="bold", highlight=False)
    heads = [say(head) for head in ("Identifier", "Kind", "First seen", "Last seen")]
    names = ("id_key", "kind", "first_seen_at", "last_seen_at")
    table("", heads, [tuple(row[name] for name in names) for row in explanation.identifiers])
    if explanation.links:
        heads = [say(head) for head in ("Identifier", "Linked with", "Verified", "Counts", "Why not")]
        rows = [
            (link.id_key, link.other_key, link.is_verified, link.counts, link.reason)
            for link in explanation.links
        ]
        table("", heads, rows)
    for line in explanation.log:
        words = (line["action"], line["other_id"], line["reason"])
        said = " ".join((f"{line['decided_at']:%Y-%m-%d %H:%M}", *(word for word in words if word)))
        out.print(f"  {said}", style="dim", highlight=False, markup=False)
