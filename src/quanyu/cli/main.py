"""The command `quanyu`."""

from __future__ import annotations

import sys

from quanyu.cli.commands import commands
from quanyu.cli.speech import err, language, say
from quanyu.errors import QuanyuError
from quanyu.text import message_and_hint


def app() -> None:
    """Run the command line; an error of Quanyu prints its message and hint and sets its exit code."""
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "-")
    try:
        commands(called)()
    except QuanyuError as error:
        message, hint = message_and_hint(error, language())
        err.print(message, style="bold red", highlight=False, markup=False)
        if hint:
            err.print(hint, highlight=False, markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print(say("Stopped. Run the command again to go on."))
        sys.exit(130)
