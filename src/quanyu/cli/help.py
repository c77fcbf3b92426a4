"""How help is written: in lines as wide as the terminal shows them, where a Chinese character takes the room of two letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from typer.core import TyperCommand, TyperGroup

from quanyu.cli.speech import say
from quanyu.cli.wrap import wrapped
from quanyu.text import Text

CONTEXT: Any = TyperCommand.context_class
FORMATTER: Any = CONTEXT.formatter_class
WORDS: Mapping[str, Text] = {
    "Arguments": "Arguments",
    "Options": "Options",
    "Commands": "Commands",
    "Show this message and exit.": "Show this message and exit.",
}
"""What the library says, in the language of the command line."""


class Formatter(FORMATTER):  # type: ignore[misc]
    """Breaks lines between words and Chinese characters, by the width that the terminal shows."""

    def write_heading(self, heading: str) -> None:
        """Write a heading in the language of the command line."""
        super().write_heading(_said(heading))

    def write_text(self, text: str) -> None:
        """Write a text, paragraph by paragraph, as far in as the place it stands in."""
        indent = " " * self.current_indent
        blocks = (" ".join(block.split()) for block in text.split("\n\n"))
        self.write("\n\n".join(wrapped(indent + block, self.width) for block in blocks) + "\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names and what they mean in two columns; a name that is too long has a line of its own."""
        narrow = min(max((cell_len(name) for name, _ in rows), default=0), col_max, self.width // 2)
        behind = self.current_indent + narrow + col_spacing
        for name, meaning in rows:
            begin = " " * self.current_indent + name
            if cell_len(begin) > self.width:
                begin = wrapped(begin.replace("|", "| "), self.width).replace("| ", "|")
            lines = wrapped(_said(" ".join(meaning.split())), max(self.width - behind, 10)).split("\n")
            if cell_len(begin) + col_spacing > behind or "\n" in begin:
                self.write(begin + "\n")
                begin = ""
            self.write(begin + " " * (behind - cell_len(begin)) + lines[0] + "\n")
            self.write("".join(f"{' ' * behind}{line}\n" for line in lines[1:]))


class Context(CONTEXT):  # type: ignore[misc]
    """A call of the command line whose help is written by `Formatter`."""

    formatter_class = Formatter


class Command(TyperCommand):
    """A command whose help is written by `Formatter`."""

    context_class = Context

    def get_short_help_str(self, limit: int = 0) -> str:
        """Return what the list of a group says of it, whole: it goes on in the next line, where the library would cut it."""
        return (self.help or "").partition("\n\n")[0]


class Group(TyperGroup):
    """A group of commands whose help is written by `Formatter`."""

    context_class = Context


def _said(words: str) -> str:
    return say(WORDS[words]) if words in WORDS else words
