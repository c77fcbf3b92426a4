"""What is seen while a command works: bars that move, or lines where nothing may move."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from quanyu.cli.speech import IS_PLAIN, err

PATIENCE = 0.8
"""Seconds after which a command that is still at work says so."""
LOCK = threading.RLock()
"""Held by the thread that begins or ends what is drawn."""


def is_drawn() -> bool:
    """Say whether bars may move: on a terminal that is steered."""
    return err.is_terminal and not IS_PLAIN


class Bars(Progress):
    """Bars on the error stream, so that output stays clean; where they may not move, a line for each thing that is begun."""

    def __init__(self, *columns: Any) -> None:
        """Draw these columns."""
        super().__init__(*columns, console=err, transient=True, disable=not is_drawn(), redirect_stdout=False)
        self._began, self._said = time.monotonic(), ""

    def stop(self) -> None:
        """End what was drawn; nothing was drawn where nothing may move."""
        if not self.disable:
            super().stop()

    def add_task(self, description: str, *given: Any, **options: Any) -> TaskID:
        """Begin something."""
        task = super().add_task(description, *given, **options)
        self._say(description)
        return task

    def update(self, task_id: TaskID, **changes: Any) -> None:
        """Tell how far it is."""
        super().update(task_id, **changes)
        self._say(str(changes.get("description", "")))

    def _say(self, line: str) -> None:
        """Write a line of its own where no bar tells it, once people have waited."""
        if self.disable and line not in {"", self._said} and time.monotonic() - self._began >= PATIENCE:
            err.print(line, highlight=False, markup=False)
            self._said = line


@contextmanager
def progress() -> Iterator[Progress]:
    """Show how far a command is, as long as this lasts."""
    err.clear_waiting()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns) as bars:
        yield bars


@contextmanager
def at_work(command: str) -> Iterator[None]:
    """Say on a terminal that a command is at work, once people have waited for it, until it prints something."""
    if not err.is_terminal:
        yield
        return
    bars = Bars(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    timer = threading.Timer(PATIENCE, lambda: _begin(bars, command, timer))
    timer.daemon = True
    err.ends.append(lambda: _end(bars, timer))
    timer.start()
    try:
        yield
    finally:
        err.clear_waiting()


def _begin(bars: Bars, command: str, timer: threading.Timer) -> None:
    with LOCK:
        if not timer.finished.is_set():
            bars.add_task(command, total=None)
            bars.start()


def _end(bars: Bars, timer: threading.Timer) -> None:
    with LOCK:
        timer.cancel()
        bars.stop()
