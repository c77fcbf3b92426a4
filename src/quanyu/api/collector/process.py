"""The collector as a part of the server: it takes what clients post, and brings it into the tables a second later."""

from __future__ import annotations

import time
from threading import Event

from quanyu.api.collector.collector import Collector
from quanyu.api.collector.script import SCRIPT_PATH
from quanyu.collect.collector.drain import drain, waiting_bytes
from quanyu.collect.collector.log import open_log
from quanyu.collect.collector.wire import wires
from quanyu.part.process import Process
from quanyu.workspace import Workspace

DRAIN_SECONDS = 1.0
"""How long it rests before it looks again whether something came; longer after a drain that took longer, so that others work too."""
IDLE_SECONDS = 60.0
"""How often what is old is removed and wiped where nothing comes."""
ROUNDS = 60
"""So often a workspace of its own is drained into before it is opened anew: it remembers each version that it has read."""
BELOW = ("/v1/projects/", "/array/", "/decide/", "/flags/", "/sourceConfig/")


def _application(ws: Workspace) -> Collector:
    return Collector(ws, open_log(ws))


def _work(ws: Workspace, stop: Event) -> None:
    own = Workspace(ws.root, ws.settings, ws.clock)
    try:
        n_rounds, rest, drained = 0, DRAIN_SECONDS, -IDLE_SECONDS
        while n_rounds < ROUNDS and not stop.wait(rest):
            began = time.monotonic()
            if began - drained >= IDLE_SECONDS or waiting_bytes(own):
                n_rounds, drained = n_rounds + 1, began
                drain(own)
            rest = max(DRAIN_SECONDS, time.monotonic() - began)
    finally:
        own.close()


def _paths() -> tuple[str, ...]:
    routes = (route.path for wire in wires().values() for route in wire.routes)
    documents = (
        document.path for wire in wires().values() for document in wire.documents if "{" not in document.path
    )
    exact = {path.rstrip("/") for path in (*routes, *documents)}
    return (*sorted(exact), *sorted(f"{path}/" for path in exact), *BELOW, SCRIPT_PATH)


PROCESS = Process("collector", _paths(), _application, _work)
"""Found by whoever serves."""
