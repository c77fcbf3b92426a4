"""The public application, really listening."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from quanyu.api.public import application
from quanyu.workspace import Workspace


@contextmanager
def served(ws: Workspace) -> Iterator[str]:
    """Serve the public application of a workspace and return its address."""
    server = uvicorn.Server(uvicorn.Config(application(ws), port=0, log_level="error", lifespan="off"))
    server.install_signal_handlers = lambda: None
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
