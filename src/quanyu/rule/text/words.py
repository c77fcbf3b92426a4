"""The words of the grammar as errors show them: what may stand at a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from quanyu.text import Sentence, Text

UNITS = "minutes?|hours?|days?|weeks?|months?"

SYNTAX: Mapping[str, str] = {
    "SIGN": "= != < <= > >=",
    "IN": "in A, B",
    "LIKE": "contains",
    "BETWEEN": "between A and B",
    "WINDOW": "in last 30 days",
    "NEAR": "within 100 km of A",
    "RANK": "in top 10%",
    "KNOWN": "is known",
    "VERB": "bought",
    "TIMES": "times",
    "DAYS": "days",
    "ON": "on >= 3 days",
    "WITH": "with total net_amount >= 500",
    "AGGREGATE": "total, average, largest, smallest, distinct",
    "WHERE": "where (channel = taobao)",
    "THEN": "then",
    "WITHIN": "within 3 days",
    "PER": "per session_id",
    "LPAR": "(",
    "RPAR": ")",
    "AND": "and",
    "OR": "or",
    "SEMICOLON": ";",
}
"""Terminals of the grammar as somebody may write them; those that are left out are variants of one of these."""
MEANT: Mapping[str, Text] = {
    "NAME": "a column",
    "VALUE": "a value",
    "ATOM": "a word",
    "NUMBER": "a number",
    "EVENT": "the name of an event",
    "DETAIL": "a channel",
}
"""Terminals that stand for what the writer knows."""


def expected(terminals: Iterable[str]) -> Text:
    """Return what may stand at a place, as a list in a sentence.

    >>> expected(["AND", "VALUE", "OR"])
    'a value, and, or'
    """
    names = sorted(terminals)
    meant = [Sentence(MEANT[name]) for name in names if name in MEANT]
    words = [*meant, *dict.fromkeys(SYNTAX[name] for name in names if name in SYNTAX)]
    return reduce(lambda first, second: Sentence("{first}, {second}", first=first, second=second), words)


__all__ = ["UNITS", "expected"]
