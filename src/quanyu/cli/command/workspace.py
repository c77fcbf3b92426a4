"""`quanyu init`, `adopt` and `tidy`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import quanyu.workspace
from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import out, say


class EngineName(StrEnum):
    """The engines a workspace can run on."""

    duckdb = "duckdb"
    spark = "spark"


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=say("Folder to make the workspace in."))],
    timezone: Annotated[str, typer.Option(help=say("Days are days of this zone."))] = "Asia/Shanghai",
    currency: Annotated[str, typer.Option(help=say("Currency of all money, ISO 4217."))] = "CNY",
    engine: Annotated[EngineName, typer.Option(help=say("What runs the queries."))] = EngineName.duckdb,
) -> None:
    """Make a workspace."""
    made = quanyu.workspace.create(folder, timezone=timezone, currency=currency, engine=engine.value)
    out.print(say("Made the workspace {root}.", root=made.root), highlight=False)
    out.print(say("Next: quanyu load FILES --workspace {root}", root=folder), highlight=False)
    made.close()


def adopt(root: WorkspaceOption = None) -> None:
    """Let a folder, its ledger and its tables belong together as they are, after a restore or a copy."""
    with workspace(root) as ws:
        ws.adopt()
        out.print(
            say("{root}, its ledger and its tables belong together now.", root=ws.root), highlight=False
        )


def tidy(root: WorkspaceOption = None) -> None:
    """Make one file of many small ones, and remove old versions of the tables."""
    with workspace(root) as ws:
        out.print(
            say("Removed {n} files that no version within the days kept uses.", n=ws.tidy()), highlight=False
        )
