"""`quanyu send`: let what is due leave."""

from __future__ import annotations

# It starts only itself.
import subprocess  # nosec B404
import sys
import time
from typing import Annotated

import typer

from quanyu.act.campaign import send_due
from quanyu.cli.progress import progress
from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import out, say
from quanyu.errors import CampaignError

WAIT_SECONDS = 5.0
"""How long a worker that found nothing due waits before it looks again."""


def send(
    once: Annotated[bool, typer.Option("--once", help=say("Stop when nothing is due."))] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help=say("Processes that send side by side; one on SQLite."))
    ] = 1,
    root: WorkspaceOption = None,
) -> None:
    """Let messages that are due leave, until it is stopped."""
    if workers > 1:
        _side_by_side(workers, root, once=once)
        return
    while True:
        with workspace(root) as ws, progress() as bars:
            bars.add_task(say("Sending"), total=None)
            n = send_due(ws)
        if n or once:
            out.print(say("{n} sends settled.", n=f"{n:,}"), highlight=False)
        if once:
            return
        time.sleep(WAIT_SECONDS)


def _side_by_side(workers: int, root: WorkspaceOption, *, once: bool) -> None:
    """Let several processes send; raise `CampaignError` on a ledger that only one can write to at a time."""
    with workspace(root) as ws:
        if not ws.settings.ledger_url.startswith("postgres"):
            raise CampaignError(
                "{n} workers need a ledger on PostgreSQL; on SQLite one is as fast.",
                "Leave --workers out, or set ledger_url.",
                n=workers,
            )
        given = ["send", "--workspace", str(ws.root), *(["--once"] if once else [])]
    command = [sys.executable, "-c", "from quanyu.cli.main import app; app()", *given]
    # The program itself, with arguments of its own.
    running = [subprocess.Popen(command) for _ in range(workers)]  # nosec B603
    if any(process.wait() for process in running):
        raise typer.Exit(1)
