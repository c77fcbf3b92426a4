"""What the command line says: the language, the two streams, and help texts."""

from __future__ import annotations

import sys

from rich.console import Console

from quanyu.text import Language, Text, shell_language, translate

WIDE = None if sys.stdout.isatty() else 240
"""Columns of a line: those of the terminal; in a pipe or file no table is folded."""

out = Console(soft_wrap=True, width=WIDE)
err = Console(stderr=True, soft_wrap=True)


def language() -> Language:
    """Return the language of the command line."""
    return shell_language()


def say(message: Text, /, **values: object) -> str:
    """Translate a message into the language of the command line."""
    return translate(message, language(), **values)


def help_of(summary: Text, example: str) -> str:
    """Return the help text of a command: what it does, and an example."""
    return f"{say(summary)}\n\n{say('Example')}: {example}"
