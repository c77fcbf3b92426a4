"""`quanyu demo`: three turns of the loop on a simulated shop, and the planted truth beside what was estimated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.cli.command.decisions import decided, expectation
from quanyu.cli.command.demo.campaigns import HABITS, SLEEPERS, run_campaigns
from quanyu.cli.command.demo.readers import Readers
from quanyu.cli.command.demo.shop import complain, key_of, noon_after
from quanyu.cli.command.demo.week import live_week, show_week
from quanyu.cli.progress import progress
from quanyu.cli.screen import table
from quanyu.cli.speech import language, out, say
from quanyu.collect.load import load
from quanyu.errors import WorkspaceError
from quanyu.method import Inconclusive
from quanyu.part.action import Caller, perform
from quanyu.plan.campaign import keep_truths
from quanyu.plan.report import write_report
from quanyu.text import told
from quanyu.understand.outlook import outlook
from quanyu.understand.segment import ACTIONS
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, resume, simulate
from quanyu.world.check import Estimate, Foreseen, Verdict, estimates, judge, planted_lifts
from quanyu.world.enact import enact
from quanyu.world.world import World

FOLDER, REPORT = Path("demo"), "report.html"
SIZES = {False: (20_000, 400), True: (6_000, 90)}
"""The usual people and days of history, and those of a demo that is live."""
TODAY = dt.datetime.fromisoformat("2026-11-29")
"""The day on which the shop stands, so that the same seed makes the same shop and tells the same story on every day."""
TEST_DAYS, LATER_DAYS = 86, 42
"""Days between the turns: what the first decides is carried out in the former (a test of spend takes up to 12 weeks),
what the second decides in the latter."""
PERIODS = ("", "later", "last")
"""Folders of the shop's periods: before the first turn, between turns."""
AUDIENCE = {"name": "老客唤醒", "rule": "recency_days >= 21; frequency >= 1"}
SEGMENTS = {
    "流失边缘": (
        "bought >= 2 times in last 365 days; not bought in last 90 days",
        "买过多次，三个月没有再买",
    ),
    SLEEPERS: ("bought >= 1 times in last 365 days; not bought in last 60 days", "买过，两个月没有再买"),
    "加购未买": ("did add_to_cart then not bought within 24 hours in last 30 days", "加购后一天内没有下单"),
    "最有价值": ("clv_amount in top 10%", "预期价值最高的十分之一"),
}
"""Segments of the shop, worked out by every turn: their rules and what they are for."""
WHO = "demo"


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=say("Folder for the shop; it must be new or empty."))
    ] = FOLDER,
    *,
    people: Annotated[
        int | None, typer.Option(min=100, help=say("People in the shop: 20000, with --live 6000."))
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=60, help=say("Days of history: 400, with --live 90."))
    ] = None,
    seed: Annotated[int, typer.Option(help=say("The same seed makes the same shop."))] = 7,
    today: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help=say("The day on which the shop stands."))
    ] = TODAY,
    live: Annotated[
        bool,
        typer.Option("--live", help=say("Let people use the shop for a week while journeys write to them.")),
    ] = False,
    speed: Annotated[
        float,
        typer.Option(
            min=0,
            help=say("How many times as fast as real time a live week goes at most; 0: as fast as it can."),
        ),
    ] = 0,
) -> None:
    """Do three turns on a simulated shop, two where nothing is tested: what each decides is carried out and measured by the next.

    With `--live` its people use the shop for a week instead, through the real collector, and two journeys write to them.
    """
    quanyu.workspace.usable(folder)
    if folder.exists() and any(folder.iterdir()):
        raise WorkspaceError(
            "{folder} is not empty.", "Name another folder, or remove this one.", folder=folder
        )
    n_people, n_days = (given or usual for given, usual in zip((people, days), SIZES[live], strict=True))
    shop = Shop(people=n_people, days=n_days, seed=seed)
    if live:
        show_week(live_week(folder, shop, today.date(), speed=speed))
    else:
        _turns(folder, shop, today.date())
    out.print(say("Report: {file}", file=folder / REPORT), highlight=False)
    out.print(say("Console: quanyu serve --workspace {folder}", folder=folder), highlight=False)


def _turns(folder: Path, shop: Shop, today: dt.date) -> None:
    with _Stage.open(folder) as stage:
        world = stage.begin(shop, today)
        while world.shop.horizon:
            world, foreseen = stage.decide(world)
            stage.go_on(world)
        newest, *earlier = [
            folder / period / "truth" for period in reversed(PERIODS[: world.shop.period + 1])
        ]
        stage.report(planted_lifts(*earlier[:-1], newest))
    ws = stage.ws
    _show_found(judge(ws, newest, *earlier))
    _show_decided(ws)
    _show_estimates(estimates(ws, newest, foreseen, *earlier[:-1]))
    ws.close()


@dataclass
class _Stage:
    """The folder of the demo and its progress bar; `ws` is the workspace as of the newest turn."""

    folder: Path
    bars: Progress
    task: TaskID

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[_Stage]:
        with progress() as bars:
            yield cls(folder, bars, bars.add_task("", total=3 * len(loop.STEPS) + 11))

    def begin(self, shop: Shop, today: dt.date) -> World:
        """Simulate the shop up to its first turn, and do that turn on the day after."""
        later = min(TEST_DAYS, shop.days // 4) + min(LATER_DAYS, shop.days // 4)
        ends_on = today - dt.timedelta(days=later + 1)
        self.say(say("Simulating {n} people over {days} days", n=f"{shop.people:,}", days=shop.days))
        world = simulate(replace(shop, days=shop.days - later, ends_on=ends_on, horizon=later))
        self.say(say("Writing the files as the platforms export them"))
        export(world, self.folder)
        self.clock = noon_after(world)
        self.ws = quanyu.workspace.create(
            self.folder, clock=self.clock, key=key_of(shop.seed), audience=AUDIENCE
        )
        for name, (rule, description) in SEGMENTS.items():
            given = {"name": name, "rule": rule, "description": description}
            perform(self.ws, ACTIONS["add_segment"], given, Caller(WHO))
        self.turn(self.folder / "files")
        return world

    def decide(self, world: World) -> tuple[World, Foreseen]:
        """Approve what the newest turn proposed, and let the shop go on with it: to the end of a test, else to the last day."""
        self.say(say("Carrying out what was approved"))
        proposed = ledger.list_decisions(self.ws.ledger, status="proposed")
        for decision in proposed:
            loop.decide(self.ws, decision.decision_id, "approved", who=WHO)
        days = world.shop.horizon
        if world.shop.period == 0 and any(decision.kind == "spend_test" for decision in proposed):
            days = max(days - LATER_DAYS, days // 2)
        forecast = outlook(self.ws, days)
        truth = self.folder / PERIODS[world.shop.period] / "truth"
        if world.shop.period == 0:
            self.say(say("Sending two campaigns"))
            run_campaigns(self.ws, Readers(self.clock, world, truth, HABITS))
        course = enact(self.ws, truth, world.shop.ends_on + dt.timedelta(days=1), HABITS, days=days)
        self.ws.close()
        later = resume(world, days, course)
        if isinstance(forecast, Inconclusive):
            return later, Foreseen(why=forecast.reason)
        return later, Foreseen(forecast.expected, forecast.low, forecast.high)

    def go_on(self, world: World) -> None:
        """Load what happened in a later period, and do the turn on the day after."""
        self.say(say("Writing the files as the platforms export them"))
        folder = self.folder / PERIODS[world.shop.period]
        export(world, folder)
        self.clock = noon_after(world)
        self.ws = quanyu.workspace.open(self.folder, clock=self.clock)
        self.turn(folder / "files")

    def report(self, truths: Mapping[str, float]) -> None:
        """Write the report of the newest turn, with what campaigns truly brought beside what was measured, now and later."""
        self.say(say("Writing the report"))
        keep_truths(self.ws, truths)
        write_report(self.ws, self.folder / REPORT, self.ws.settings.speech)

    def turn(self, files: Path) -> None:
        """Load files and do one turn."""
        self.say(say("Loading the files"))
        complain(load(self.ws, [files]))
        loop.run(self.ws, progress=lambda step, *_: self.say(say(step.label)))

    def say(self, what: str) -> None:
        """Show what is being done."""
        self.bars.update(self.task, description=what, advance=1)


def _show_found(verdicts: list[Verdict]) -> None:
    columns = [say(head) for head in ("What", "Planted", "Found", "Agreement")]
    rows = [(say(verdict.what), verdict.planted, verdict.found, verdict.agreement) for verdict in verdicts]
    table(say("The truth and what was found"), columns, rows)


def _show_decided(ws: Workspace) -> None:
    heads = ("As of", "What was decided", "Expected", "Measured")
    currency = ws.settings.currency
    rows = [
        (decision.as_of, decided(decision, currency), *(
            expectation(document, currency) for document in (decision.expected, decision.measured)
        ))
        for decision in reversed(ledger.list_decisions(ws.ledger))
        if decision.status != "superseded"
    ]  # fmt: skip
    table(say("What was decided, and what came of it"), [say(head) for head in heads], rows)


def _show_estimates(compared: list[Estimate]) -> None:
    heads = ("What", "Of", "Planted", "Estimate", "Interval", "Inside", "Why not")
    rows = [
        (
            say(estimate.what), estimate.subject, f"{estimate.planted:,.4g}", _written(estimate.found),
            "" if estimate.low is None else f"{_written(estimate.low)} … {_written(estimate.high)}",
            {True: say("yes"), False: say("no"), None: ""}[estimate.is_inside],
            "" if estimate.is_inside else told(estimate.note, language()),
        )
        for estimate in compared
    ]  # fmt: skip
    table(say("Estimates beside the truth"), [say(head) for head in heads], rows)


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}"
