"""What no usual form fits is read with care, text by text: the functions of Python that expressions call."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.collect.manner import BELOW, Decimal, Manner
from quanyu.collect.reason import DIGITS_LOST, MERGED, NO_ZONE, OTHER_CURRENCY, TWO_DAYS, TWO_NUMBERS
from quanyu.collect.value import key, moment, number
from quanyu.tables.text import mail, phone
from quanyu.tables.text.narrow import narrow
from quanyu.warehouse.reader import Reader


@ibis.udf.scalar.builtin(name="quanyu_figure")  # type: ignore[untyped-decorator]
def _figure(text: str, mark: str, allowed: str, currency: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_moment")  # type: ignore[untyped-decorator]
def _moment(text: str, zone: str, order: str, system: str) -> int:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_day")  # type: ignore[untyped-decorator]
def _day(text: str, zone: str, order: str, system: str) -> int:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_mark_told")  # type: ignore[untyped-decorator]
def _mark_told(text: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_order_told")  # type: ignore[untyped-decorator]
def _order_told(text: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_why_no_figure")  # type: ignore[untyped-decorator]
def _why_no_figure(text: str, currency: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_why_no_time")  # type: ignore[untyped-decorator]
def _why_no_time(text: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_phone")  # type: ignore[untyped-decorator]
def _phone(text: str, place: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_email")  # type: ignore[untyped-decorator]
def _email(text: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_narrow")  # type: ignore[untyped-decorator]
def _narrow(text: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="quanyu_key")  # type: ignore[untyped-decorator]
def _key(text: str, kind: str, place: str, secret: str) -> str:
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="make_timestamptz", signature=(("int64",), "timestamp('UTC')"))
def _from_micros(count):  # type: ignore[no-untyped-def]
    ...


def figure(
    text: ir.StringValue, manner: Manner, *, rough: bool = False, currency: ir.StringValue | str = ""
) -> ir.StringValue:
    """Return `number.figure` of a text as an expression; a `rough` one may be a percentage, too."""
    allowed = "rough" if rough else "percent" if manner.is_percent else ""
    return _figure(text, ibis.literal(manner.mark), ibis.literal(allowed), currency)


def time(text: ir.StringValue, manner: Manner) -> ir.TimestampValue:
    """Return `moment.read_moment` of a text as an expression."""
    return _from_micros(_moment(text, *_told(manner)))


def day(text: ir.StringValue, manner: Manner) -> ir.DateValue:
    """Return `moment.read_day` of a text as an expression."""
    days = _day(text, *_told(manner))
    return _from_micros(days * 86_400 * moment.SECOND).date()


def _told(manner: Manner) -> list[ir.StringValue]:
    return [ibis.literal(said) for said in (manner.zone, manner.order, manner.date_system)]


def mark_told(text: ir.StringValue) -> ir.StringValue:
    """Return `number.mark_told` of a text as an expression; the usual forms are told without asking."""
    return ibis.cases(
        (text.re_search(r"^-?\d+\.\d{1,2}$"), ibis.literal(".")),
        (text.re_search(r"^-?\d*$"), ibis.literal("")),
        (text.re_search(r"^-?\d+,\d{1,2}$"), ibis.literal(",")),
        else_=_mark_told(text),
    )


def order_told(text: ir.StringValue) -> ir.StringValue:
    """Return `moment.order_told` of a text as an expression; where the year stands first nothing is asked."""
    return text.re_search(r"^\d{4}").ifelse(ibis.literal(""), _order_told(text))


def why_no_figure(text: ir.StringValue, currency: ir.StringValue | str) -> ir.StringValue:
    """Return the sentence that says why a figure could not be read, "" where there is nothing to say."""
    return _why_no_figure(text, currency)


def why_no_time(text: ir.StringValue, _: ir.StringValue | str) -> ir.StringValue:
    """Return the sentence that says why a time could not be read, "" where there is nothing to say."""
    return _why_no_time(text)


def phone_of(text: ir.StringValue, place: ir.StringValue) -> ir.StringValue:
    """Return `phone.number` of a text as an expression; `place` is as for `key.key_of`."""
    return _phone(text, place)


def email_of(text: ir.StringValue) -> ir.StringValue:
    """Return `mail.email` of a text as an expression."""
    return _email(text)


def narrow_of(text: ir.StringValue) -> ir.StringValue:
    """Return `narrow.narrow` of a text as an expression."""
    return _narrow(text)


def key_of(
    text: ir.StringValue, kind: ir.StringValue, place: ir.StringValue, secret: ir.StringValue
) -> ir.StringValue:
    """Return `key.key_of` of a text as an expression."""
    return _key(text, kind, place, secret)


def teach(reader: Reader) -> None:
    """Make the functions known to the engine that reads files."""
    for name, function, result in (
        ("quanyu_figure", _read_figure, "VARCHAR"),
        ("quanyu_moment", moment.read_moment, "BIGINT"),
        ("quanyu_day", moment.read_day, "BIGINT"),
        ("quanyu_mark_told", number.mark_told, "VARCHAR"),
        ("quanyu_order_told", moment.order_told, "VARCHAR"),
        ("quanyu_phone", _read_phone, "VARCHAR"),
        ("quanyu_email", _read_email, "VARCHAR"),
        ("quanyu_narrow", narrow, "VARCHAR"),
        ("quanyu_key", key.key_of, "VARCHAR"),
        ("quanyu_why_no_figure", _of_figure, "VARCHAR"),
        ("quanyu_why_no_time", _of_time, "VARCHAR"),
    ):
        reader.define(name, function, result)


def _read_figure(text: str, mark: Decimal, allowed: str, currency: str) -> str | None:
    return number.figure(text, mark, percent=bool(allowed), rough=allowed == "rough", currency=currency)


def _read_phone(text: str, place: str) -> str | None:
    country = place.partition("|")[0]
    return phone.number(text, phone.country_named(country) or country)


def _read_email(text: str) -> str | None:
    return mail.email(text)


def _of_figure(text: str, currency: str) -> str:
    if text.startswith(BELOW):
        return MERGED
    if currency and number.is_foreign(text, currency):
        return OTHER_CURRENCY
    return DIGITS_LOST if number.is_scientific(text) else TWO_NUMBERS if number.is_ambiguous(text) else ""


def _of_time(text: str) -> str:
    return TWO_DAYS if moment.is_ambiguous(text) else NO_ZONE if moment.has_zone(text) else ""
