"""`quanyu approve` and `decline`: what the system proposes, people decide."""

from __future__ import annotations

import dataclasses
import getpass
from typing import Annotated

import typer

from quanyu import loop
from quanyu.cli.progress import progress
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, workspace
from quanyu.cli.speech import out, say
from quanyu.ledger import Decision
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

DecisionArgument = Annotated[str, typer.Argument(help=say("The decision, as listed by quanyu decisions."))]
ByOption = Annotated[str, typer.Option(help=say("Who decides, for the log; default: you."))]
NoteOption = Annotated[str, typer.Option(help=say("Why, for the log."))]


def approve(
    decision: DecisionArgument,
    by: ByOption = "",
    note: NoteOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Approve a proposal and carry it out."""
    with workspace(root) as ws:
        with progress() as bars:
            bars.add_task(say("Carrying out"), total=None)
            decided = perform(
                ws, loop.APPROVE, {"decision": decision, "note": note}, Caller(by or getpass.getuser())
            )
        _show(ws, decided, json)


def decline(
    decision: DecisionArgument,
    by: ByOption = "",
    note: NoteOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Decline a proposal, or take back an approval that was not carried out yet."""
    with workspace(root) as ws:
        decided = perform(
            ws, loop.DECLINE, {"decision": decision, "note": note}, Caller(by or getpass.getuser())
        )
        _show(ws, decided, json)


def _show(ws: Workspace, decision: Decision, json: bool) -> None:
    if json:
        as_json(dataclasses.asdict(decision))
        return
    out.print(
        say("{decision} is {state} now.", decision=decision.decision_id, state=say(decision.status)),
        highlight=False,
    )
    if decision.status == "approved" and (reason := decision.measured.get("reason")):
        out.print(say("Not carried out yet: {reason}", reason=reason), highlight=False)
    if decision.status == "done":
        file = ws.root / "exports" / f"{decision.decision_id}.csv"
        out.print(say("Written: {file}", file=file), highlight=False)
