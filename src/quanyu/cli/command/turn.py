"""`quanyu run`: one turn of the loop."""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
from typing import Annotated

import typer

from quanyu import loop
from quanyu.cli.progress import progress
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import err, language, out, say
from quanyu.part.action import Caller, perform
from quanyu.part.day import as_of
from quanyu.part.step import Step
from quanyu.text import told
from quanyu.workspace import Workspace


def run(
    *,
    explain: Annotated[
        bool, typer.Option("--explain", help=say("Say what would be done, and do nothing."))
    ] = False,
    only: Annotated[str | None, typer.Option(metavar="STEP", help=say("Only this step."))] = None,
    again: Annotated[
        str | None,
        typer.Option(
            metavar="STEP", help=say("Do this step, the step of this table, or all again, however fresh.")
        ),
    ] = None,
    earlier: Annotated[
        bool, typer.Option("--earlier", help=say("Go on though the day lies before that of the last turn."))
    ] = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Do one turn of the loop: what is up to date is skipped, a killed turn is resumed."""
    with workspace(root) as ws:
        if explain:
            _show_plan(loop.explain(ws, only), json)
        else:
            _show_turn(_run(ws, only, again, earlier), as_of(ws), json)


def _show_plan(planned: list[loop.Planned], json: bool) -> None:
    if json:
        as_json([_fields(entry) for entry in planned])
        return
    rows = [
        (
            entry.step.name,
            say("due") if entry.is_due else say("fresh"),
            told(entry.why, language()),
            ", ".join(entry.step.writes),
        )
        for entry in planned
    ]
    table("", [say(head) for head in ("Step", "State", "Why", "Writes")], rows)


def _fields(entry: loop.Planned) -> dict[str, object]:
    step = entry.step
    return {
        "step": step.name,
        "is_due": entry.is_due,
        "why": entry.why,
        "reads": step.looks_at,
        "writes": step.writes,
    }


def _show_turn(ran: list[loop.Ran], day: dt.date, json: bool) -> None:
    if json:
        as_json([dataclasses.asdict(result) | {"as_of": day} for result in ran])
        return
    rows = []
    for result in ran:
        counts = ", ".join(f"{name} {n:,}" for name, n in result.rows.items())
        rows.append(
            (result.step, say(result.status), told(result.why, language()), counts, f"{result.seconds:.1f} s")
        )
    table("", [say(head) for head in ("Step", "State", "Why", "Rows", "Time")], rows)
    for note in (note for result in ran for note in result.notes):
        err.print(told(note, language()), style="yellow", highlight=False, markup=False)
    out.print(say("As of {day}.", day=day), style="dim", highlight=False)


def _run(ws: Workspace, only: str | None, again: str | None, earlier: bool) -> list[loop.Ran]:
    with progress() as bars:
        task = bars.add_task(say("One turn of the loop"), total=None)

        def advance(step: Step, position: int, total: int) -> None:
            bars.update(task, description=say(step.label), completed=position, total=total)

        given = {"only": only, "again": again, "earlier": earlier}
        ran: list[loop.Ran] = perform(ws, loop.RUN, given, Caller(getpass.getuser(), advance))
        return ran
