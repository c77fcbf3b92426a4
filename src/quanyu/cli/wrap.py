"""Where lines break: between words and between Chinese characters, never within a word or a number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60"
CLOSING = "，。；：、？！）》”’」』"
PIECE = re.compile(rf"(?:[{WIDE}]|[^\s{WIDE}]+)[{CLOSING}]*\s*")
"""What stays on one line: a word, or a Chinese character, with the signs that close it and the space behind it."""
READABLE = 12
"""A column of a table that would be wider is at least this wide."""
GAP = 2
"""Spaces between columns."""


def wrapped(text: str, width: int) -> str:
    r"""Return the text in lines of at most `width` columns where words allow it, each as far in as the line it was part of.

    >>> wrapped("  12,345 orders 订单已导入", 12)
    '  12,345\n  orders 订\n  单已导入'
    """
    return "\n".join(line for given in text.split("\n") for line in _lines(given, width))


def _lines(line: str, width: int) -> list[str]:
    if cell_len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    lines, now = [], indent
    for piece in PIECE.findall(line):
        if now.strip() and cell_len(now + piece.rstrip()) > width:
            lines.append(now.rstrip())
            now = indent
        now += piece
    return [*lines, now.rstrip()]


def widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Return how wide each column of a table is so that all fit into the room; None where no word may be cut and they do not.

    >>> widths([["orders", "people"], ["what was bought, by whom"]], 24), widths([["orders"], ["1,234,567"]], 12)
    ([6, 16], None)
    """
    wanted = [max(cell_len(line) for cell in column for line in cell.split("\n")) for column in columns]
    least = [
        max(
            min(wide, READABLE),
            *(cell_len(piece.rstrip()) for cell in column for piece in PIECE.findall(cell)),
            0,
        )
        for wide, column in zip(wanted, columns, strict=True)
    ]
    room -= GAP * (len(columns) - 1)
    if sum(wanted) <= room:
        return wanted
    if sum(least) > room:
        return None
    given = list(least)
    while (spare := room - sum(given)) > 0 and (
        narrow := [at for at, wide in enumerate(wanted) if given[at] < wide]
    ):
        for at in narrow[:spare]:
            given[at] = min(wanted[at], given[at] + max(spare // len(narrow), 1))
    return given
