"""Why a text could not be read as a figure or a time, as an expression."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.collect.manner import BELOW
from quanyu.collect.reason import (
    DIGITS_LOST,
    FLOAT_LOST,
    LETTER_LOST,
    MERGED,
    NO_ZONE,
    OTHER_CURRENCY,
    TWO_DAYS,
    TWO_NUMBERS,
    UNREADABLE,
    ZEROS,
    because,
)
from quanyu.collect.record.shape import WORDS, is_id
from quanyu.collect.value import careful, identifier, reader
from quanyu.tables import Column

WHY = {
    **dict.fromkeys(
        reader.FIGURES, (careful.why_no_figure, (MERGED, OTHER_CURRENCY, DIGITS_LOST, TWO_NUMBERS))
    ),
    **dict.fromkeys(reader.TIMELY, (careful.why_no_time, (TWO_DAYS, NO_ZONE))),
}


def unreadable(column: Column, text: ir.StringValue, currency: ir.StringValue) -> ir.StringValue:
    """Return the reason why a text cannot be read as a column: what it might mean, or that it means nothing.

    `currency` is that of the row's money.
    """
    if column.privacy == "personal":
        return because(
            UNREADABLE, ibis.literal("…"), column=column.name, kind=WORDS.get(column.kind, column.kind)
        )
    if is_id(column):
        return ibis.cases(
            (text.re_search(identifier.ZEROS), because(ZEROS, text, column=column.name)),
            (identifier.is_garbled(text), because(LETTER_LOST, column=column.name)),
            (identifier.is_floated(text), because(FLOAT_LOST, text, column=column.name)),
            else_=because(DIGITS_LOST, text, column=column.name),
        )
    plain = because(UNREADABLE, text, column=column.name, kind=WORDS.get(column.kind, column.kind))
    if column.kind not in WHY:
        return plain
    ask, sentences = WHY[column.kind]
    why = ask(text, currency if column.kind in reader.MONEY else "")
    seen = text.replace(BELOW, "")
    special = [(why == sentence, because(sentence, seen, column=column.name)) for sentence in sentences]
    return ibis.cases(*special, else_=plain)
