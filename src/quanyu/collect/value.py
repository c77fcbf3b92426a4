"""Read text as values: money, percent, times, days and words, as expressions."""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from functools import cache, reduce
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from quanyu.collect.clean import Habits
from quanyu.tables.currency import CURRENCIES, SPELLINGS

SEPARATORS = "[,，\\s¥￥$£€元件笔%％]|CNY|RMB|USD|GBP|EUR"
FORMATS = ("%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d%H%M%S", "%Y%m%d", "%b %d, %Y")
STEADY_SINCE = 1992
"""Shops have no older times; China gave up daylight saving in 1991."""
USUAL = len("2026-11-11 00:00:00")
OFFSET = r"\d([+-]\d\d:?(\d\d)?|Z)$"


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def _at_zone(zone, local):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="epoch_us", signature=(("timestamp",), "int64"))
def _micros(local):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="make_timestamptz", signature=(("int64",), "timestamp('UTC')"))
def _moment(micros):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp"))
def _try_strptime(text, form):  # type: ignore[no-untyped-def]
    ...


def as_text(text: ir.StringValue, _: Habits) -> ir.StringValue:
    """Return the text itself."""
    return text


def as_number(kind: str) -> Callable[[ir.StringValue, Habits], ir.Value]:
    """Return a reader of numbers of an Ibis type: thousands, currency signs and (12.00) for minus understood."""

    def read(text: ir.StringValue, _: Habits) -> ir.Value:
        bare = text.re_replace(SEPARATORS, "").re_replace(r"^\((.*)\)$", r"-\1")
        value = ibis.coalesce(text.try_cast(kind), bare.try_cast(kind))
        return (
            ibis.cases((text.re_search("[%％]$"), value / 100), else_=value).cast(kind)
            if kind == "float64"
            else value
        )

    return read


def as_integer(text: ir.StringValue, _: Habits) -> ir.Value:
    """Return a whole number; `12.0` is one, `12.5` is not."""
    whole = text.re_search(r"^[+-]?\d+$").ifelse(text.try_cast("int64"), ibis.null("int64"))
    bare = text.re_replace(SEPARATORS, "").re_replace(r"\.0+$", "")
    return ibis.coalesce(
        whole, bare.re_search(r"^[+-]?\d+$").ifelse(bare.try_cast("int64"), ibis.null("int64"))
    )


def as_currency(text: ir.StringValue, _: Habits) -> ir.Value:
    """Return an ISO 4217 code; a word that is no currency is not read."""
    word = text.upper()
    spelt = ibis.cases(*((word == spelling, code) for spelling, code in SPELLINGS.items()), else_=word)
    return spelt.isin(sorted(CURRENCIES)).ifelse(spelt, ibis.null("string"))


YES = ("true", "t", "yes", "y", "1", "是", "已同意", "同意")
NO = ("false", "f", "no", "n", "0", "否", "未同意", "拒绝")


def as_flag(text: ir.StringValue, _: Habits) -> ir.Value:
    """Return yes or no."""
    word = text.lower()
    return ibis.cases(
        (word.isin(YES), ibis.literal(True)), (word.isin(NO), ibis.literal(False)), else_=ibis.null("boolean")
    )


def local(text: ir.StringValue, formats: tuple[str, ...] = ()) -> ir.TimestampValue:
    """Return a time as it is written, zone left aside: year first with dashes or slashes, else the formats given,
    else 年月日 and the like.
    """
    tried = [_try_strptime(text, ibis.literal(form)) for form in (*formats, *FORMATS)]
    return text.re_search(r"^\d{4}[-/]").ifelse(text.try_cast("timestamp"), ibis.coalesce(*tried))


def as_time(formats: tuple[str, ...]) -> Callable[[ir.StringValue, Habits], ir.Value]:
    """Return a reader of moments: an offset in the text counts, otherwise the file's zone."""

    def read(text: ir.StringValue, habits: Habits) -> ir.Value:
        here = at_zone(local(text, formats), habits.zone)
        offset = text.re_search(OFFSET).ifelse(text.try_cast("timestamp('UTC')"), here)
        return (text.length() == USUAL).ifelse(here, offset)

    return read


def at_zone(naive: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """Return the moment of a local time. Where a zone keeps one offset, subtracting it is ten times faster."""
    seconds = steady_offset(zone)
    return (
        _at_zone(ibis.literal(zone), naive)
        if seconds is None
        else _moment(_micros(naive) - seconds * 1_000_000)
    )


@cache
def steady_offset(zone: str) -> int | None:
    """Return the seconds a zone has been ahead of UTC ever since `STEADY_SINCE`; none if they change.

    >>> steady_offset("Asia/Shanghai"), steady_offset("Europe/London")
    (28800, None)
    """
    months = [
        dt.datetime(year, month, 1, tzinfo=ZoneInfo(zone))
        for year in range(STEADY_SINCE, 2038)
        for month in range(1, 13)
    ]
    offsets = {month.utcoffset() for month in months}
    only = offsets.pop() if len(offsets) == 1 else None
    return None if only is None else int(only.total_seconds())


def as_day(formats: tuple[str, ...]) -> Callable[[ir.StringValue, Habits], ir.Value]:
    """Return a reader of calendar days as they are written."""

    def read(text: ir.StringValue, _: Habits) -> ir.Value:
        return local(text, formats).date()

    return read


READERS: Mapping[str, Callable[[ir.StringValue, Habits], ir.Value]] = {
    "text": as_text,
    "json": as_text,
    "integer": as_integer,
    "number": as_number("float64"),
    "money": as_number("decimal(18, 4)"),
    "price": as_number("decimal(18, 4)"),
    "flag": as_flag,
    "currency": as_currency,
}


def reader(kind: str, formats: tuple[str, ...] = ()) -> Callable[[ir.StringValue, Habits], ir.Value]:
    """Return the reader of a contract kind."""
    timely = {"time": as_time, "day": as_day}
    return timely[kind](formats) if kind in timely else READERS[kind]


def _quick_time(raw: ir.StringValue, habits: Habits) -> ir.Value:
    """Read `2026-11-11 00:00:00` in the file's zone."""
    usual = raw.like("____-__-__ __:__:__")
    return usual.ifelse(at_zone(raw.try_cast("timestamp"), habits.zone), ibis.null("timestamp('UTC')"))


QUICK: Mapping[str, Callable[[ir.StringValue, Habits], ir.Value]] = {
    "time": _quick_time,
    "integer": lambda raw, _: raw.re_search(r"^\d+$").ifelse(raw.try_cast("int64"), ibis.null("int64")),
    "money": lambda raw, _: raw.try_cast("decimal(18, 4)"),
    "price": lambda raw, _: raw.try_cast("decimal(18, 4)"),
}
"""How most cells of a kind are written. A cell that does not read so is cleaned and read with care."""


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
    """Return the word that stands for the text, exact words before those with `*`; null where none does."""
    exact = [(text == word, ibis.literal(meant)) for word, meant in words.items() if "*" not in word]
    open_ = [(_is_word(text, word), ibis.literal(meant)) for word, meant in words.items() if "*" in word]
    return ibis.cases(*exact, *open_, else_=ibis.null("string"))
