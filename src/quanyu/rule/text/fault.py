"""What an error about a rule shows: the character it is about."""

from __future__ import annotations

import unicodedata

from quanyu.rule.tree import Place

WIDE = "WF"
"""Classes of East Asian width that take the room of two letters."""


def pointed(place: Place | None) -> str:
    r"""Return the line of the rule and a caret under its character; nothing for a tree that was not read from text.

    >>> pointed(Place("frequency > many", 12))
    '\nfrequency > many\n            ^'
    """
    if place is None:
        return ""
    begin = place.text.rfind("\n", 0, place.at) + 1
    line = place.text[begin:].partition("\n")[0]
    before = place.text[begin : place.at]
    space = "".join("\u3000" if unicodedata.east_asian_width(sign) in WIDE else " " for sign in before)
    return f"\n{line}\n{space}^"


__all__ = ["pointed"]
