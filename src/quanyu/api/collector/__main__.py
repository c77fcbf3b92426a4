"""Serve the collector of a workspace: `python -m quanyu.api.collector --workspace shop --host 0.0.0.0 --port 8082`."""

from __future__ import annotations

import argparse
import sys

import uvicorn

import quanyu.workspace
from quanyu.api.collector import Collector
from quanyu.api.collector.process import PROCESS
from quanyu.api.serve import Background
from quanyu.collect.collector.log import open_log
from quanyu.errors import QuanyuError
from quanyu.text import shell_language, told


def main() -> None:
    """Read the arguments and serve until stopped; what was taken is durable before it is answered, so nothing waits then."""
    parser = argparse.ArgumentParser(prog="quanyu serve --role collector", description=__doc__)
    parser.add_argument("--workspace", default=None, help="folder of the workspace")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8082, help="port to listen on")
    given = parser.parse_args()
    try:
        ws = quanyu.workspace.open(given.workspace)
        log = open_log(ws)
        made = Collector(ws, log)
    except QuanyuError as error:
        sys.stderr.write(f"{told(error, shell_language())}\n")
        sys.exit(error.exit_code)
    with Background(ws, [PROCESS]).going():
        uvicorn.run(
            made,
            host=given.host,
            port=given.port,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=75,
            limit_concurrency=10_000,
            backlog=4096,
        )
    log.close()
    ws.close()


if __name__ in {"__main__", "__mp_main__"}:
    main()
