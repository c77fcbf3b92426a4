"""`quanyu mcp`: imports little; standard output belongs to the protocol."""

from __future__ import annotations

import runpy
import sys
from enum import StrEnum
from typing import Annotated, get_args

import typer

from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import say
from quanyu.part.role import Role

RoleName = StrEnum("RoleName", get_args(get_args(Role)[0]))  # type: ignore[misc]
READS = RoleName("analyst")
"""Who reads lists of people, masked, and asks questions of the data."""


def mcp(
    role: Annotated[RoleName, typer.Option(help=say("What the assistant may see."))] = READS,
    write: Annotated[bool, typer.Option("--write", help=say("Let it change things."))] = False,
    customer_text: Annotated[
        bool, typer.Option("--customer-text", help=say("Let it read what customers wrote."))
    ] = False,
    root: WorkspaceOption = None,
) -> None:
    """Serve an assistant on standard input and output."""
    with workspace(root) as ws:
        flags = [name for name, is_set in (("--write", write), ("--customer-text", customer_text)) if is_set]
        sys.argv = ["quanyu.mcp", "--workspace", str(ws.root), "--role", role.value, *flags]
    runpy.run_module("quanyu.mcp", run_name="__main__")
