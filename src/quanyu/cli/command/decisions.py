"""`quanyu decisions`: what was proposed, decided, done and measured."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated, get_args

import typer

from quanyu import ledger
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import language, out, say
from quanyu.figure import money
from quanyu.ledger import Decision
from quanyu.tables.owned.spend_test import described, returned
from quanyu.tables.view.data_words import DECISIONS
from quanyu.tables.view.slice_names import slice_name
from quanyu.text import Text, told

State = StrEnum("State", get_args(get_args(ledger.Status)[0]))  # type: ignore[misc]
"""The states of a decision, as words of the command line."""


def decisions(
    status: Annotated[State | None, typer.Option(help=say("Only those in this state."))] = None,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List what was proposed, decided, done and measured."""
    state: Text = status.value if status else ""
    with workspace(root) as ws:
        listed, currency = ledger.list_decisions(ws.ledger, status=state), ws.settings.currency
    if json:
        as_json([dataclasses.asdict(decision) for decision in listed])
    elif not listed and state:
        out.print(say("No decision is in the state {state}.", state=say(state)), highlight=False)
    elif not listed:
        out.print(say("Nothing has been proposed yet. Run: quanyu run"), highlight=False)
    else:
        heads = ("Decision", "What", "State", "As of", "Expected gain", "Measured gain", "Decided by")
        table("", [say(head) for head in heads], [_row(decision, currency) for decision in listed])


def _row(decision: Decision, currency: str) -> tuple[object, ...]:
    expected, measured = (
        expectation(document, currency) for document in (decision.expected, decision.measured)
    )
    return (
        decision.decision_id,
        decided(decision, currency),
        say(decision.status),
        decision.as_of,
        expected,
        measured,
        decision.decided_by,
    )


def decided(decision: Decision, currency: str) -> str:
    """Say what a decision is about: its kind, and what changes."""
    what: Text = DECISIONS.get(decision.kind, decision.kind)
    kind = say(what)
    if decision.kind == "spend_test":
        channel = slice_name(decision.proposal["channel"], language())
        return f"{kind} · {channel}\n{told(described(decision.proposal, currency), language())}"
    moved = [
        say(
            "{channel} {before} → {after} a day",
            channel=slice_name(line["channel"], language()),
            before=money(line["current_amount"], currency, digits=0),
            after=money(line["proposed_amount"], currency, digits=0),
        )
        for line in decision.proposal.get("lines", ())
        if line["current_amount"] != line["proposed_amount"]
    ]
    name = decision.proposal.get("name", "")
    return "\n".join([f"{kind} · {name}" if name else kind, *moved])


def expectation(document: ledger.Document, currency: str) -> str:
    """Say what a decision was expected to bring, or has brought: a gain, or what a unit of money brings back."""
    if said := returned(document):
        return told(said, language())
    if "gain_amount" not in document:
        reason: Text = document.get("reason", "")
        return say(reason) if reason else ""
    low, middle, high = (
        money(document.get(name, 0), currency, digits=0) for name in ("gain_low", "gain_amount", "gain_high")
    )
    return f"{middle} ({low} … {high})"
