"""`quanyu serve`: imports little, so that it says at once what it does."""

from __future__ import annotations

import runpy
import sys
from typing import Annotated

import typer

from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import out, say


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help=say("Port on this machine."))] = 8080,
    host: Annotated[
        str, typer.Option(help=say("Address to listen on; beyond this machine only where users sign in."))
    ] = "127.0.0.1",
    root: WorkspaceOption = None,
) -> None:
    """Open the console in a browser."""
    out.print(
        say("Opening the console at http://{host}:{port} (Ctrl+C ends it) ...", host=host, port=port),
        highlight=False,
    )
    with workspace(root) as ws:
        sys.argv = ["quanyu.web", "--workspace", str(ws.root), "--host", host, "--port", str(port)]
    runpy.run_module("quanyu.web", run_name="__main__")
