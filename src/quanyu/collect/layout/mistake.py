"""Mistakes in a layout: what is wrong, in which line of the file, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from quanyu.errors import SettingError
from quanyu.nearest import nearest
from quanyu.text import Sentence

_HEADER = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[^\s=\[\]{}#"']+)\s*=""")


class LayoutError(SettingError):
    """What is wrong with a layout: the value `entry` is where (`orders.paid_amount`), `word` what stands there."""

    @property
    def where(self) -> str:
        """The entry that is wrong."""
        return str(self.values.get("entry", ""))

    @property
    def word(self) -> str:
        """What stands there."""
        return str(self.values.get("word", ""))


def meant(word: str, allowed: Iterable[str]) -> Sentence:
    """Return the words that tell what was probably meant, or what is allowed."""
    names = list(dict.fromkeys(allowed))
    near = nearest(word, names)
    if near:
        return Sentence("near it: {near!r}", near=near)
    return Sentence("allowed: {names}", names=", ".join(names[:60]) + (" ..." if len(names) > 60 else ""))


def line_of(text: str, where: str, word: str) -> int:
    """Return the number of the line of a TOML text where an entry stands, or the word in it; 1 where it is not found.

    A word that an entry has from elsewhere, as from a map, is looked for in the whole text.

    >>> line_of('en = "x"\\n[orders]\\norder_id = "a"\\n', "orders.order_id", "a")
    3
    """
    lines = text.splitlines()
    start, end = _entry(lines, where)
    within = [number for number in range(max(start, 1), end + 1) if word in lines[number - 1]]
    quoted = [
        number for number, line in enumerate(lines, 1) if re.search(rf"[\"']{re.escape(word)}[\"']", line)
    ]
    return next(iter((*within, *quoted)), max(start, 1))


def _entry(lines: list[str], where: str) -> tuple[int, int]:
    """Return the first and last line of an entry: its own, else that of the nearest table around it."""
    table, best, depth = "", 0, -1
    last = len(lines)
    for number, line in enumerate(lines, 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header and "=" not in header.group(1):
            table = header.group(1)
        path = ".".join(
            part for part in (table, key.group(1).strip("\"'") if key and not header else "") if part
        )
        if best and last == len(lines) and (header or key) and not _within(path, where, depth):
            last = number - 1
        if path and (where == path or where.startswith(f"{path}.")) and len(path) > depth:
            best, depth, last = number, len(path), len(lines)
    return best, last


def _within(path: str, where: str, depth: int) -> bool:
    """Say whether a line still belongs to what was found."""
    return path.startswith(f"{where[:depth]}.")
