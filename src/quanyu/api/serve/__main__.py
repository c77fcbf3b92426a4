"""Serve processes of a workspace: `python -m quanyu.api.serve --role api --port 8083`."""

from __future__ import annotations

import argparse
import sys

import uvicorn
from starlette.applications import Starlette

import quanyu.workspace
from quanyu.api.serve.surround import Surround, log_lines
from quanyu.errors import QuanyuError
from quanyu.part.process import processes
from quanyu.text import shell_language, told


def main() -> None:
    """Read the arguments and serve until stopped; what was begun ends first."""
    parser = argparse.ArgumentParser(prog="quanyu serve", description=__doc__)
    parser.add_argument("--role", required=True, choices=list(processes()), help="what is served")
    parser.add_argument("--workspace", default=None, help="folder of the workspace")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8083, help="port to listen on")
    given = parser.parse_args()
    log_lines()
    try:
        ws = quanyu.workspace.open(given.workspace)
        made = Surround(Starlette(), ws, [given.role])
    except QuanyuError as error:
        sys.stderr.write(f"{told(error, shell_language())}\n")
        sys.exit(error.exit_code)
    uvicorn.run(
        made,
        host=given.host,
        port=given.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
        limit_concurrency=1000,
    )
    ws.close()


if __name__ in {"__main__", "__mp_main__"}:
    main()
