"""Why a row was refused: the reason as an expression, and what is asked of those that are stored."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.tables.view.reason_words import (
    ALLOWED,
    DIGITS_LOST,
    EARLY,
    ERASED,
    FLOAT_LOST,
    FUTURE,
    HIGH,
    KIND_MISSING,
    KIND_UNKNOWN,
    LETTER_LOST,
    LOW,
    MERGED,
    MISSING,
    NO_ZONE,
    OTHER_CURRENCY,
    PERIOD,
    SENTENCES,
    TWICE,
    TWO_DAYS,
    TWO_NUMBERS,
    UNKNOWN,
    UNREADABLE,
    VALUE,
    ZEROS,
    tell,
)

BREAK = "\x1f"
"""Stands between a sentence and the value seen, so that rows refused for one reason can be counted as one."""


def because(sentence: str, value: ir.Value | None = None, **words: object) -> ir.StringValue:
    """Return the reason as an expression: the sentence with its words, then the value seen."""
    told = sentence.replace(VALUE, "\x00")
    told = told.format(**words).replace("\x00", VALUE)
    if value is None:
        return ibis.literal(told + BREAK)
    return ibis.literal(told + BREAK) + value.cast("string").substr(0, 200).fill_null("")


def sentence_of(reason: ir.StringValue) -> ir.StringValue:
    """Return the reason with its value filled in."""
    parts = reason.split(BREAK)
    return parts[0].replace(VALUE, parts[1].fill_null(""))


def rule_of(reason: ir.StringValue) -> ir.StringValue:
    """Return the reason without the value, the same for all rows refused for it."""
    return reason.split(BREAK)[0].replace(VALUE, "…")


def future_of(reason: ir.StringValue) -> ir.StringValue:
    """Return the moment for which a row was refused as lying in the future, null for any other reason."""
    parts = reason.split(BREAK)
    return parts[0].endswith(FUTURE.rpartition(VALUE)[2]).ifelse(parts[1], ibis.null("string"))


__all__ = [
    "ALLOWED",
    "BREAK",
    "DIGITS_LOST",
    "EARLY",
    "ERASED",
    "FLOAT_LOST",
    "FUTURE",
    "HIGH",
    "KIND_MISSING",
    "KIND_UNKNOWN",
    "LETTER_LOST",
    "LOW",
    "MERGED",
    "MISSING",
    "NO_ZONE",
    "OTHER_CURRENCY",
    "PERIOD",
    "SENTENCES",
    "TWICE",
    "TWO_DAYS",
    "TWO_NUMBERS",
    "UNKNOWN",
    "UNREADABLE",
    "VALUE",
    "ZEROS",
    "because",
    "future_of",
    "rule_of",
    "sentence_of",
    "tell",
]
