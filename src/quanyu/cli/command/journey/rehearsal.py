"""`quanyu journey rehearse`: what a journey would have done on days of the past."""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated

import typer

from quanyu.act.journey import ACTIONS
from quanyu.act.journey.rehearsal import Rehearsal
from quanyu.cli.command.journey.course import print_course, print_way, told
from quanyu.cli.progress import progress
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import say
from quanyu.part.action import Caller, perform

DAY = ["%Y-%m-%d"]
NameOrFile = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help=say("Name of the journey, or a file that holds one."))
]
FirstOption = Annotated[
    dt.datetime | None, typer.Option("--from", formats=DAY, help=say("First day; default: 30 days before."))
]
MOST_HOURS = 10


def rehearse(
    what: NameOrFile,
    *,
    first: FirstOption = None,
    last: Annotated[dt.datetime | None, typer.Option("--to", formats=DAY, help=say("Last day; default: yesterday."))] = None,
    every: Annotated[int, typer.Option(min=1, max=1440, help=say("Minutes between two looks."))] = 60,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Say who would have got what when."""
    file = Path(what) if Path(what).suffix in (".yaml", ".yml", ".json") else None
    given = {
        "journey": "" if file else what, "file": file, "every_minutes": every,
        "first": first.date() if first else None, "last": last.date() if last else None,
    }  # fmt: skip
    with workspace(root) as ws, progress() as bars:
        task = bars.add_task(say("Rehearsing"), total=None)

        def tell(_: object, done: int, total: int) -> None:
            bars.update(task, description=say("Rehearsing"), completed=done, total=total)

        found = perform(ws, ACTIONS["rehearse_journey"], given, Caller(getpass.getuser(), tell))
        currency = ws.settings.currency
    if json:
        as_json(dataclasses.asdict(found))
        return
    _print(found, currency)


def _print(found: Rehearsal, currency: str) -> None:
    told("Rehearsed from {first} to {last}: nothing was sent.", first=found.first, last=found.last)
    print_course(found.course)
    n = sum(found.by_channel.values())
    told(
        "{n} messages would have left, for {cost} {currency}.",
        n=f"{n:,}",
        cost=f"{found.cost_amount:,.2f}",
        currency=currency,
    )
    busiest = sorted(found.load, key=lambda one: (-one.n, one.hour))[:MOST_HOURS]
    rows = [(f"{one.hour:%Y-%m-%d %H:%M}", one.channel, one.n) for one in busiest]
    if rows:
        table(say("Busiest hours"), [say(head) for head in ("Hour", "Channel", "Messages")], rows)
    _print_strength(found)
    for way in found.ways:
        told("{person}:", person=way.person_id)
        print_way(way.lines)


def _print_strength(found: Rehearsal) -> None:
    power = found.strength
    if power.base is not None:
        told(
            "Of {n} people whose window is over, {share} really bought within {days} days after they would have entered.",
            n=f"{power.n_observed:,}", share=f"{power.base:.1%}", days=found.course.plan.window_days,
        )  # fmt: skip
    if power.least is None:
        told(
            "What the control group could show cannot be said: nobody was kept out, nobody bought, or no window is over."
        )
    else:
        told(
            "With {n} people kept out, a rise by {least} percentage points or more would be found four times in five.",
            n=f"{power.n_control:,}", least=f"{100 * power.least:.1f}",
        )  # fmt: skip
