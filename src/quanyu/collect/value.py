"""Read text as values: ids without guards, money, percent, times and days, as expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

NULLS = ("", "-", "--", "---", "—", "null", "NULL", "None", "N/A", "#N/A", "\\N", "无", "无退款申请", "订单未关闭")
"""Cells that mean "no value" in every layout."""

MASKS = r"\*|^##|^\$\$|^~"
"""A platform hid the value: 1******6198, 江苏省 ****, ##..., $$...; it is missing, not known."""

SEPARATORS = "[,，\\s¥￥$£€元件笔%％]|CNY|RMB|USD|GBP|EUR"
FORMATS = ("%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d%H%M%S", "%Y%m%d", "%b %d, %Y")
OFFSET = r"\d([+-]\d\d:?(\d\d)?|Z)$"


@ibis.udf.scalar.builtin(name="trim", signature=(("string", "string"), "string"))
def _trim(text, marks):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def _at_zone(zone, local):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp"))
def _try_strptime(text, form):  # type: ignore[no-untyped-def]
    ...


@dataclass(frozen=True)
class Habits:
    """What the reader must know of a file: guard marks that occur in it, its null marks, and its time zone."""

    guards: frozenset[str]
    nulls: tuple[str, ...]
    zone: str


def clean(cell: ir.StringValue, habits: Habits) -> ir.StringValue:
    """Return the cell without guards (`="..."`, TAB, apostrophe) and blanks; null where it means "no value"."""
    blanks = "".join(mark for mark in ("\t", "\u3000", "\xa0") if mark in habits.guards)
    bare = _trim(cell, ibis.literal(f" \r\n{blanks}")) if blanks else cell.strip()
    if "=" in habits.guards:
        bare = bare.startswith("=").ifelse(bare.re_replace(r'^="?(.*?)"?$', r"\1"), bare)
    if "'" in habits.guards:
        bare = bare.startswith("'").ifelse(bare.substr(1), bare)
    if "=" in habits.guards or "'" in habits.guards:
        bare = bare.strip()
    return bare.isin([*NULLS, *habits.nulls]).ifelse(ibis.null("string"), bare)


def unmasked(text: ir.StringValue) -> ir.StringValue:
    """Return the text, or null where the platform masked or encrypted it."""
    return text.re_search(MASKS).ifelse(ibis.null("string"), text)


def as_text(text: ir.StringValue, _: Habits) -> ir.StringValue:
    """Return the text itself."""
    return text


def as_number(kind: str) -> Callable[[ir.StringValue, Habits], ir.Value]:
    """Return a reader of numbers of an Ibis type: thousands, currency signs and (12.00) for minus understood."""

    def read(text: ir.StringValue, _: Habits) -> ir.Value:
        bare = text.re_replace(SEPARATORS, "").re_replace(r"^\((.*)\)$", r"-\1")
        value = ibis.coalesce(text.try_cast(kind), bare.try_cast(kind))
        return ibis.cases((text.re_search("[%％]$"), value / 100), else_=value).cast(kind) if kind == "float64" else value

    return read


def as_integer(text: ir.StringValue, _: Habits) -> ir.Value:
    """Return a whole number; `12.0` is one, `12.5` is not."""
    whole = text.re_search(r"^[+-]?\d+$").ifelse(text.try_cast("int64"), ibis.null("int64"))
    bare = text.re_replace(SEPARATORS, "").re_replace(r"\.0+$", "")
    return ibis.coalesce(whole, bare.re_search(r"^[+-]?\d+$").ifelse(bare.try_cast("int64"), ibis.null("int64")))


YES = ("true", "t", "yes", "y", "1", "是", "已同意", "同意")
NO = ("false", "f", "no", "n", "0", "否", "未同意", "拒绝")


def as_flag(text: ir.StringValue, _: Habits) -> ir.Value:
    """Return yes or no."""
    word = text.lower()
    return ibis.cases((word.isin(YES), ibis.literal(True)), (word.isin(NO), ibis.literal(False)), else_=ibis.null("boolean"))


def local(text: ir.StringValue, formats: tuple[str, ...] = ()) -> ir.TimestampValue:
    """Return a time as it is written, zone left aside: ISO, slashes, 年月日, or the formats given (they go first)."""
    tried = [_try_strptime(text, ibis.literal(form)) for form in formats]
    rest = [text.try_cast("timestamp"), *(_try_strptime(text, ibis.literal(form)) for form in FORMATS)]
    return ibis.coalesce(*tried, *rest)


def as_time(formats: tuple[str, ...]) -> Callable[[ir.StringValue, Habits], ir.Value]:
    """Return a reader of moments: an offset in the text counts, otherwise the file's zone."""

    def read(text: ir.StringValue, habits: Habits) -> ir.Value:
        here = _at_zone(ibis.literal(habits.zone), local(text, formats))
        fixed = (text.length() > 15) & text.re_search(OFFSET)
        return fixed.ifelse(text.try_cast("timestamp('UTC')"), here)

    return read


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
}


def reader(kind: str, formats: tuple[str, ...] = ()) -> Callable[[ir.StringValue, Habits], ir.Value]:
    """Return the reader of a contract kind."""
    timely = {"time": as_time, "day": as_day}
    return timely[kind](formats) if kind in timely else READERS[kind]


def matches(text: ir.StringValue, words: tuple[str, ...]) -> ir.BooleanValue:
    """Say whether the text is one of the words; `*` in a word stands for any text, "" for no text."""
    return reduce(lambda left, right: left | right, (_is_word(text, word) for word in words))


def _is_word(text: ir.StringValue, word: str) -> ir.BooleanValue:
    if not word:
        return text.isnull()
    if word == "*":
        return text.notnull()
    if "*" in word:
        pattern = word.replace("%", r"\%").replace("_", r"\_").replace("*", "%")
        return text.like(pattern).fill_null(False)
    return (text == word).fill_null(False)


def mapped(text: ir.StringValue, words: Mapping[str, str]) -> ir.StringValue:
    """Return the word that stands for the text, exact words before those with `*`; null where none does."""
    exact = [(text == word, ibis.literal(meant)) for word, meant in words.items() if "*" not in word]
    open_ = [(_is_word(text, word), ibis.literal(meant)) for word, meant in words.items() if "*" in word]
    return ibis.cases(*exact, *open_, else_=ibis.null("string"))
