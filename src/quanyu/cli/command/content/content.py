"""`quanyu content`: what messages say, in versions, with previews and checks."""

from __future__ import annotations

import dataclasses
import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quanyu import figure
from quanyu.act.content.kept import CHECK, KEEP, LIST, PREVIEW, SHOW, read_file
from quanyu.cli.help import Command
from quanyu.cli.screen import CONTROL, JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, language, out, say
from quanyu.errors import ContentError, StorageError
from quanyu.part.action import Caller, perform
from quanyu.text import Text

if TYPE_CHECKING:
    from quanyu.act.channel import Content
    from quanyu.act.content.kept.kept import Checked

content = typer.Typer(no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help=say("Name of the content."))]
SEVERITIES: Mapping[str, Text] = {"blocked": "blocked", "warn": "look at it", "note": "allowed"}


@content.command(
    cls=Command,
    help=help_of(
        "Keep the content in a file of YAML or JSON as a new version.", "quanyu content add win-back.yaml"
    ),
)
def add(
    file: Annotated[Path, typer.Argument(dir_okay=False, help=say("A file of YAML or JSON."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a content as a new version."""
    draft = read_file(file)
    given = {item.name: getattr(draft, item.name) for item in dataclasses.fields(draft)}
    with workspace(root) as ws:
        made = perform(ws, KEEP, given, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(made))
    else:
        text = say("Content {name}, version {version}", name=made.content_id, version=made.version)
        out.print(text, highlight=False, markup=False)


@content.command("list", cls=Command, help=help_of("List the contents.", "quanyu content list"))
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the contents."""
    with workspace(root) as ws:
        listed = perform(ws, LIST, {}, Caller(getpass.getuser()))
    if json:
        as_json([dataclasses.asdict(one) for one in listed])
    elif not listed:
        out.print(
            say("No content yet. Keep one: quanyu content add FILE.yaml"), highlight=False, markup=False
        )
    else:
        heads = ("Content", "Channel", "Version", "Variants", "Author", "Changed at", "Note")
        rows = [
            (
                one.content_id,
                one.channel,
                one.version,
                len(one.body["variants"]),
                one.author,
                f"{one.changed_at:%Y-%m-%d %H:%M}",
                one.note,
            )
            for one in listed
        ]
        table("", [say(head) for head in heads], rows)


@content.command(
    cls=Command, help=help_of("Show what a content says, and its versions.", "quanyu content show win-back")
)
def show(
    name: NameArgument,
    version: Annotated[int, typer.Option(help=say("A version; default: the newest."))] = 0,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a content says, and its versions."""
    with workspace(root) as ws:
        shown = perform(ws, SHOW, {"name": name, "version": version}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(shown))
        return
    for variant in shown.draft.variants:
        share = "" if variant.share is None else f" {variant.share:.0%}"
        out.print(f"[{variant.name}]{share}", style="bold", highlight=False, markup=False)
        _print_parts(variant.content)
    heads = ("Version", "Author", "Changed at", "Note")
    rows = [(one.version, one.author, f"{one.changed_at:%Y-%m-%d %H:%M}", one.note) for one in shown.versions]
    table("", [say(head) for head in heads], rows)


@content.command(
    cls=Command,
    help=help_of(
        "Show what somebody would be sent; nobody is sent anything.",
        "quanyu content preview win-back --person p1f0c2 --output win-back.html",
    ),
)
def preview(
    name: NameArgument,
    *,
    person: Annotated[str, typer.Option(help=say("A person id; default: made-up values."))] = "",
    variant: Annotated[str, typer.Option(help=say("A variant; default: the first."))] = "",
    output: Annotated[
        Path | None, typer.Option(help=say("Write the HTML (or the text, where there is none) to a file."))
    ] = None,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show what somebody would be sent."""
    given = {"name": name, "person_id": person, "variant": variant}
    with workspace(root) as ws:
        shown = perform(ws, PREVIEW, given, Caller(getpass.getuser()))
        currency = ws.settings.currency
    if output is not None:
        _write(output, shown.content.html or shown.content.text)
    if json:
        as_json(dataclasses.asdict(shown))
        return
    _print_parts(dataclasses.replace(shown.content, html=""))
    if shown.n_parts:
        amount = figure.money(shown.amount, currency)
        said = say(
            "{n} letters in {parts} parts, {amount}", n=shown.length, parts=shown.n_parts, amount=amount
        )
        out.print(said, highlight=False, markup=False)
    if shown.links:
        rows = list(enumerate(shown.links, 1))
        table("", [say(head) for head in ("Link", "Leads to")], rows)
    if output is not None:
        out.print(say("Written: {file}", file=output), highlight=False, markup=False)


@content.command(
    cls=Command,
    help=help_of(
        "Say what stands in the way of a content, and for how many people it misses a variable. The exit code is 21 if "
        "anything forbids sending it.",
        'quanyu content check win-back --for "in segment lapsing"',
    ),
)
def check(
    name: NameArgument,
    whom: Annotated[
        str,
        typer.Option(
            "--for", help=say("Conditions that find the people it is meant for; default: everybody.")
        ),
    ] = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Check a content."""
    with workspace(root) as ws:
        checked = perform(ws, CHECK, {"name": name, "rule": whom}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(checked) | {"is_blocked": checked.is_blocked})
    else:
        _print_findings(checked)
    n_blocked = sum(one.severity == "blocked" for one in checked.findings)
    if n_blocked:
        raise ContentError(
            "The content {name} cannot be sent as it is: {n} findings stand in the way.",
            "Change what is blocked, keep it, and check it again.",
            name=name,
            n=n_blocked,
        )


def _print_findings(checked: Checked) -> None:
    said = say(
        "Version {version}, asked for {n} people: {found} findings",
        version=checked.version,
        n=f"{checked.n_people:,}",
        found=len(checked.findings),
    )
    out.print(said, highlight=False, markup=False)
    if checked.findings:
        heads = ("Variant", "How grave", "What", "Why", "What to do", "Article")
        rows = [
            (
                one.variant,
                say(SEVERITIES[one.severity]),
                one.found,
                one.why[language()],
                one.suggestion[language()],
                one.article,
            )
            for one in checked.findings
        ]
        table("", [say(head) for head in heads], rows)


def _print_parts(said: Content) -> None:
    """Print the parts of a content that say something."""
    parts: list[tuple[Text, str]] = [
        ("Subject", said.subject),
        ("Text", said.text),
        ("HTML", said.html),
        ("Template", said.template),
        ("Link", said.link),
    ]
    for label, text in parts:
        _print_part(say(label), text)
    for name, text in said.fields.items():
        _print_part(name, text)


def _print_part(label: str, text: str) -> None:
    if text:
        out.print(f"{label}:", style="italic", highlight=False, markup=False)
        out.print(CONTROL.sub("\ufffd", text.rstrip()), highlight=False, markup=False)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(
            "{file} cannot be written: {cause}.", "Choose another place.", file=file, cause=str(error)
        ) from None
