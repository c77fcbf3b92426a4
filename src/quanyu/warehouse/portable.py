"""Where engines differ: one expression that means the same on DuckDB and Spark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir


@ibis.udf.scalar.builtin(signature=(("timestamp", "string"), "timestamp"))
def from_utc_timestamp(at, zone):  # type: ignore[no-untyped-def] # noqa: D103
    ...


@ibis.udf.scalar.builtin(signature=(("string",), "int64"))
def xxhash64(word):  # type: ignore[no-untyped-def] # noqa: D103
    ...


@ibis.udf.scalar.builtin(name="xxhash64")  # type: ignore[untyped-decorator]
def xxhash64_of_row(row) -> int:  # type: ignore[no-untyped-def, empty-body] # noqa: D103
    ...


@ibis.udf.scalar.builtin(signature=(("timestamp",), "int64"))
def unix_micros(at):  # type: ignore[no-untyped-def] # noqa: D103
    ...


@ibis.udf.scalar.builtin(signature=(("string", "string"), "string"))
def get_json_object(document, path):  # type: ignore[no-untyped-def] # noqa: D103
    ...


@ibis.udf.agg.builtin(name="bit_or", signature=(("int64",), "int64"))
def bits_of_any(word):  # type: ignore[no-untyped-def] # noqa: D103
    ...


def group_key(word: ir.StringValue) -> ir.IntegerValue:
    """Return a 64-bit number that stands for a text in groups and joins; null stays null.

    Far faster than the text. Each engine has its own numbers, so they must not be kept or shown. Two of a
    hundred million texts meet with a probability below one in a thousand.
    """
    return ibis.ifelse(word.notnull(), xxhash64(word), ibis.null("int64"))


def row_key(rows: ir.Table, columns: Sequence[str]) -> ir.IntegerValue:
    """Return a 64-bit number that stands for what rows say in some columns: see `group_key`."""
    return values_key({name: rows[name] for name in columns})


def values_key(values: Mapping[str, ir.Value]) -> ir.IntegerValue:
    """Return a 64-bit number that stands for some values of a row together: see `group_key`."""
    # Spark passes over nulls, so that a value that moves to the column beside it would not be seen.
    nulls = {f"_null_{place}": value.isnull() for place, value in enumerate(values.values())}
    return xxhash64_of_row(ibis.struct({**values, **nulls}))


def json_text(document: ir.StringValue, key: str) -> ir.StringValue:
    """Return what a JSON object says under a key as text; null where it says nothing, or is no object."""
    return get_json_object(document, f"$['{key}']")


def local_time(at: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """Return a UTC time as the naive local time of an IANA zone, daylight saving included."""
    return from_utc_timestamp(at, zone)


def local_day(at: ir.TimestampValue, zone: str) -> ir.DateValue:
    """Return the local calendar day of a UTC time: days are days of the workspace's zone."""
    return local_time(at, zone).date()


def seconds(at: ir.TimestampValue) -> ir.IntegerValue:
    """Return the whole seconds from 1970 to a UTC time, cut off; Ibis's own keeps the fraction on DuckDB, and is slow."""
    return (unix_micros(at) // 1_000_000).cast("int64")


def money(value: ir.NumericValue) -> ir.DecimalValue:
    """Return a number as money: cents, halves away from zero.

    Half a cent is common (the average of two orders) and rarely exact in binary: 32.495 falls below it on DuckDB but
    not on Spark, and on either with the order in which amounts were added. What lies within a ten-thousandth of a
    cent of it counts as half.
    """
    cents = (value.cast("float64") * 100).round(4).round()
    return (cents / 100).cast("decimal(18, 2)")


def price(value: ir.NumericValue) -> ir.DecimalValue:
    """Return a number as a price: four decimals, rounded as `money` is."""
    parts = (value.cast("float64") * 10_000).round(4).round()
    return (parts / 10_000).cast("decimal(18, 4)")


def days_between(later: dt.date | ir.DateValue, earlier: ir.DateValue) -> ir.IntegerValue:
    """Return whole calendar days from `earlier` to `later`."""
    until = ibis.literal(later) if isinstance(later, dt.date) else later
    return until.delta(earlier, unit="day").cast("int64")
