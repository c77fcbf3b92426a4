"""Read text as values of a contract's kinds: with care, and quickly where it stands as it usually does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.collect.manner import Manner
from quanyu.collect.value import careful
from quanyu.collect.value.zone import at_zone
from quanyu.tables.currency import CURRENCIES, SPELLINGS


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp"))
def _try_strptime(text, form):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp('UTC')"))
def _try_strptime_zoned(text, form):  # type: ignore[no-untyped-def]
    ...


EXACT = "decimal(18, 4)"
Reader = Callable[[ir.StringValue, Manner], ir.Value]


def as_text(text: ir.StringValue, _: Manner) -> ir.StringValue:
    """Return the text itself."""
    return text


def as_money(text: ir.StringValue, manner: Manner) -> ir.Value:
    """Return an amount: signs of the row's currency, thousands, 万 and (12.00) for minus understood, a percent sign only
    where percentages are stated.
    """
    return careful.figure(text, manner, currency=manner.currency).try_cast(EXACT)


def as_number(text: ir.StringValue, manner: Manner) -> ir.Value:
    """Return a number; 12.5% is .125, or 12.5 where percentages are stated."""
    value = careful.figure(text, manner, rough=True).try_cast("float64")
    return value if manner.is_percent else text.re_search(r"[%％]\s*$").ifelse(value / 100, value)


def as_integer(text: ir.StringValue, manner: Manner) -> ir.Value:
    """Return a whole number; `12.0` is one, `12.5` is not."""
    digits = careful.figure(text, manner).re_replace(r"\.0*$", "")
    return digits.re_search(r"^-?\d+$").ifelse(digits.try_cast("int64"), ibis.null("int64"))


def as_currency(text: ir.StringValue, _: Manner) -> ir.Value:
    """Return an ISO 4217 code; a word that is no currency is not read."""
    word = text.upper()
    spelt = ((word == spelling, code) for spelling, code in SPELLINGS.items())
    return ibis.cases(*spelt, (word.isin(sorted(CURRENCIES)), word), else_=ibis.null("string"))


YES = ("true", "t", "yes", "y", "1", "是", "已同意", "同意")
NO = ("false", "f", "no", "n", "0", "否", "未同意", "拒绝")


def as_flag(text: ir.StringValue, _: Manner) -> ir.Value:
    """Return yes or no."""
    word = text.lower()
    return ibis.cases(
        (word.isin(YES), ibis.literal(True)), (word.isin(NO), ibis.literal(False)), else_=ibis.null("boolean")
    )


def as_time(text: ir.StringValue, manner: Manner) -> ir.Value:
    """Return the moment of a time: a zone in the text counts, otherwise that of the file; stated formats first."""
    return ibis.coalesce(*_by_format(text, manner), careful.time(text, manner))


def as_day(text: ir.StringValue, manner: Manner) -> ir.Value:
    """Return the calendar day of a date or time; stated formats first."""
    days = [_try_strptime(text, ibis.literal(form)).date() for form in manner.formats]
    return ibis.coalesce(*days, careful.day(text, manner))


def _by_format(text: ir.StringValue, manner: Manner) -> list[ir.Value]:
    return [
        _try_strptime_zoned(text, ibis.literal(form))
        if "%z" in form
        else at_zone(_try_strptime(text, ibis.literal(form)), manner.zone)
        for form in manner.formats
    ]


CAREFUL: Mapping[str, Reader] = {
    "text": as_text,
    "json": as_text,
    "integer": as_integer,
    "number": as_number,
    "money": as_money,
    "price": as_money,
    "flag": as_flag,
    "day": as_day,
    "time": as_time,
    "currency": as_currency,
}
MONEY = ("money", "price")
FIGURES = (*MONEY, "number", "integer")
TIMELY = ("time", "day")


THOUSAND = r"^-?[1-9]\d{0,2}\.\d{3}$"


def quick_money(raw: ir.StringValue, _: Manner) -> ir.Value:
    """Read `1234.50`, where the decimal mark is a point; whether `1.234` is a thousand is for the column to tell."""
    odd = raw.ilike("%e%") | raw.contains("_") | (raw.like("%.___") & raw.re_search(THOUSAND))
    return odd.ifelse(ibis.null(EXACT), raw.try_cast(EXACT))


def quick_time(raw: ir.StringValue, manner: Manner) -> ir.Value:
    """Read `2026-11-11 00:00:00` and `2026-11-11` in the file's zone."""
    usual = raw.like("____-__-__ __:__:__") | raw.like("____-__-__")
    return usual.ifelse(at_zone(raw.try_cast("timestamp"), manner.zone), ibis.null("timestamp('UTC')"))


def quick_day(raw: ir.StringValue, _: Manner) -> ir.Value:
    """Read `2026-11-11`."""
    return raw.like("____-__-__").ifelse(raw.try_cast("date"), ibis.null("date"))


QUICK: Mapping[str, Reader] = {
    "time": quick_time,
    "day": quick_day,
    "integer": lambda raw, _: raw.re_search(r"^\d+$").ifelse(raw.try_cast("int64"), ibis.null("int64")),
    "money": quick_money,
    "price": quick_money,
}
"""How most cells of a kind are written. A cell that does not read so is cleaned and read with care."""
