"""The collector as a part of the server: it takes what clients post, and brings it into the tables every few seconds."""

from __future__ import annotations

from threading import Event

from quanyu.api.collector.collector import Collector
from quanyu.api.collector.script import SCRIPT_PATH
from quanyu.collect.collector.drain import drain
from quanyu.collect.collector.log import open_log
from quanyu.collect.collector.wire import wires
from quanyu.part.process import Process
from quanyu.workspace import Workspace

DRAIN_SECONDS = 5.0
ROUNDS = 60
"""So often a workspace of its own is drained into before it is opened anew: it remembers each version that it has read."""
BELOW = ("/v1/projects/", "/array/", "/decide/", "/flags/", "/sourceConfig/")


def _application(ws: Workspace) -> Collector:
    return Collector(ws, open_log(ws))


def _work(ws: Workspace, stop: Event) -> None:
    own = Workspace(ws.root, ws.settings, ws.clock)
    try:
        for _ in range(ROUNDS):
            if stop.wait(DRAIN_SECONDS):
                return
            drain(own)
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
