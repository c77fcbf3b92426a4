"""`quanyu serve`: imports little, so that it says at once what it does."""

from __future__ import annotations

import runpy
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import out, say
from quanyu.text import Text


class Part(StrEnum):
    """What is served."""

    all = "all"
    web = "web"
    public = "public"
    api = "api"
    collector = "collector"
    worker = "worker"
    scheduler = "scheduler"


@dataclass(frozen=True)
class Served:
    """A part: the module that serves it, the usual port, and what is said."""

    module: str
    port: int
    told: Text


PARTS: dict[Part, Served] = {
    Part.all: Served("quanyu.web", 8080, "Opening the console at http://{host}:{port} (Ctrl+C ends it) ..."),
    Part.web: Served("quanyu.web", 8080, "Opening the console at http://{host}:{port} (Ctrl+C ends it) ..."),
    Part.public: Served(
        "quanyu.api.serve", 8081, "Serving the public pages at http://{host}:{port} (Ctrl+C ends it) ..."
    ),
    Part.api: Served(
        "quanyu.api.serve", 8083, "Serving the API at http://{host}:{port}/api (Ctrl+C ends it) ..."
    ),
    Part.collector: Served(
        "quanyu.api.collector", 8082, "Taking events at http://{host}:{port} (Ctrl+C ends it) ..."
    ),
    Part.worker: Served(
        "quanyu.api.serve", 8084, "Sending; its health is at http://{host}:{port}/health (Ctrl+C ends it) ..."
    ),
    Part.scheduler: Served(
        "quanyu.api.serve",
        8085,
        "Doing what is due by the clock; its health is at http://{host}:{port}/health (Ctrl+C ends it) ...",
    ),
}


def serve(
    role: Annotated[
        Part, typer.Option(help=say("Everything in one program, or one part of it that listens alone."))
    ] = Part.all,
    host: Annotated[
        str, typer.Option(help=say("Address to listen on; beyond this machine only where users sign in."))
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=say("Port; 0: the usual one, from 8080 on."))
    ] = 0,
    root: WorkspaceOption = None,
) -> None:
    """Open the console in a browser and do all else that a server does, or one part of it."""
    part = PARTS[role]
    out.print(say(part.told, host=host, port=port or part.port), highlight=False)
    with workspace(root) as ws:
        sys.argv = [
            part.module,
            "--workspace",
            str(ws.root),
            "--host",
            host,
            "--port",
            str(port or part.port),
        ]
    if role is not Part.collector:
        sys.argv += ["--role", role.value]
    runpy.run_module(part.module, run_name="__main__")
