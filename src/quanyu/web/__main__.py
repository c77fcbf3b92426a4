"""Open the console of a workspace: `python -m quanyu.web --workspace shop --port 8080`."""

from __future__ import annotations

import argparse
import sys

import quanyu.workspace
from quanyu.discovery import declared
from quanyu.errors import QuanyuError
from quanyu.part.process import processes
from quanyu.text import shell_language, told
from quanyu.web.app import check_reach, serve


def main() -> None:
    """Read the arguments and serve until stopped."""
    parser = argparse.ArgumentParser(prog="quanyu serve", description=__doc__)
    parser.add_argument("--workspace", default=None, help="folder of the workspace")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; beyond this machine only where users sign in",
    )
    parser.add_argument("--port", type=int, default=8080, help="port to listen on")
    parser.add_argument(
        "--role", default="all", choices=("all", "web"), help="the console with every other process, or alone"
    )
    given = parser.parse_args()
    (log_lines,) = declared("LOG_LINES", "api/serve")
    log_lines()
    try:
        ws = quanyu.workspace.open(given.workspace)
        check_reach(ws, given.host, given.port)
        sys.stdout.write(f"http://{given.host}:{given.port}\n")
        sys.stdout.flush()
        serve(ws, given.host, given.port, [*processes()] if given.role == "all" else [])
    except QuanyuError as error:
        sys.stderr.write(f"{told(error, shell_language())}\n")
        sys.exit(error.exit_code)


if __name__ in {"__main__", "__mp_main__"}:
    main()
