"""`quanyu run`: one turn of the loop."""

from __future__ import annotations

from typing import Annotated

import typer

from quanyu import loop
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, out, progress, say, table, workspace


def run(
    explain: Annotated[bool, typer.Option("--explain", help=say("Say what would be done, and do nothing."))] = False,
    only: Annotated[str | None, typer.Option(metavar="STEP", help=say("Only this step."))] = None,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Do one turn of the loop: what is up to date is skipped, a killed turn is resumed.

    Example: quanyu run --explain
    """
    with workspace(root) as ws:
        if explain:
            planned = loop.explain(ws, only)
            rows = [
                (one.step.name, say("due") if one.is_due else say("fresh"), one.why, ", ".join(one.step.writes))
                for one in planned
            ]
            heads = ("Step", "State", "Why", "Writes")
        else:
            ran = _run(ws, only)
            rows = [
                (one.step, say(one.status), one.why, ", ".join(f"{name} {n:,}" for name, n in one.rows.items()), f"{one.seconds:.1f} s")
                for one in ran
            ]
            heads = ("Step", "State", "Why", "Rows", "Time")
    if json:
        as_json([dict(zip([head.lower() for head in heads], row, strict=True)) for row in rows])
    else:
        table("", [say(head) for head in heads], rows)


def _run(ws: loop.Workspace, only: str | None) -> list[loop.Ran]:
    with progress() as bars:
        task = bars.add_task(say("One turn of the loop"), total=None)

        def advance(step: loop.Step, position: int, total: int) -> None:
            bars.update(task, description=say(step.label), completed=position, total=total)

        ran = loop.run(ws, only, advance)
    out.print(say("As of {day}.", day=loop.as_of(ws)), style="dim", highlight=False)
    return ran
