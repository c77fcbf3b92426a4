"""`quanyu serve`: imports little, so that it says at once what it does."""

from __future__ import annotations

import runpy
import sys
from enum import StrEnum
from typing import Annotated

import typer

from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import out, say
from quanyu.text import Text


class Part(StrEnum):
    """What is served."""

    console = "console"
    public = "public"
    collector = "collector"


PARTS: dict[Part, tuple[str, Text, int]] = {
    Part.console: ("quanyu.web", "Opening the console at http://{host}:{port} (Ctrl+C ends it) ...", 8080),
    Part.public: (
        "quanyu.api",
        "Serving the public pages at http://{host}:{port} (Ctrl+C ends it) ...",
        8081,
    ),
    Part.collector: (
        "quanyu.api.collector",
        "Taking events at http://{host}:{port} (Ctrl+C ends it) ...",
        8082,
    ),
}
"""Of each part: the module that serves it, what is said, and the usual port."""


def serve(
    role: Annotated[
        Part,
        typer.Option(
            help=say(
                "The console, only what links in messages and providers need, or only what takes events."
            )
        ),
    ] = Part.console,
    host: Annotated[
        str, typer.Option(help=say("Address to listen on; beyond this machine only where users sign in."))
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=say("Port; 0: the usual one, 8080, 8081 or 8082."))
    ] = 0,
    root: WorkspaceOption = None,
) -> None:
    """Open the console in a browser, or serve the public pages or the collector."""
    module, told, usual = PARTS[role]
    out.print(say(told, host=host, port=port or usual), highlight=False)
    with workspace(root) as ws:
        sys.argv = [module, "--workspace", str(ws.root), "--host", host, "--port", str(port or usual)]
    runpy.run_module(module, run_name="__main__")
