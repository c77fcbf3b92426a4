"""The command `quanyu`."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import traceback

from quanyu.cli.commands import commands, uncollected
from quanyu.cli.progress import at_work
from quanyu.cli.speech import err, language, say
from quanyu.errors import QuanyuError
from quanyu.text import message_and_hint

SELDOM = 20_000
"""After how many new objects garbage is looked for; libraries bring hundreds of thousands that stay."""
UNFORESEEN = 70
"""What a shell sees of an error without a name: EX_SOFTWARE of sysexits.h."""


def app() -> None:
    """Run the command line; an error of Quanyu prints its message and hint and sets its exit code."""
    gc.set_threshold(SELDOM, 20, 20)
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "-")
    try:
        with at_work(" ".join(("quanyu", called))):
            with uncollected():
                run = commands(called)
            run()
    except QuanyuError as error:
        message, hint = message_and_hint(error, language())
        err.print(message, style="bold red", highlight=False, markup=False)
        if hint:
            err.print(hint, highlight=False, markup=False)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever read what was printed has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (
        Exception
    ) as error:  # the last door: what nobody foresaw is still told, and kept for whoever mends it
        err.print(
            say("Something went wrong that Quanyu did not foresee: {error}", error=f"{type(error).__name__}: {_first(error)}"),
            style="bold red", highlight=False, markup=False,
        )  # fmt: skip
        err.print(
            say("All of it is in {file}; please report it.", file=_kept()), highlight=False, markup=False
        )
        sys.exit(UNFORESEEN)
    except KeyboardInterrupt:
        err.print(say("Stopped. Run the command again to go on."))
        sys.exit(130)


def _first(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _kept() -> str:
    """Write the traceback of the error at hand to a file of its own and return its name."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="quanyu-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return file.name
