"""`quanyu demo`: a simulated shop through the user's own door, and the truth beside what was found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

import quanyu.workspace
from quanyu import loop
from quanyu.cli.screen import progress, table
from quanyu.cli.speech import err, language, out, say
from quanyu.collect.load import load
from quanyu.errors import WorkspaceError
from quanyu.plan.report import write_report
from quanyu.text import told
from quanyu.world import Shop, export, simulate
from quanyu.world.judge import judge

FOLDER = Path("demo")


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=say("Folder for the shop; it must be new or empty."))
    ] = FOLDER,
    people: Annotated[int, typer.Option(min=100, help=say("People in the shop."))] = 20_000,
    days: Annotated[int, typer.Option(min=30, help=say("Days of history."))] = 400,
    seed: Annotated[int, typer.Option(help=say("The same seed makes the same shop."))] = 7,
) -> None:
    """Simulate a shop, load its files, run one turn, set what was found beside the truth."""
    if folder.exists() and any(folder.iterdir()):
        raise WorkspaceError(
            "{folder} is not empty.", "Name another folder, or remove this one.", folder=folder
        )
    ws = quanyu.workspace.create(folder)
    steps = len(loop.STEPS)
    with progress() as bars:
        task = bars.add_task(
            say("Simulating {n} people over {days} days", n=f"{people:,}", days=days), total=4 + steps
        )
        world = simulate(Shop(people=people, days=days, seed=seed, ends_on=ws.today() - dt.timedelta(days=1)))
        bars.update(task, advance=1, description=say("Writing the files as the platforms export them"))
        export(world, folder)
        bars.update(task, advance=1, description=say("Loading the files"))
        loaded = load(ws, [folder / "files"])
        bars.update(task, advance=1)

        def advance(step: loop.Step, position: int, total: int) -> None:
            bars.update(task, description=say(step.label), completed=3 + position)

        loop.run(ws, progress=advance)
        bars.update(task, completed=3 + steps, description=say("Writing the report"))
        report = write_report(ws, folder / "report.html", ws.settings.language)
    for one in loaded:
        if one.status == "failed":
            err.print(
                f"{one.file}: {told(one.message, language())}", style="red", highlight=False, markup=False
            )
    columns = [say(head) for head in ("What", "Planted", "Found", "Agreement")]
    table(say("The truth and what was found"), columns, [
        (say(one.what), one.planted, one.found, one.agreement) for one in judge(ws, folder / "truth")
    ])  # fmt: skip
    out.print(say("Report: {file}", file=report), highlight=False)
    out.print(say("Console: quanyu serve --workspace {folder}", folder=folder), highlight=False)
    ws.close()
