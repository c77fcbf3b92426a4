"""`quanyu journey`: who enters when, the steps they go, who is where, and the way of one person."""

from __future__ import annotations

import dataclasses
import getpass
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from quanyu.act.account import reason_words
from quanyu.act.campaign import send_due
from quanyu.act.journey import ACTIONS, WORDS, JourneyCourse, journeys, tick
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, out, say
from quanyu.part.action import Caller, perform
from quanyu.text import Text

journey = typer.Typer(no_args_is_help=True)

WAIT_SECONDS = 5.0
NameArgument = Annotated[str, typer.Argument(help=say("Name of the journey."))]
ByOption = Annotated[str, typer.Option(help=say("Who does it, for the log; default: you."))]
NoteOption = Annotated[str, typer.Option(help=say("Why, for the log."))]
MOVES: dict[str, tuple[Text, str]] = {
    "launch": ("Let people enter a journey from now on.", "quanyu journey launch welcome"),
    "pause": ("Let nobody enter a journey or move on in it.", "quanyu journey pause welcome"),
    "resume": ("Go on with a paused journey; nothing that was missed is made up for.", "quanyu journey resume welcome"),
    "end": ("End a journey: everybody who is on their way leaves.", "quanyu journey end welcome"),
}  # fmt: skip


def _done(name: str, given: dict[str, Any], root: Path | None, by: str = "") -> Any:
    with workspace(root) as ws:
        return perform(ws, ACTIONS[name], given, Caller(by or getpass.getuser()))


def _say(text: Text, **values: object) -> None:
    out.print(say(text, **values), highlight=False, markup=False)


@journey.command(
    cls=Command,
    help=help_of(
        "Write a journey down from a file; nobody enters it yet.", "quanyu journey add welcome.yaml"
    ),
)
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("A file of YAML or JSON."))],
    by: ByOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write a journey down from a file."""
    written = _done("add_journey", {"file": file}, root, by)
    if json:
        as_json(dataclasses.asdict(written))
        return
    _say(
        "{journey}, version {version}: written down. Next: quanyu journey launch {journey}",
        journey=written.journey_id,
        version=written.version,
    )


def _moving(name: str) -> None:
    what, example = MOVES[name]

    def move(
        journey_name: NameArgument,
        by: ByOption = "",
        note: NoteOption = "",
        root: WorkspaceOption = None,
        json: JsonOption = False,
    ) -> None:
        moved = _done(f"{name}_journey", {"journey": journey_name, "note": note}, root, by)
        if json:
            as_json(dataclasses.asdict(moved))
            return
        _say("{journey} is {state} now.", journey=moved.journey_id, state=say(moved.status))
        if name == "launch":
            _say("It goes on with: quanyu journey run")

    move.__doc__ = what
    journey.command(name, cls=Command, help=help_of(what, example))(move)


for moving in MOVES:
    _moving(moving)


@journey.command(
    cls=Command,
    help=help_of(
        "Let journeys go on, and what they send leave, until it is stopped.", "quanyu journey run --once"
    ),
)
def run(
    once: Annotated[bool, typer.Option("--once", help=say("Do it once."))] = False,
    root: WorkspaceOption = None,
) -> None:
    """Let journeys go on."""
    while True:
        with workspace(root) as ws:
            done, n = tick(ws), send_due(ws)
        if once or done.n_entered or done.n_moved or done.n_left or n:
            _say(
                "{n} entered, {m} moves, {k} left early; {sent} sends settled.",
                n=done.n_entered,
                m=done.n_moved,
                k=done.n_left,
                sent=n,
            )
        if once:
            return
        time.sleep(WAIT_SECONDS)


@journey.command(
    "list",
    cls=Command,
    help=help_of("List the journeys and how many are on their way.", "quanyu journey list"),
)
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the journeys."""
    with workspace(root) as ws:
        listed = journeys(ws)
    if json:
        as_json([dataclasses.asdict(one) for one in listed])
    elif not listed:
        _say("No journey yet. Write one: docs/how-to/build-a-journey.md")
    else:
        heads = ("Journey", "Version", "Status", "Entered", "Under way", "Through", "Left early", "Kept out")
        rows = [
            (one.journey.journey_id, one.journey.version, say(one.journey.status), one.n_enrolled, one.n_active, one.n_done,
             sum(one.exited.values()), sum(one.held_out.values()))
            for one in listed
        ]  # fmt: skip
        table("", [say(head) for head in heads], rows)


@journey.command(
    cls=Command,
    help=help_of(
        "Show a journey: who is where, who left how, and its messages.", "quanyu journey show welcome"
    ),
)
def show(journey_name: NameArgument, root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Show a journey."""
    course = _done("show_journey", {"journey": journey_name}, root)
    if json:
        as_json(dataclasses.asdict(course))
    else:
        _print(course)


def _print(course: JourneyCourse) -> None:
    _say(
        "{journey}, version {version}: {state}",
        journey=course.journey.journey_id,
        version=course.journey.version,
        state=say(course.journey.status),
    )
    ends = [(say("Under way"), "", course.n_active), (say("Through"), "", course.n_done)]
    ends += [(say("Left early"), reason_said(reason), n) for reason, n in course.exited.items()]
    ends += [(say("Kept out"), reason_said(reason), n) for reason, n in course.held_out.items()]
    ends += [(say("Did not enter"), reason_said(reason), n) for reason, n in course.refused.items()]
    table("", [say(head) for head in ("Entered", "Reason", "People")], [row for row in ends if row[2]])
    rows = [
        (one.node_id, say(one.label), one.n_waiting, ", ".join(f"{name}: {n}" for name, n in one.outcomes.items()),
         ", ".join(f"{say(status)} {reason_said(reason)}: {n}".replace(" :", ":") for status, reason, n in one.sends))
        for one in course.stops
    ]  # fmt: skip
    table("", [say(head) for head in ("Step", "What", "Waiting", "Went on", "Messages")], rows)


def reason_said(reason: str) -> str:
    """Return a reason in words; one that an author wrote stands as it is."""
    return say({**reason_words(), **WORDS}[reason]) if reason in {**reason_words(), **WORDS} else reason


@journey.command(
    cls=Command,
    help=help_of(
        "Show the way of one person, and why they did not enter.", "quanyu journey trace welcome p0123"
    ),
)
def trace(
    journey_name: NameArgument,
    person_id: Annotated[str, typer.Argument(help=say("Person id."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show the way of one person."""
    lines = _done("trace_journey", {"journey": journey_name, "person_id": person_id}, root)
    if json:
        as_json([dataclasses.asdict(line) for line in lines])
        return
    if not lines:
        _say("{person} was never near it.", person=person_id)
        return
    rows = [
        (
            line.at.isoformat(" ", "seconds"),
            line.entry or "",
            line.node,
            line.outcome,
            reason_said(line.detail),
        )
        for line in lines
    ]
    table("", [say(head) for head in ("When", "Entry", "Step", "Outcome", "More")], rows)
