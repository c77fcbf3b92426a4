"""`quanyu segment`: whom a rule finds, kept as segments."""

from __future__ import annotations

import dataclasses
import getpass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer

from quanyu.act.channel import channels
from quanyu.act.reach import REACH, Reach
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, language, out, say
from quanyu.collect.listed import KEEP_LIST, Kind
from quanyu.ledger import Segment
from quanyu.part.action import Caller, perform
from quanyu.text import Text, told
from quanyu.understand.segment import ACTIONS, Draft, overlaps, read_drafts, segment_states

segment = typer.Typer(no_args_is_help=True)

RuleArgument = Annotated[
    str, typer.Argument(help=say("Conditions, such as: bought >= 2 times in last 90 days."))
]
NameArgument = Annotated[str, typer.Argument(help=say("Name of the segment."))]
MET: dict[bool | None, Text] = {True: "yes", False: "no", None: "not known"}


@segment.command(
    cls=Command,
    help=help_of(
        "Say how many people a rule finds and how many could be reached.",
        'quanyu segment preview "bought >= 2 times in last 90 days and never opened mail in last 30 days"',
    ),
)
def preview(rule: RuleArgument, root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Say how many people a rule finds and how many of them could be reached."""
    with workspace(root) as ws:
        reach = perform(ws, REACH, {"rule": rule}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(reach))
    else:
        _print_reach(reach)


@segment.command(
    cls=Command,
    help=help_of(
        "Define a segment, or define it anew; the next turn works out whom it holds.",
        'quanyu segment add lapsing "bought >= 2 times and not bought in last 90 days"',
    ),
)
def add(
    name: Annotated[str, typer.Argument(help=say("Name of the segment."))] = "",
    rule: Annotated[
        str, typer.Argument(help=say("Conditions, such as: bought >= 2 times in last 90 days."))
    ] = "",
    description: Annotated[str, typer.Option(help=say("What it is for."))] = "",
    file: Annotated[
        Path | None, typer.Option(help=say("File of YAML or JSON with many: names, each with its rule."))
    ] = None,
    *,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Define a segment or many, or define them anew."""
    drafts = [Draft(name, rule, description)] if file is None else read_drafts(file)
    given = {"segments": [vars(draft) for draft in drafts]}
    with workspace(root) as ws:
        made: list[Segment] = perform(ws, ACTIONS["add_segments"], given, Caller(getpass.getuser()))
    if json:
        told = [dataclasses.asdict(one) for one in made]
        as_json(told if file else told[0])
        return
    for one in made:
        text = say(
            "Segment {name}, version {version}: {rule}",
            name=one.segment_id,
            version=one.version,
            rule=one.rule,
        )
        out.print(text, highlight=False, markup=False)


@segment.command(cls=Command, help=help_of("Remove a segment.", "quanyu segment drop lapsing"))
def drop(name: NameArgument, root: WorkspaceOption = None) -> None:
    """Remove a segment."""
    with workspace(root) as ws:
        gone = perform(ws, ACTIONS["drop_segment"], {"name": name}, Caller(getpass.getuser()))
    out.print(say("Removed: {name}", name=gone.segment_id), highlight=False, markup=False)


@segment.command(
    "list", cls=Command, help=help_of("List the segments with their states and sizes.", "quanyu segment list")
)
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the segments."""
    with workspace(root) as ws:
        listed = segment_states(ws)
    if json:
        as_json([dataclasses.asdict(one.segment) | {"state": one.state} for one in listed])
    elif not listed:
        text = say('No segment yet. Define one: quanyu segment add NAME "RULE"')
        out.print(text, highlight=False, markup=False)
    else:
        heads = ("Segment", "State", "People", "As of", "Owner", "Rule")
        rows = [
            (
                one.segment.segment_id,
                say(one.state),
                one.segment.n_people,
                one.segment.good_on,
                one.segment.owner,
                one.segment.rule,
            )
            for one in listed
        ]
        table("", [say(head) for head in heads], rows)


@segment.command(
    cls=Command,
    help=help_of(
        "Show a segment: its rule, its sizes over time and what sets it apart.", "quanyu segment show lapsing"
    ),
)
def show(name: NameArgument, root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Show a segment."""
    with workspace(root) as ws:
        shown = perform(ws, ACTIONS["show_segment"], {"name": name}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(shown))
        return
    _print_segment(shown.segment, say(shown.state))
    heads = [say(head) for head in ("As of", "People", "Entered", "Left")]
    table("", heads, [(size.as_of, size.n_people, size.n_entered, size.n_left) for size in shown.sizes])
    heads = [
        say(head)
        for head in ("What sets it apart", "Here", "Elsewhere", "Times as often", "At least", "At most")
    ]
    rows = [
        (
            trace.rule,
            f"{trace.share:.1%}",
            f"{trace.rest:.1%}",
            *map(_times, (trace.lift, trace.low, trace.high)),
        )
        for trace in shown.traces
    ]
    table("", heads, rows)


def _times(value: float) -> str:
    return f"{value:.2f}"


KINDS = StrEnum("KINDS", get_args(Kind))  # type: ignore[misc]
"""What the lines of a list are, as words of the command line."""


@segment.command(
    cls=Command,
    help=help_of(
        "Keep a list of phones, mail addresses or identifiers, one a line.",
        "quanyu segment upload vip-guests guests.csv --kind phone",
    ),
)
def upload(
    name: Annotated[str, typer.Argument(help=say("Name of the list."))],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("A file with one a line."))],
    kind: Annotated[KINDS, typer.Option(help=say("What the lines are."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a list of identifiers."""
    given = {"name": name, "kind": kind.value, "file": file}
    with workspace(root) as ws:
        kept = perform(ws, KEEP_LIST, given, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(kept))
        return
    said = say("{n} kept, {known} of them known people", n=kept.n_kept, known=kept.n_known)
    out.print(said, highlight=False, markup=False)
    if kept.refused:
        numbers = ", ".join(map(str, kept.refused[:20]))
        text = say("{n} lines are none: {lines}", n=len(kept.refused), lines=numbers)
        out.print(text, highlight=False, markup=False)


@segment.command(
    cls=Command,
    help=help_of(
        "Say why a person is in a segment or is not, condition by condition.",
        "quanyu segment explain lapsing p1f0c2",
    ),
)
def explain(
    name: NameArgument,
    person: Annotated[str, typer.Argument(help=say("A person id."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say why a person is in a segment or is not."""
    with workspace(root) as ws:
        why = perform(
            ws, ACTIONS["explain_segment"], {"name": name, "person_id": person}, Caller(getpass.getuser())
        )
    if json:
        as_json(dataclasses.asdict(why))
        return
    said: Text = "{person} is in {name}." if why.is_in else "{person} is not in {name}."
    out.print(say(said, person=person, name=name), highlight=False, markup=False)
    rows = [
        (
            answer.condition,
            "; ".join(f"{key} = {value}" for key, value in answer.values.items()),
            say(MET[answer.is_met]),
        )
        for answer in why.answers
    ]
    table("", [say(head) for head in ("Condition", "What it met", "Holds")], rows)


@segment.command(
    cls=Command, help=help_of("Say how far segments hold the same people.", "quanyu segment overlap")
)
def overlap(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Say how far segments hold the same people."""
    with workspace(root) as ws:
        pairs = overlaps(ws)
    if json:
        as_json([dataclasses.asdict(pair) | {"share": pair.share, "jaccard": pair.jaccard} for pair in pairs])
    elif not pairs:
        out.print(say("No two segments have members yet. Run: quanyu run"), highlight=False, markup=False)
    else:
        heads = ("Of", "Are also in", "People", "In both", "Share")
        rows = [(pair.first, pair.second, pair.n_first, pair.n_both, f"{pair.share:.1%}") for pair in pairs]
        table("", [say(head) for head in heads], rows)


def _print_reach(reach: Reach) -> None:
    share = reach.n_people / reach.n_everybody if reach.n_everybody else 0
    said = say(
        "{n} of {all} people ({share})",
        n=f"{reach.n_people:,}",
        all=f"{reach.n_everybody:,}",
        share=f"{share:.1%}",
    )
    out.print(said, highlight=False, markup=False)
    labels: dict[str, Text] = {channel.name: channel.label for channel in channels("people")}
    rows = [(say(labels[name]), has, may) for name, (has, may) in reach.by_channel.items()]
    table("", [say(head) for head in ("Channel", "Have a contact", "May be written to")], rows)


def _print_segment(one: Segment, state: str) -> None:
    good = one.good_on or "-"
    head = say("{name}: {n} people, {state}, as of {day}, version {version}, by {owner}",
               name=one.segment_id, n=f"{one.n_people:,}", state=state, day=good, version=one.version, owner=one.owner)  # fmt: skip
    for line in (head, one.rule, one.description, told(one.fault, language())):
        if line:
            out.print(line, highlight=False, markup=False)
