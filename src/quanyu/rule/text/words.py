"""The words of the grammar as errors show them: what may stand at a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from quanyu.text import Sentence, Text

UNITS = "minutes?|hours?|days?|weeks?|months?"

EXPECTED: Mapping[str, Text] = {
    "NAME": "a column",
    "SIGN": "= != < <= > >=",
    "VALUE": "a value",
    "ATOM": "a word",
    "NUMBER": "a number",
    "IN": "in A, B",
    "LIKE": "contains",
    "BETWEEN": "between A and B",
    "WINDOW": "in last 30 days",
    "RANK": "in top 10%",
    "KNOWN": "is known",
    "VERB": "bought",
    "EVENT": "the name of an event",
    "DETAIL": "a channel",
    "TIMES": "times",
    "DAYS": "days",
    "ON": "on >= 3 days",
    "WITH": "with total net_amount >= 500",
    "AGGREGATE": "total, average, largest, smallest or distinct",
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
"""Terminals of the grammar, as somebody may write them; those that are left out are variants of one of these."""


def listed(words: Iterable[Text]) -> Text:
    """Return words as a list in a sentence.

    >>> listed(["and", "or"])
    'and, or'
    """
    return reduce(
        lambda first, second: Sentence("{first}, {second}", first=first, second=second),
        (Sentence(word.replace("{", "{{").replace("}", "}}")) for word in words),
    )


__all__ = ["EXPECTED", "UNITS", "listed"]
