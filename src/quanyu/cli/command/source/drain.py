"""`quanyu drain`: what clients posted to the collector becomes rows."""

from __future__ import annotations

import dataclasses
import getpass

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, workspace
from quanyu.cli.speech import out, say
from quanyu.collect.collector.drain import DRAIN
from quanyu.part.action import Caller, perform


def drain(root: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Bring what clients posted to the collector into the tables."""
    with workspace(root) as ws:
        done = perform(ws, DRAIN, {}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(done))
        return
    out.print(
        say(
            "{n_requests} requests with {n_messages} messages: {n_events} new events, {n_refused} refused.",
            **{name: f"{n:,}" for name, n in vars(done).items()},
        )
    )
    if done.n_damaged:
        out.print(
            say("{n} records of the log are damaged: they are among the refused rows.", n=done.n_damaged),
            style="red",
        )
