"""`quanyu decisions`, `approve` and `decline`: what the system proposes, people decide."""

from __future__ import annotations

import dataclasses
import getpass
from typing import Annotated

import typer

from quanyu import ledger, loop
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, progress, table, workspace
from quanyu.cli.speech import language, out, say
from quanyu.ledger import Decision
from quanyu.part.action import Caller, perform
from quanyu.tables.owned.spend_test import described, returned
from quanyu.text import told
from quanyu.workspace import Workspace

KINDS = {"audience": "Audience", "budget": "Budget", "spend_test": "Spend test"}
DecisionArgument = Annotated[str, typer.Argument(help=say("The decision, as listed by quanyu decisions."))]
ByOption = Annotated[str, typer.Option(help=say("Who decides, for the log; default: you."))]
NoteOption = Annotated[str, typer.Option(help=say("Why, for the log."))]


def decisions(
    status: Annotated[str, typer.Option(help=say("Only those in this state."))] = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List what was proposed, decided, done and measured."""
    with workspace(root) as ws:
        found = ledger.list_decisions(ws.ledger, status=status)
    if json:
        as_json([dataclasses.asdict(one) for one in found])
    elif not found:
        out.print(say("Nothing has been proposed yet. Run: quanyu run"), highlight=False)
    else:
        heads = ("Decision", "What", "State", "As of", "Expected gain", "Measured gain", "Decided by")
        table("", [say(head) for head in heads], [_row(one) for one in found])


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
            found = perform(
                ws, loop.APPROVE, {"decision": decision, "note": note}, Caller(by or getpass.getuser())
            )
        _show(ws, found, json)


def decline(
    decision: DecisionArgument,
    by: ByOption = "",
    note: NoteOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Decline a proposal, or take back an approval that was not carried out yet."""
    with workspace(root) as ws:
        found = perform(
            ws, loop.DECLINE, {"decision": decision, "note": note}, Caller(by or getpass.getuser())
        )
        _show(ws, found, json)


def _show(ws: Workspace, found: Decision, json: bool) -> None:
    if json:
        as_json(dataclasses.asdict(found))
        return
    out.print(
        say("{decision} is {state} now.", decision=found.decision_id, state=say(found.status)),
        highlight=False,
    )
    if found.status == "approved" and (reason := found.measured.get("reason")):
        out.print(say("Not carried out yet: {reason}", reason=reason), highlight=False)
    if found.status == "done":
        file = ws.root / "exports" / f"{found.decision_id}.csv"
        out.print(say("Written: {file}", file=file), highlight=False)


def _row(one: Decision) -> tuple[object, ...]:
    expected, measured = expectation(one.expected), expectation(one.measured)
    return (one.decision_id, decided(one), say(one.status), one.as_of, expected, measured, one.decided_by)


def decided(one: Decision) -> str:
    """Say what a decision is about: its kind, and what changes."""
    kind = say(KINDS.get(one.kind, one.kind))
    if one.kind == "spend_test":
        return f"{kind} · {one.proposal['channel']}\n{told(described(one.proposal), language())}"
    moved = [
        f"{line['channel']} {line['current_amount']:,.0f} → {line['proposed_amount']:,.0f}"
        for line in one.proposal.get("lines", ())
        if line["current_amount"] != line["proposed_amount"]
    ]
    return "\n".join([kind, *moved])


def expectation(document: ledger.Document) -> str:
    """Say what a decision was expected to bring, or has brought: a gain, or what a unit of money brings back."""
    if said := returned(document):
        return told(said, language())
    if "gain_amount" not in document:
        return say(document["reason"]) if document.get("reason") else ""
    low, middle, high = (document.get(name, 0) for name in ("gain_low", "gain_amount", "gain_high"))
    return f"{middle:,.0f} ({low:,.0f} … {high:,.0f})"
