"""What the command line says: the language, the two streams, and help texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, ClassVar, TextIO

from rich.console import Console

from quanyu.cli.wrap import wrapped
from quanyu.text import Language, Text, shell_language, translate

UNFOLDED = 100_000
"""Columns of a line in a pipe or a file, where nothing is folded unless COLUMNS asks for it."""
IS_PLAIN = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in {"dumb", "unknown"}
"""Whether no code that steers a terminal may be written: no colours, no lines that move."""


def _size(stream: TextIO) -> tuple[int, int]:
    """Return columns and lines of a stream: those of its terminal, or what COLUMNS says."""
    try:
        seen = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        seen = os.terminal_size((UNFOLDED, 25))
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdigit() and int(asked) else seen.columns or 80, seen.lines or 25


class Stream(Console):
    """A stream of the command line: sentences break between words, and what is drawn while a command works ends first."""

    ends: ClassVar[list[Callable[[], None]]] = []

    def __init__(self, *, stderr: bool = False) -> None:
        """Open standard output, or the stream of errors."""
        width, height = _size(sys.stderr if stderr else sys.stdout)
        color = None if IS_PLAIN else "auto"
        super().__init__(stderr=stderr, soft_wrap=True, width=width, height=height, color_system=color)  # type: ignore[arg-type]

    def print(self, *objects: Any, **options: Any) -> None:
        """Print sentences and tables."""
        self.clear_waiting()
        super().print(*(wrapped(o, self.width) if isinstance(o, str) else o for o in objects), **options)

    @classmethod
    def clear_waiting(cls) -> None:
        """End what is drawn while a command works."""
        while cls.ends:
            cls.ends.pop()()


out = Stream()
err = Stream(stderr=True)


def language() -> Language:
    """Return the language of the command line."""
    return shell_language()


def say(message: Text, /, **values: object) -> str:
    """Translate a message into the language of the command line."""
    return translate(message, language(), **values)


def help_of(summary: Text, example: str) -> str:
    """Return the help text of a command: what it does, and an example."""
    return f"{say(summary)}\n\n{say('Example')}: {example}"
