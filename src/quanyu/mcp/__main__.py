"""Serve an assistant on standard input and output: `python -m quanyu.mcp --workspace shop --role analyst`."""

from __future__ import annotations

import argparse
import getpass
import logging
import sys

import anyio
from mcp.server.stdio import stdio_server

import quanyu.workspace
from quanyu.errors import QuanyuError
from quanyu.mcp.server import Manner, server
from quanyu.part.role import ROLES
from quanyu.text import shell_language, told
from quanyu.workspace import Workspace


def main() -> None:
    """Read the arguments and serve until the assistant goes; nothing but the protocol is written to standard output."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    parser = argparse.ArgumentParser(prog="quanyu mcp", description=__doc__)
    parser.add_argument("--workspace", default=None, help="folder of the workspace")
    parser.add_argument("--role", default="analyst", choices=list(ROLES), help="what the assistant may see")
    parser.add_argument("--write", action="store_true", help="let it change things")
    parser.add_argument("--customer-text", action="store_true", help="let it read what customers wrote")
    given = parser.parse_args()
    try:
        ws = quanyu.workspace.open(given.workspace)
        manner = Manner(getpass.getuser(), given.role, given.write, given.customer_text, shell_language())
        anyio.run(_serve, ws, manner)
        ws.close()
    except QuanyuError as error:
        sys.stderr.write(f"{told(error, shell_language())}\n")
        sys.exit(error.exit_code)


async def _serve(ws: Workspace, manner: Manner) -> None:
    served = server(ws, manner)
    async with stdio_server() as (read, write):
        await served.run(read, write, served.create_initialization_options())


if __name__ in {"__main__", "__mp_main__"}:
    main()
