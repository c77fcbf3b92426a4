"""`quanyu pull`: databases and services are asked for what is new, once or again and again."""

from __future__ import annotations

import dataclasses
import getpass
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from quanyu.cli.progress import progress
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import err, language, out, say
from quanyu.collect.pull import PULL, Pulled, pauses
from quanyu.collect.reason import tell
from quanyu.errors import PullError, StorageError, WorkspaceBusyError
from quanyu.part.action import Caller, perform
from quanyu.text import told

PASSING = (PullError, WorkspaceBusyError, StorageError)
"""What may be over the next time."""


def pull(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE.toml...",
            help=say("Files of sources, or names of those in pulls/; none: all of these."),
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help=say("Take what is there and end."))] = False,
    anew: Annotated[bool, typer.Option("--anew", help=say("Read from the beginning once more."))] = False,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Bring what is new in databases and services into the tables, until it is stopped."""
    names, stop = tuple(files or ()), Event()
    with _stopping(stop), workspace(root) as ws:
        due = dict.fromkeys(pauses(ws, names), 0.0)
        every = pauses(ws, names)
        is_first = True
        while True:
            for name in [name for name, at in due.items() if at <= time.monotonic()]:
                try:
                    _once(ws, name, stop, anew=anew and is_first, json=json)
                except PASSING as error:
                    if once or is_first:
                        raise
                    err.print(
                        f"{name}: {told(error, language())}", style="red", highlight=False, markup=False
                    )
                due[name] = time.monotonic() + every[name]
            is_first = False
            if once or not due or stop.wait(max(0.0, min(due.values()) - time.monotonic())):
                return


@contextmanager
def _stopping(stop: Event) -> Iterator[None]:
    """Let the signal that ends programs wait for the end of a batch."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _once(ws: Any, name: str, stop: Event, *, anew: bool, json: bool) -> None:
    with progress() as bars:
        task = bars.add_task(name, total=None)

        def advance(_: str, done: int, _total: int) -> None:
            bars.update(task, completed=done)
            if stop.is_set():
                raise typer.Exit

        (pulled,) = perform(ws, PULL, {"sources": [name], "anew": anew}, Caller(getpass.getuser(), advance))
    if json:
        as_json(dataclasses.asdict(pulled))
    else:
        _print(Path(name).stem, pulled)


def _print(name: str, pulled: Pulled) -> None:
    columns = [say(word) for word in ("Source", "Layout", "Rows", "Taken", "Refused")]
    table("", columns, [(pulled.name, pulled.layout, pulled.n_rows, pulled.n_taken, pulled.n_refused)])
    changes = ", ".join(f"{table} +{c.added} ~{c.changed} ={c.same}" for table, c in pulled.changes.items())
    lines = [(changes, "dim")]
    for reason, n in sorted(pulled.reasons.items(), key=lambda pair: -pair[1])[:5]:
        lines.append((f"{say('refused')} {n:,}: {tell(reason, language())}", "yellow"))
    lines += [(told(message, language()), "dim") for message in pulled.messages]
    if pulled.is_anew:
        lines.append((say("something else is asked than before: read from the beginning"), "yellow"))
    if pulled.n_unplaced:
        lines.append(
            (say("{n} rows have no cursor or key and are not read", n=f"{pulled.n_unplaced:,}"), "yellow")
        )
    lines += [(line, "yellow") for line in _drift(pulled)]
    for line, style in lines:
        if line:
            out.print(f"  {line}", style=style, highlight=False, markup=False)


def _drift(pulled: Pulled) -> Iterator[str]:
    if pulled.drift.came:
        yield say("columns that came: {names}", names=", ".join(pulled.drift.came))
    if pulled.drift.went:
        yield say("columns that went: {names}", names=", ".join(pulled.drift.went))
    for column, (before, now) in pulled.drift.turned.items():
        yield say("{column} was {before} and is {now}", column=column, before=before, now=now)
