"""`quanyu campaign`: whom to write to, what, when, against whom it is measured, and what became of everybody."""

from __future__ import annotations

import dataclasses
import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from quanyu.act.account import reason_words
from quanyu.act.campaign import ACTIONS, Check, Course, campaigns
from quanyu.cli.help import Command
from quanyu.cli.progress import progress
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, language, out, say
from quanyu.measure.experiment import Result, VariantReading, result, variants
from quanyu.part.action import Caller, perform
from quanyu.text import Text, told

campaign = typer.Typer(no_args_is_help=True)

METRICS: Mapping[str, Text] = {
    "conversion": "Buyers", "orders": "Orders", "revenue": "Revenue", "margin": "Margin",
}  # fmt: skip
"""What a lift is of."""
REACTED = ("opened", "clicked", "unsubscribed", "bought")

FILES = (".yaml", ".yml", ".json")
"""How the name of a file ends that holds a brief; a campaign is called otherwise."""
NameArgument = Annotated[str, typer.Argument(help=say("Id or name of the campaign."))]
ByOption = Annotated[str, typer.Option(help=say("Who does it, for the log; default: you."))]
NoteOption = Annotated[str, typer.Option(help=say("Why, for the log."))]


def _done(name: str, given: dict[str, Any], root: Path | None, by: str = "") -> Any:
    with workspace(root) as ws, progress() as bars:
        bars.add_task(say(ACTIONS[name].label), total=None)
        return perform(ws, ACTIONS[name], given, Caller(by or getpass.getuser()))


@campaign.command(
    cls=Command,
    help=help_of("Propose a campaign from a file; nothing is sent.", "quanyu campaign add win-back.yaml"),
)
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("A file of YAML or JSON."))],
    by: ByOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Propose a campaign from a file."""
    decision = _done("add_campaign", {"file": file}, root, by)
    if json:
        as_json({"campaign": decision.decision_id})
        return
    _say("Proposed: {campaign}. Next: quanyu campaign check {campaign}", campaign=decision.decision_id)


@campaign.command(
    cls=Command,
    help=help_of(
        "Say whom it would reach, who is left alone and why, what it costs and what stands in its way; a file before it is added too.",
        "quanyu campaign check win-back.yaml",
    ),
)
def check(
    name: Annotated[str, typer.Argument(help=say("Id or name of the campaign, or a file of YAML or JSON."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say what a campaign would do, whether or not it was added; nothing is recorded."""
    is_file = Path(name).suffix in FILES or Path(name).is_file()
    action, given = ("try_campaign", {"file": name}) if is_file else ("check_campaign", {"campaign": name})
    checked = _done(action, given, root)
    if json:
        as_json(dataclasses.asdict(checked))
    else:
        _print_check(checked, checked.brief.name if is_file else checked.campaign_id)


@campaign.command(
    cls=Command,
    help=help_of(
        "Approve a campaign that reaches as many people as you have seen.",
        "quanyu campaign approve win-back --people 1204 --by wang",
    ),
)
def approve(
    name: NameArgument,
    people: Annotated[int, typer.Option(min=0, help=say("How many people it reaches, as check says."))],
    *,
    by: ByOption = "",
    note: NoteOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Approve a campaign."""
    decision = _done("approve_campaign", {"campaign": name, "n_people": people, "note": note}, root, by)
    if json:
        as_json(dataclasses.asdict(decision))
        return
    _say("Approved: {campaign}. Next: quanyu campaign launch {campaign}", campaign=decision.decision_id)


@campaign.command(
    cls=Command,
    help=help_of(
        "Freeze the audience of an approved campaign; quanyu send lets its messages leave.",
        "quanyu campaign launch win-back",
    ),
)
def launch(
    name: NameArgument, by: ByOption = "", root: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Launch a campaign."""
    _move("launch_campaign", {"campaign": name}, by, root, json)


@campaign.command(
    cls=Command,
    help=help_of(
        "Let nothing more of a campaign leave until it is resumed.", "quanyu campaign pause win-back"
    ),
)
def pause(
    name: NameArgument,
    by: ByOption = "",
    note: NoteOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Pause a campaign."""
    _move("pause_campaign", {"campaign": name, "note": note}, by, root, json)


@campaign.command(
    cls=Command,
    help=help_of(
        "Go on with a paused campaign; nobody is written to again.", "quanyu campaign resume win-back"
    ),
)
def resume(
    name: NameArgument, by: ByOption = "", root: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Go on with a paused campaign."""
    _move("resume_campaign", {"campaign": name}, by, root, json)


@campaign.command(
    cls=Command,
    help=help_of(
        "End a campaign; who still waits is let go.", "quanyu campaign stop win-back --note 'sold out'"
    ),
)
def stop(
    name: NameArgument,
    by: ByOption = "",
    note: NoteOption = "",
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """End a campaign."""
    _move("stop_campaign", {"campaign": name, "note": note}, by, root, json)


@campaign.command(
    cls=Command,
    help=help_of("Show a campaign with what became of everybody.", "quanyu campaign show win-back"),
)
def show(name: NameArgument, root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Show a campaign."""
    course = _done("show_campaign", {"campaign": name}, root)
    with workspace(root) as ws:
        campaign_id = course.decision.decision_id
        found, parted = result(ws, campaign_id), variants(ws, campaign_id)
    if json:
        measured = {"result": dataclasses.asdict(found) if found else None}
        told = measured | {"variants": [dataclasses.asdict(one) for one in parted]}
        as_json(dataclasses.asdict(course) | {"status": course.status} | told)
    else:
        _print_course(course)
        _print_result(found)
        _print_variants(parted)


@campaign.command(
    "list", cls=Command, help=help_of("List the campaigns and how far they are.", "quanyu campaign list")
)
def list_all(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the campaigns."""
    with workspace(root) as ws:
        listed = campaigns(ws)
    if json:
        as_json([dataclasses.asdict(one) | {"status": one.status} for one in listed])
    elif not listed:
        _say("No campaign yet. Write one: docs/how-to/send-a-campaign.md")
    else:
        heads = ("Campaign", "Name", "Status", "Channels", "Audience", "Delivered")
        rows = [_row(one) for one in listed]
        table("", [say(head) for head in heads], rows)


def _row(one: Course) -> tuple[object, ...]:
    n, delivered = (one.account.n_audience, one.account.by_status["delivered"]) if one.account else ("", "")
    channels = ", ".join(one.brief.channels)
    return one.decision.decision_id, one.brief.name, say(one.status), channels, n, delivered


def _move(action: str, given: dict[str, Any], by: str, root: Path | None, json: bool) -> None:
    moved = _done(action, given, root, by)
    if json:
        as_json(dataclasses.asdict(moved))
        return
    _say("{campaign} is {state} now.", campaign=moved.campaign_id, state=say(moved.status))
    if moved.status == "sending":
        _say("Its messages leave with: quanyu send")


def _print_check(checked: Check, name: str) -> None:
    _say(
        "{campaign}: {n} people get a message at {m} addresses, of {all} it is for; it costs {cost}.",
        campaign=name,
        n=f"{checked.n_people:,}",
        m=f"{checked.n_contacts:,}",
        all=f"{checked.n_audience:,}",
        cost=f"{checked.cost_amount:,.2f}",
    )
    _print_shares(checked.shares)
    power = checked.power
    if power.least is None:
        _say("It cannot show an effect: nobody is kept out, or nobody here bought of late.")
    else:
        _say(
            "Without it {base} buy in {days} days; it can show a rise of {least} points or more ({treated} against {control} people).",
            base=f"{power.base:.1%}",
            days=checked.brief.window_days,
            least=f"{power.least * 100:.2f}",
            treated=f"{power.n_treated:,}",
            control=f"{power.n_control:,}",
        )
    rows = [
        (
            say(one.severity),
            f"{one.channel} {one.variant}",
            one.found,
            one.why[language()],
            one.n_people or "",
        )
        for one in checked.findings
    ]
    if rows:
        table("", [say(head) for head in ("Weight", "Content", "Found", "Why", "People")], rows)


def _print_course(course: Course) -> None:
    _say(
        "{name} ({campaign}): {state}",
        name=course.brief.name,
        campaign=course.decision.decision_id,
        state=say(course.status),
    )
    if course.campaign and course.campaign.note:
        out.print(told(course.campaign.note, language()), highlight=False, markup=False)
    if course.account:
        _print_shares(course.account.shares)


def _print_result(found: Result | None) -> None:
    if found is None:
        return
    out.print(say(found.sentence), highlight=False)
    rows = [
        (
            say(METRICS[one.metric]),
            *(_shown(value) for value in (one.lift.value, one.lift.low, one.lift.high)),
        )
        for one in found.lifts
        if not one.reason
    ]
    if rows:
        heads = ("A person, against those kept out", "Lift", "From", "To")
        table("", [say(head) for head in heads], rows)


def _print_variants(parted: list[VariantReading]) -> None:
    rows = [
        (
            one.channel, one.variant, one.n, *(one.n_did[metric] for metric in REACTED), one.against,
            *(_points(value) for value in (one.difference, one.low, one.high)), say(one.sentence),
        )
        for one in parted
    ]  # fmt: skip
    heads = (
        "Channel", "Variant", "People", "Opened", "Clicked", "Unsubscribed", "Bought", "Against", "Points", "From", "To", "Verdict",
    )  # fmt: skip
    if rows:
        table("", [say(head) for head in heads], rows)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}"


def _points(value: float | None) -> str:
    return "" if value is None else f"{value * 100:+.2f}"


def _print_shares(shares: Any) -> None:
    rows = [
        (say(share.status), say(reason_words().get(share.reason, share.reason)), share.n_people)
        for share in shares
    ]
    table("", [say(head) for head in ("Status", "Reason", "People")], rows)


def _say(text: Text, **values: object) -> None:
    out.print(say(text, **values), highlight=False, markup=False)
