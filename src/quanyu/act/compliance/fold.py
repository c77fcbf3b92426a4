"""A text without its disguises, and where each of its characters stands in the text as it was given."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

UNSEEN = frozenset(("Cf", "Mn", "Me", "Cc"))
"""Categories of characters that nobody sees: zero-width, joiners, marks on another character, controls."""
BLANK = frozenset("\u3164\u115f\u1160\u2800\uffa0")
"""Letters and symbols by their category that are drawn as nothing."""
LINE_END = frozenset("\n\r\u2028\u2029")
STOP = frozenset("。、,!?;:")
"""What ends a sentence or part of one, folded."""


@dataclass(frozen=True)
class Folded:
    """A text as it reads: `text` in simplified characters and lower case, without what nobody sees.

    `spans` says of each character which part of the given text it stands for. `dense` is `text` without anything
    but letters, digits and % behind a digit; `places` says where each of its characters stands in `text`.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    dense: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return which part of the given text `text[start:end]` stands for."""
        return self.spans[start][0], self.spans[end - 1][1]

    def within(self, start: int, end: int) -> str:
        """Return what stands between the characters of `dense[start:end]`, in `text`."""
        around = range(self.places[start], self.places[end - 1])
        inner = set(self.places[start:end])
        return "".join(self.text[at] for at in around if at not in inner)


def fold(given: str, parts: Mapping[str, str]) -> Folded:
    """Return a text without its disguises; `parts` are characters written as two, such as 纟色 for 绝.

    >>> fold("Ｎｏ．１ 最\\u200b高級", {}).text
    'no.1 最高级'
    """
    text: list[str] = []
    spans: list[tuple[int, int]] = []
    for char, start, end in _characters(given):
        whole = parts.get(text[-1] + char) if text else None
        if whole:
            text[-1], spans[-1] = whole, (spans[-1][0], end)
        else:
            text.append(char)
            spans.append((start, end))
    places = tuple(at for at, char in enumerate(text) if _is_read(text, at, char))
    return Folded("".join(text), tuple(spans), "".join(text[at] for at in places), places)


def _is_read(text: list[str], at: int, char: str) -> bool:
    return char.isalnum() or (char == "%" and at > 0 and text[at - 1].isdigit())


def _characters(given: str) -> Iterator[tuple[str, int, int]]:
    for at, char in enumerate(given):
        for seen in _seen(char):
            yield seen, at, at + 1


@cache
def _seen(char: str) -> str:
    """Return what a character reads as: nothing for what is not seen."""
    if char in LINE_END:
        return "\n"
    plain = unicodedata.normalize("NFKD", char).casefold()
    shown = "".join(
        one
        for one in plain
        if unicodedata.category(one) not in UNSEEN and one not in BLANK and char not in BLANK
    )
    return "".join(map(_simplified, shown))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(char: str) -> str:
    return char if char < "\u2e80" else str(_converter().convert(char))[:1]
