"""`quanyu report`: the review of the shop as one HTML file."""

from __future__ import annotations

import getpass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from quanyu.cli.screen import WorkspaceOption, workspace
from quanyu.cli.speech import out, say
from quanyu.part.action import Caller, perform
from quanyu.plan.report import REPORT


class LanguageName(StrEnum):
    """The languages of the report."""

    zh = "zh"
    en = "en"


def report(
    to: Annotated[Path, typer.Option("--out", help=say("File to write."))] = Path("report.html"),
    language: Annotated[
        LanguageName | None, typer.Option(help=say("Default: the workspace's language."))
    ] = None,
    root: WorkspaceOption = None,
) -> None:
    """Write the report: one self-contained HTML file with charts."""
    with workspace(root) as ws:
        chosen = language.value if language else ws.settings.speech
        written = perform(ws, REPORT, {"out": str(to), "language": chosen}, Caller(getpass.getuser()))
    out.print(say("Wrote {file}.", file=written), highlight=False)
