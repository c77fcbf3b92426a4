"""`quanyu load`, `quanyu layouts` and `quanyu people`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskID

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, err, out, progress, say, table, workspace
from quanyu.collect.identity import explain as explain_person
from quanyu.collect.identity import merge as merge_people
from quanyu.collect.identity import split as split_person
from quanyu.collect.load import Loaded
from quanyu.collect.load import layouts as read_layouts
from quanyu.collect.load import load as load_files

people = typer.Typer(help=say("Look into identity and correct it."), no_args_is_help=True)


def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE_OR_FOLDER...", help=say("Files or folders to load."))],
    layout: Annotated[str | None, typer.Option("--as", help=say("Name of the layout, where it is not recognised."))] = None,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Load files; say what was recognised, taken and refused, and why. Loading again adds nothing.

    Example: quanyu load exports/ orders.csv --as plain_orders
    """
    with workspace(root) as ws, progress() as bars:
        tasks: dict[str, TaskID] = {}

        def advance(name: str, done: int, total: int) -> None:
            task = tasks.setdefault(name, bars.add_task(name, total=total) if name not in tasks else tasks[name])
            bars.update(task, completed=done, total=total)

        loaded = load_files(ws, files, layout=layout, progress=advance)
    if json:
        as_json([dataclasses.asdict(one) for one in loaded])
    else:
        _print_loaded(loaded)
    if any(one.status == "failed" for one in loaded):
        raise typer.Exit(6)


def _print_loaded(loaded: list[Loaded]) -> None:
    columns = [say(name) for name in ("File", "Layout", "Rows", "Taken", "Refused", "Result")]
    rows = [
        (Path(one.file).name, one.layout or "", one.n_rows, one.n_taken, one.n_refused, say(one.status))
        for one in loaded
    ]
    table("", columns, rows)
    for one in loaded:
        changes = ", ".join(f"{name} +{c.added} ~{c.changed} ={c.same}" for name, c in one.changes.items())
        if changes:
            out.print(f"  {Path(one.file).name}: {changes}", style="dim", highlight=False)
        for reason, n in sorted(one.reasons.items(), key=lambda pair: -pair[1])[:5]:
            out.print(f"    {say('refused')} {n:,}: {reason}", style="yellow", highlight=False)
        if one.status == "failed":
            err.print(f"{one.file}: {one.message}", style="red", highlight=False)


def layouts(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the file layouts that can be recognised.

    Example: quanyu layouts --json
    """
    known = read_layouts(root)
    rows = [(one.name, one.zh, one.en, ", ".join(one.tables)) for one in known]
    if json:
        as_json([dict(zip(("name", "zh", "en", "tables"), row, strict=True)) for row in rows])
    else:
        table("", [say(name) for name in ("Layout", "Chinese", "English", "Fills")], rows)


@people.command()
def split(
    person: Annotated[str, typer.Argument(help=say("Person to split."))],
    id_keys: Annotated[list[str], typer.Argument(help=say("Identifiers that belong to somebody else."))],
    reason: Annotated[str, typer.Option(help=say("Why, for the log."))] = "",
    by: Annotated[str, typer.Option(help=say("Who decides, for the log."))] = "cli",
    root: WorkspaceOption = None,
) -> None:
    """Take identifiers away from a person; they become another one.

    Example: quanyu people split p1f0c2 jd:13912 --reason "two customers, one phone"
    """
    with workspace(root) as ws:
        out.print(str(split_person(ws, person, id_keys, by=by, reason=reason)), highlight=False)


@people.command()
def merge(
    person: Annotated[str, typer.Argument(help=say("One person."))],
    other: Annotated[str, typer.Argument(help=say("The same person under another id."))],
    reason: Annotated[str, typer.Option(help=say("Why, for the log."))] = "",
    by: Annotated[str, typer.Option(help=say("Who decides, for the log."))] = "cli",
    root: WorkspaceOption = None,
) -> None:
    """Say that two people are one.

    Example: quanyu people merge p1f0c2 p77ab1 --reason "showed both cards"
    """
    with workspace(root) as ws:
        out.print(str(merge_people(ws, person, other, by=by, reason=reason)), highlight=False)


@people.command()
def explain(
    who: Annotated[str, typer.Argument(help=say("A person id or an identifier such as jd:13912."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say which identifiers make up a person, what links them and what was decided.

    Example: quanyu people explain jd:13912
    """
    with workspace(root) as ws:
        explanation = explain_person(ws, who)
    if json:
        as_json(dataclasses.asdict(explanation))
    else:
        out.print(str(explanation), highlight=False)
