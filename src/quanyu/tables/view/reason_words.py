"""Why a row was refused: sentences with the column, the value seen and what is allowed, in both languages."""

from __future__ import annotations

import re
from functools import cache

from quanyu.text import Language, Text, translate

VALUE = "{value}"

TWO_NUMBERS = "{column} is {value}, which may be a thousand or a fraction: state `decimal` in the layout"
DIGITS_LOST = "{column} is {value}, in scientific notation: digits are lost"
FLOAT_LOST = "{column} is {value}, a floating-point number of more than 2^53: digits are lost"
LETTER_LOST = "{column} holds signs that stand for lost letters (�): export it again in UTF-8"
OTHER_CURRENCY = "{column} is {value}, with the sign of another currency than the row's: state `currency` in the file or the layout"
TWO_DAYS = "{column} is {value}, day and month could be the other way round: state `format` in the layout"
NO_ZONE = "{column} is {value}, whose time zone is unknown or means several"
KIND_MISSING = "{column} does not say what kind of identifier it is, as `kind:value` does"
KIND_UNKNOWN = (
    "{column} names {value}, an unknown kind of identifier; kinds of your own are declared in `kinds`"
)
ZEROS = "{column} is {value}, one of many that end in zeros after 15 digits: a spreadsheet has rounded them"
MERGED = "{column} is {value}, in a cell merged over several rows: nobody can tell what belongs to each"
ERASED = "it is about somebody who was erased"
DAMAGED = "the record of the log is damaged"
UNREAD = "the request cannot be read: {value}"
EARLY = "{column} is {value}, before {earliest}"

PERIOD = "the row covers several days, until {value}: export the report by day"
TWICE = "two columns are named {value}, and they say different things"
SENTENCES: tuple[Text, ...] = (
    "{column} is {value}, which cannot be read as {kind}",
    "{column} is {value}, a word that the layout does not know",
    "{column} is missing",
    "{column} is {value}, at least {low} is allowed",
    "{column} is {value}, at most {high} is allowed",
    "{column} is {value}, allowed: {allowed}",
    "{column} is {value}, in the future",
    "the line has {found} cells, {wanted} are expected",
    "a quotation mark is not closed",
    "the line is not a JSON object",
    "the text is not valid in the file's encoding",
    "the line is too long",
    EARLY,
    MERGED,
    TWO_NUMBERS,
    DIGITS_LOST,
    FLOAT_LOST,
    LETTER_LOST,
    OTHER_CURRENCY,
    TWO_DAYS,
    NO_ZONE,
    KIND_MISSING,
    KIND_UNKNOWN,
    ZEROS,
    PERIOD,
    TWICE,
    ERASED,
    DAMAGED,
    UNREAD,
)
UNREADABLE, UNKNOWN, MISSING, LOW, HIGH, ALLOWED, FUTURE = SENTENCES[:7]


def tell(reason: str, language: Language) -> str:
    """Return a stored reason in a language.

    >>> tell("n_items is -3, at least 0 is allowed", "en")
    'n_items is -3, at least 0 is allowed'
    >>> tell("paid_at is soon, which cannot be read as a time", "zh")
    'paid_at 为 soon，读不成时间'
    """
    for sentence in SENTENCES:
        match = _pattern(sentence).fullmatch(reason)
        if match:
            kind: Text = match.groupdict().get("kind", "")
            return translate(sentence, language, **match.groupdict() | {"kind": translate(kind, language)})
    whole: Text = reason
    return translate(whole, language)


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(sentence)), re.DOTALL)
