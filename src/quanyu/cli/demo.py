"""`quanyu demo`: two turns of the loop on a simulated shop, and the planted truth beside what was estimated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.cli.screen import progress, table
from quanyu.cli.speech import err, language, out, say
from quanyu.collect.load import Loaded, load
from quanyu.errors import WorkspaceError
from quanyu.method import Inconclusive
from quanyu.plan.report import write_report
from quanyu.settings import Settings
from quanyu.text import told
from quanyu.understand.outlook import outlook
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, resume, simulate
from quanyu.world.enact import enact
from quanyu.world.estimate import Estimate, Foreseen, estimates
from quanyu.world.judge import Verdict, judge
from quanyu.world.world import World

FOLDER = Path("demo")
LATER_DAYS = 42
"""Days between the two turns: the decisions of the first are carried out and measured in them."""
AUDIENCE = {"name": "老客唤醒", "rule": "recency_days >= 21; frequency >= 1"}
WHO = "demo"


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=say("Folder for the shop; it must be new or empty."))
    ] = FOLDER,
    people: Annotated[int, typer.Option(min=100, help=say("People in the shop."))] = 20_000,
    days: Annotated[int, typer.Option(min=60, help=say("Days of history."))] = 400,
    seed: Annotated[int, typer.Option(help=say("The same seed makes the same shop."))] = 7,
) -> None:
    """Do two turns on a simulated shop: what the first decides is carried out, and measured by the second."""
    quanyu.workspace.usable(folder)
    if folder.exists() and any(folder.iterdir()):
        raise WorkspaceError(
            "{folder} is not empty.", "Name another folder, or remove this one.", folder=folder
        )
    with _Stage.open(folder) as stage:
        world = stage.begin(Shop(people=people, days=days, seed=seed))
        later, foreseen = stage.decide(world)
        ws, report = stage.finish(later)
    truths = folder / "later" / "truth", folder / "truth"
    _show_found(judge(ws, *truths))
    _show_estimates(estimates(ws, truths[0], foreseen))
    ws.close()
    out.print(say("Report: {file}", file=report), highlight=False)
    out.print(say("Console: quanyu serve --workspace {folder}", folder=folder), highlight=False)


@dataclass
class _Stage:
    """The folder of the demo and its progress bar."""

    folder: Path
    bars: Progress
    task: TaskID

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[_Stage]:
        with progress() as bars:
            yield cls(folder, bars, bars.add_task("", total=2 * len(loop.STEPS) + 7))

    def begin(self, shop: Shop) -> World:
        """Simulate the shop up to its first turn, and do that turn on the day after."""
        later = min(LATER_DAYS, shop.days // 4)
        today = dt.datetime.now(dt.UTC).astimezone(Settings().zone).date()
        ends_on = today - dt.timedelta(days=later + 1)
        self.say(say("Simulating {n} people over {days} days", n=f"{shop.people:,}", days=shop.days))
        first = Shop(
            people=shop.people, days=shop.days - later, seed=shop.seed, ends_on=ends_on, horizon=later
        )
        world = simulate(first)
        self.say(say("Writing the files as the platforms export them"))
        export(world, self.folder)
        noon = dt.datetime.combine(ends_on + dt.timedelta(days=1), dt.time(4), dt.UTC)
        self.ws = quanyu.workspace.create(self.folder, clock=lambda: noon, audience=AUDIENCE)
        self.turn(self.folder / "files")
        return world

    def decide(self, world: World) -> tuple[World, Foreseen]:
        """Approve what the first turn proposed, and let the shop go on with it."""
        self.say(say("Carrying out what was approved"))
        days = world.shop.horizon
        found = outlook(self.ws, days)
        for one in ledger.list_decisions(self.ws.ledger, status="proposed"):
            loop.decide(self.ws, one.decision_id, "approved", who=WHO)
        course = enact(self.ws, self.folder / "truth")
        self.ws.close()
        later = resume(world, days, course)
        if isinstance(found, Inconclusive):
            return later, Foreseen(why=found.reason)
        return later, Foreseen(found.expected, found.low, found.high)

    def finish(self, later: World) -> tuple[Workspace, Path]:
        """Load what happened since, do the second turn, and write the report."""
        self.say(say("Writing the files as the platforms export them"))
        export(later, self.folder / "later")
        self.ws = quanyu.workspace.open(self.folder)
        self.turn(self.folder / "later" / "files")
        self.say(say("Writing the report"))
        return self.ws, write_report(self.ws, self.folder / "report.html", self.ws.settings.language)

    def turn(self, files: Path) -> None:
        """Load files and do one turn."""
        self.say(say("Loading the files"))
        _complain(load(self.ws, [files]))
        loop.run(self.ws, progress=lambda step, *_: self.say(say(step.label)))

    def say(self, what: str) -> None:
        """Show what is being done."""
        self.bars.update(self.task, description=what, advance=1)


def _complain(loaded: list[Loaded]) -> None:
    for one in loaded:
        if one.status == "failed":
            err.print(
                f"{one.file}: {told(one.message, language())}", style="red", highlight=False, markup=False
            )


def _show_found(found: list[Verdict]) -> None:
    columns = [say(head) for head in ("What", "Planted", "Found", "Agreement")]
    rows = [(say(one.what), one.planted, one.found, one.agreement) for one in found]
    table(say("The truth and what was found"), columns, rows)


def _show_estimates(found: list[Estimate]) -> None:
    heads = ("What", "Of", "Planted", "Estimate", "Interval", "Inside", "Why not")
    rows = [
        (
            say(one.what), one.subject, f"{one.planted:,.4g}", _written(one.found),
            "" if one.low is None else f"{_written(one.low)} … {_written(one.high)}",
            {True: say("yes"), False: say("no"), None: ""}[one.is_inside],
            "" if one.is_inside else told(one.note, language()),
        )
        for one in found
    ]  # fmt: skip
    table(say("Estimates beside the truth"), [say(head) for head in heads], rows)


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}"
