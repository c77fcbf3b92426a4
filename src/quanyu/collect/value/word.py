"""Cells of words: which words of a layout they are, and what these stand for."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from functools import reduce

import ibis
import ibis.expr.types as ir


def matches(text: ir.StringValue, words: tuple[str, ...]) -> ir.BooleanValue:
    """Say whether the text is one of the words; `*` in a word stands for any text, "" for no text."""
    return reduce(operator.or_, (_is_word(text, word) for word in words))


def _is_word(text: ir.StringValue, word: str) -> ir.BooleanValue:
    if not word:
        return text.isnull()
    if word == "*":
        return text.notnull()
    if "*" in word:
        pattern = ".*".join(re.escape(part) for part in word.split("*"))
        return text.re_search(f"^{pattern}$").fill_null(False)
    return (text == word).fill_null(False)


def mapped(text: ir.StringValue, words: Mapping[str, str]) -> ir.StringValue:
    """Return the word that stands for the text, exact words before those with `*`; null where none does.

    The meaning `*` is the text itself.
    """
    told = {meant: text if meant == "*" else ibis.literal(meant) for meant in words.values()}
    exact = [(text == word, told[meant]) for word, meant in words.items() if "*" not in word]
    open_ = [(_is_word(text, word), told[meant]) for word, meant in words.items() if "*" in word]
    return ibis.cases(*exact, *open_, else_=ibis.null("string"))
