"""Serve the public pages of a workspace: `python -m quanyu.api --workspace shop --host 0.0.0.0 --port 8081`."""

from __future__ import annotations

import argparse
import sys

import uvicorn

import quanyu.workspace
from quanyu.api.public import application
from quanyu.errors import QuanyuError
from quanyu.text import shell_language, told


def main() -> None:
    """Read the arguments and serve until stopped; addresses of visitors and links stand in no log."""
    parser = argparse.ArgumentParser(prog="quanyu serve --role public", description=__doc__)
    parser.add_argument("--workspace", default=None, help="folder of the workspace")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on")
    given = parser.parse_args()
    try:
        ws = quanyu.workspace.open(given.workspace)
        made = application(ws)
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
        date_header=True,
        timeout_keep_alive=15,
        limit_concurrency=1000,
    )


if __name__ in {"__main__", "__mp_main__"}:
    main()
