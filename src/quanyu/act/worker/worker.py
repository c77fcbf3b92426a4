"""The worker: lets messages leave, moves journeys on, and tells programs what happened, round after round."""

from __future__ import annotations

from threading import Event

from quanyu.act.campaign import send_due
from quanyu.act.channel.hook import announce, deliver
from quanyu.act.journey import tick
from quanyu.part.process import Process
from quanyu.workspace import Workspace

WAIT_SECONDS = 1.0
"""How long a worker waits after a round before it looks again."""


def _work(ws: Workspace, stop: Event) -> None:
    while not stop.is_set():
        tick(ws)
        send_due(ws)
        announce(ws)
        deliver(ws)
        stop.wait(WAIT_SECONDS)


PROCESS = Process("worker", work=_work)
"""Found by whoever serves."""
