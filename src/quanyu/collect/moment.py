"""Read times and days as people and programs write them: what is certain is read, the rest is null, as expressions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from quanyu.collect.zone import at_named, at_zone, from_micros, micros, moment, seen_in

Order = Literal["day", "month", ""]
"""What stands first in dates such as 03/04/2026; "" where the cells do not tell."""

MORNING, EVENING = ("am", "a.m.", "上午", "凌晨", "早上"), ("pm", "p.m.", "下午", "晚上")
_HALF = "|".join(rf"{word}\b" if word.isascii() and "." not in word else word.replace(".", r"\.") for word in (*MORNING, *EVENING))
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
_MONTH = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
YEAR_FIRST = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
YEAR_LAST = r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
COMPACT = r"(?:19|20)\d{6}"
NAMED = rf"{_WEEKDAY}(?:(?:{_MONTH})\.?[ -]\d{{1,2}}(?:st|nd|rd|th)?,?[ -]\d{{4}}|\d{{1,2}}[ -](?:{_MONTH})\.?,?[ -]\d{{4}})"
CLOCK = r"\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.,]\d+)?)?"
WHEN = (
    rf"(?i)^({YEAR_FIRST}|{YEAR_LAST}|{COMPACT}|{NAMED})"
    rf"(?:(?:,? ?t?|, | at )({_HALF})? ?({CLOCK}|\d{{6}}) ?({_HALF})? ?([a-z+(-][a-z0-9+:/_.)-]*(?: ?[+-]\d{{1,2}}:?\d{{2}})?)?)?$"
)
"""Date, half of the day, clock, half of the day, zone."""
WIDE, NARROW = "０１２３４５６７８９：／－年月时時点分日秒\u3000\xa0\u202f\t", "0123456789:/---:::: "
ZEROS = ("0000-00-00", "0000-00-00 00:00:00")
SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCHS = ((r"^\d{10}$", SECOND), (r"^\d{13}$", 1000), (r"^\d{16}$", 1))
"""Seconds, milliseconds and microseconds since 1970, by their digits."""
SERIAL, FIRST_SERIAL, LAST_SERIAL = r"^\d{5}(?:\.\d+)?$", 32_874, 73_050
"""Excel's days since 1899-12-30, from 1990 to 2099."""
EPOCH_SERIAL = 25_569


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp"))
def _try_strptime(text, form):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp('UTC')"))
def _try_strptime_zoned(text, form):  # type: ignore[no-untyped-def]
    ...


@dataclass(frozen=True)
class Manner:
    """How the times of a column are written: formats that the layout states, what stands first, and the zone."""

    zone: str
    formats: tuple[str, ...] = ()
    order: Order = ""


def _plain(text: ir.StringValue) -> ir.StringValue:
    """Write 2024年6月1日 10时5分 as 2024-6-1 10:5, blanks as one blank, and an offset without its zone in brackets."""
    plain = text.replace("日", " ").translate(WIDE, NARROW).re_replace(r"\s+", " ").re_replace(r":$", "")
    return plain.re_replace(r"([+-]\d\d:?\d\d|[Zz]) ?[(\[].*[)\]]$", r"\1").strip()


def _day(date: ir.StringValue, order: Order) -> ir.DateValue:
    """Return the calendar day of a date; null where day and month could be the other way round."""
    compact = date.re_replace(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3")
    first = compact.re_replace(r"[/.]", "-").re_search(rf"^{YEAR_FIRST}$").ifelse(
        compact.re_replace(r"[/.]", "-").try_cast("date"), ibis.null("date")
    )
    return ibis.coalesce(first, _year_last(date, order), _named(date))


def _year_last(date: ir.StringValue, order: Order) -> ir.DateValue:
    one, two, year = (date.re_extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$", part) for part in (1, 2, 3))
    day_first = (year + "-" + two + "-" + one).try_cast("date")
    month_first = (year + "-" + one + "-" + two).try_cast("date")
    is_dotted = date.contains(".")
    known = {"day": day_first, "month": month_first}.get(order, ibis.null("date"))
    return ibis.cases(
        (is_dotted | month_first.isnull() | (one == two), day_first), (day_first.isnull(), month_first), else_=known
    )


def _named(date: ir.StringValue) -> ir.DateValue:
    """Read June 1st, 2024 and 1-Jun-2024."""
    word = date.lower().re_extract(rf"({_MONTH})", 1).substr(0, 3)
    bare = date.lower().re_replace(rf"^{_WEEKDAY}", "")
    day = bare.re_extract(r"(?:^|[^\d])(\d{1,2})(?:[^\d]|$)", 1)
    year = bare.re_extract(r"(\d{4})$", 1)
    return _try_strptime(day + " " + word + " " + year, ibis.literal("%d %b %Y")).date()


def _after_midnight(half: ir.StringValue, clock: ir.StringValue) -> ir.IntegerValue:
    """Return the microseconds since midnight; null for 13:00 PM, 25:00 and the like."""
    spread = clock.re_replace(r"^(\d\d)(\d\d)(\d\d)$", r"\1:\2:\3").replace(",", ".")
    hour, minute, second = (
        spread.re_extract(r"^(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?$", part).nullif("").try_cast("float64")
        for part in (1, 2, 3)
    )
    half = half.lower()
    twelve = (hour >= 1) & (hour <= 12) & ~((half == "晚上") & (hour == 12))
    hours = ibis.cases(
        (half == "", hour),
        (half.isin(MORNING) & twelve, hour % 12),
        (half.isin(EVENING) & twelve, hour % 12 + 12),
        else_=ibis.null("float64"),
    )
    total = hours * 3600 + minute * 60 + second.fill_null(0)
    fits = (minute < 60) & (second.fill_null(0) < 60) & (total <= 86_400)
    return fits.ifelse((total * SECOND).round().cast("int64"), ibis.null("int64"))


def _counted(text: ir.StringValue, zone: str) -> ir.TimestampValue:
    """Return the moment of a time that is a number: since 1970, or a serial day of Excel in the file's zone."""
    serial = text.re_search(SERIAL).ifelse(text.try_cast("float64"), ibis.null("float64"))
    seconds = ((serial - EPOCH_SERIAL) * 86_400).round().cast("int64")
    fits = serial.between(FIRST_SERIAL, LAST_SERIAL)
    days = fits.ifelse(at_zone(from_micros(seconds * SECOND), zone), ibis.null("timestamp('UTC')"))
    epochs = [(text.re_search(form), moment(text.try_cast("int64") * unit)) for form, unit in EPOCHS]
    return ibis.cases(*epochs, else_=days)


def _written(text: ir.StringValue, manner: Manner) -> ir.TimestampValue:
    date, before, clock, after, zone = (text.re_extract(WHEN, part) for part in (1, 2, 3, 4, 5))
    half = ibis.cases((before == "", after), (after == "", before), else_=ibis.literal("both"))
    since = (clock == "").ifelse(ibis.literal(0), _after_midnight(half, clock))
    local = from_micros(micros(_day(date, manner.order).cast("timestamp")) + since)
    return at_named(local, zone, manner.zone)


def _by_format(text: ir.StringValue, manner: Manner) -> list[ir.TimestampValue]:
    return [
        _try_strptime_zoned(text, ibis.literal(form))
        if "%z" in form.lower()
        else at_zone(_try_strptime(text, ibis.literal(form)), manner.zone)
        for form in manner.formats
    ]


def read_time(text: ir.StringValue, manner: Manner) -> ir.TimestampValue:
    """Return the moment that a text says: a zone in the text counts, otherwise the zone of the file.

    A date alone is the midnight with which that day begins there.
    """
    bare = _plain(text)
    found = [*_by_format(text, manner), _counted(text, manner.zone), _written(_fourteen(bare), manner)]
    return ibis.coalesce(*found)


def _fourteen(text: ir.StringValue) -> ir.StringValue:
    return text.re_replace(r"^((?:19|20)\d{6})(\d{6})$", r"\1 \2")


def read_day(text: ir.StringValue, manner: Manner) -> ir.DateValue:
    """Return the calendar day that a text says, as it is written; of a moment with a zone, the day it is here."""
    bare = _fourteen(_plain(text))
    found = [*_by_format(text, manner), _counted(text, manner.zone), _written(bare, manner)]
    return seen_in(ibis.coalesce(*found), manner.zone).date()


def quick_time(zone: str) -> Callable[[ir.StringValue], ir.Value]:
    """Return a reader of `2026-11-11 00:00:00` in a zone; anything else is null and read with care."""

    def read(raw: ir.StringValue) -> ir.Value:
        usual = raw.like("____-__-__ __:__:__")
        return usual.ifelse(at_zone(raw.try_cast("timestamp"), zone), ibis.null("timestamp('UTC')"))

    return read


def quick_day(raw: ir.StringValue) -> ir.Value:
    """Read `2026-11-11`; anything else is null and read with care."""
    return raw.like("____-__-__").ifelse(raw.try_cast("date"), ibis.null("date"))


def tells_day_first(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether a date can only have the day before the month."""
    one, two = _two_numbers(text)
    return (one > 12) & (two <= 12)


def tells_month_first(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether a date can only have the month before the day."""
    one, two = _two_numbers(text)
    return (two > 12) & (one <= 12) & ~text.contains(".")


def is_ambiguous(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether day and month of a date could be the other way round."""
    one, two = _two_numbers(text)
    return (one <= 12) & (two <= 12) & (one != two)


def _two_numbers(text: ir.StringValue) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    date = _plain(text).re_extract(rf"^({YEAR_LAST})", 1)
    one, two = (date.re_extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]", part) for part in (1, 2))
    return one.try_cast("int64"), two.try_cast("int64")
