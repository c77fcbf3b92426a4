"""`quanyu demo --live`: a shop with some history, a week of traffic, two weeks until what it brought is known, and one turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import quanyu.workspace
from quanyu import loop
from quanyu.cli.command.demo.live import HABITS, WINDOW_DAYS, LiveShop
from quanyu.cli.command.demo.shop import complain, key_of, noon_after
from quanyu.cli.command.demo.shoppers import Shoppers, numbers_of
from quanyu.cli.progress import progress
from quanyu.cli.screen import table
from quanyu.cli.speech import language, out, say
from quanyu.collect.load import load
from quanyu.part.step import Step
from quanyu.plan.campaign import keep_truths
from quanyu.plan.journey import JourneyReview, journeys
from quanyu.plan.report import write_report
from quanyu.text import told
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, resume, simulate
from quanyu.world.people import make_people
from quanyu.world.traffic import Traffic, live

LIVE_DAYS = 7
LATER_DAYS = LIVE_DAYS + 2 + WINDOW_DAYS + 1
"""Days after the history: those that are live, two in which late posts come, and as many as the last who enters is watched."""
KNOWING = "collect"
"""The stage whose steps say who people are: all that journeys need of a turn."""


@dataclass(frozen=True)
class Week:
    """What a live week was: `answers` of the collector by status, what became of the messages, and how its journeys went."""

    seconds: float
    answers: dict[int, int]
    n_messages: int
    n_events: int
    n_refused: int
    journeys: tuple[JourneyReview, ...]


def live_week(folder: Path, shop: Shop, today: dt.date, *, speed: float) -> Week:
    """Let a shop live through a week as fast as `speed` times real time (0: as fast as it can) and return what came of it."""
    ends_on = today - dt.timedelta(days=LATER_DAYS + 1)
    world = simulate(replace(shop, days=shop.days, ends_on=ends_on, horizon=LATER_DAYS))
    clock = noon_after(world)
    with progress() as bars:
        task = bars.add_task(
            say("Simulating {n} people over {days} days", n=f"{shop.people:,}", days=shop.days), total=None
        )
        export(world, folder)
        ws = quanyu.workspace.create(folder, clock=clock, key=key_of(shop.seed))
        bars.update(task, description=say("Loading the files"))
        complain(load(ws, [folder / "files"]))
        for step in _knowing():
            bars.update(task, description=say(step.label))
            loop.run(ws, only=step.name)
        people = make_people(world.shop, 0)
        traffic = live(people, world.setting.catalogue, Traffic(clock.now, LIVE_DAYS, shop.seed))
        shoppers = Shoppers(clock, world, folder / "truth", HABITS, numbers=numbers_of(ws, people))
        alive = LiveShop(ws, shoppers, traffic, folder / "live", speed=speed)
        bars.update(task, total=alive.n_rounds(LIVE_DAYS), completed=0)
        alive.run(LIVE_DAYS, lambda at: bars.update(task, advance=1, description=_moment(ws, at)))
        keep_truths(ws, alive.truths())
        bars.update(task, total=None, description=say("Loading the files"))
        later = resume(world, LATER_DAYS)
        export(later, folder / "later")
        clock.now = noon_after(later).now
        alive.bring(clock.now)
        # The events of these days came live.
        complain(
            load(
                ws, [file for file in sorted((folder / "later" / "files").iterdir()) if file.stem != "events"]
            )
        )
        loop.run(ws, progress=lambda step, *_: bars.update(task, description=say(step.label)))
        write_report(ws, folder / "report.html", ws.settings.speech)
    done = Week(
        alive.seconds, alive.answers, alive.drained.n_messages, alive.drained.n_events, alive.drained.n_refused,
        journeys(ws, alive.truths()),
    )  # fmt: skip
    ws.close()
    return done


def _knowing() -> Iterator[Step]:
    return (step for step in loop.STEPS if step.do.__module__.split(".")[1] == KNOWING)


def _moment(ws: Workspace, at: dt.datetime) -> str:
    return say("The shop lives: {at}", at=at.astimezone(ws.settings.zone).strftime("%m-%d %H:%M"))


def show_week(week: Week) -> None:
    """Print what came in, and what journeys brought beside the truth."""
    out.print(
        say(
            "{n_requests} requests with {n_messages} messages: {n_events} events, {n_refused} refused; a week in {seconds} s.",
            n_requests=f"{sum(week.answers.values()):,}", n_messages=f"{week.n_messages:,}", n_events=f"{week.n_events:,}",
            n_refused=f"{week.n_refused:,}", seconds=f"{week.seconds:,.0f}",
        ),
        highlight=False,
    )  # fmt: skip
    heads = ("Journey", "Entries", "Held out", "More per 100", "Interval", "Truly", "Inside", "Why not")
    table(
        say("What journeys brought, beside the truth"),
        [say(head) for head in heads],
        [_row(one) for one in week.journeys],
    )


def _row(one: JourneyReview) -> tuple[object, ...]:
    found = one.brought
    if found is None or found.value is None or found.low is None or found.high is None or found.truth is None:
        why = told(found.reason, language()) if found else ""
        return one.name, one.n_entries, one.states["held_out"], "", "", "", "", why
    inside = say("yes") if found.low <= found.truth <= found.high else say("no")
    bounds = f"{found.low * 100:.1f} … {found.high * 100:.1f}"
    return (
        one.name,
        one.n_entries,
        one.states["held_out"],
        f"{found.value * 100:.1f}",
        bounds,
        f"{found.truth * 100:.1f}",
        inside,
        "",
    )
