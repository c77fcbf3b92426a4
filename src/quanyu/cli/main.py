"""The command `quanyu`."""

from __future__ import annotations

import sys

from quanyu.cli.commands import commands
from quanyu.cli.speech import err, say
from quanyu.errors import QuanyuError


def app() -> None:
    """Run the command line; an error of Quanyu prints its message and hint and sets its exit code."""
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "-")
    try:
        commands(called)()
    except QuanyuError as error:
        err.print(str(error.args[0]), style="bold red", highlight=False, markup=False)
        if error.hint:
            err.print(error.hint, highlight=False, markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print(say("Stopped. Run the command again to go on."))
        sys.exit(130)
