"""The command `quanyu`."""

from __future__ import annotations

import sys

import typer

from quanyu.cli import collect, demo, plan, tables, turn, workspace
from quanyu.cli.screen import err, say
from quanyu.errors import QuanyuError

commands = typer.Typer(
    name="quanyu",
    help=say("Omnichannel precision marketing: from raw platform files to people, figures and a report."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    workspace.init, collect.load, collect.layouts, turn.run, tables.tables, tables.describe, tables.sql,
    plan.report, demo.demo, workspace.serve,
):  # fmt: skip
    commands.command()(command)
commands.add_typer(collect.people, name="people")


def app() -> None:
    """Run the command line; an error of Quanyu prints its message and hint and sets its exit code."""
    try:
        commands()
    except QuanyuError as error:
        err.print(str(error.args[0]), style="bold red", highlight=False, markup=False)
        if error.hint:
            err.print(error.hint, highlight=False, markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print(say("Stopped. Run the command again to go on."))
        sys.exit(130)
