"""Values of databases and services as cells: text that loses nothing, and what kind of value it was."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from quanyu.errors import PullError

MOST_DIGITS = 400
"""More than any floating number has: `1e999999999` is a short word and a long number."""
NAIVE = "time"
"""The kind of times that do not say in which zone they are."""
KINDS: Mapping[type, str] = {
    bool: "boolean", int: "integer", Decimal: "decimal", float: "float", str: "text", bytes: "bytes", memoryview: "bytes",
    dt.datetime: NAIVE, dt.date: "day", dt.time: "hour", dt.timedelta: "hour", UUID: "text", dict: "json", list: "json",
    tuple: "json",
}  # fmt: skip
"""What kinds of values are called where columns are told."""
UNSEEN = ""
"""The kind of a column in which nothing was seen yet."""


def kind_of(value: object) -> str:
    """Return the kind of a value, "" of none.

    >>> kind_of(Decimal("1.20")), kind_of(dt.datetime(2026, 11, 11, tzinfo=dt.UTC)), kind_of(None)
    ('decimal', 'time with zone', '')
    """
    if value is None:
        return UNSEEN
    if isinstance(value, dt.datetime) and value.tzinfo:
        return "time with zone"
    return KINDS.get(type(value), type(value).__name__)


def as_text(value: Any) -> str | None:
    """Return a value as the text of a cell: decimals exact, times in ISO 8601, aware ones in UTC, structures as JSON.

    >>> as_text(Decimal("1.20")), as_text(1e-7), as_text(True), as_text({"a": 1}), as_text(None)
    ('1.20', '0.0000001', 'true', '{"a": 1}', None)
    """
    if value is None or isinstance(value, str):
        return value
    write = next((write for kind, write in TEXTS.items() if isinstance(value, kind)), str)
    return write(value)


def _moment(value: dt.datetime) -> str:
    return (value.astimezone(dt.UTC) if value.tzinfo else value).isoformat(sep=" ")


def _number(value: float | Decimal) -> str:
    """Return a number with all its digits; without an exponent unless that would be digits that nobody wrote."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return format(exact, "f") if exact.is_finite() and abs(exact.adjusted()) < MOST_DIGITS else str(exact)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=as_text)


def _letters(value: bytes) -> str:
    """Return bytes as the text that they are, else in hexadecimal digits; a bit is 0 or 1."""
    if value in (b"\0", b"\1"):
        return str(value[0])
    try:
        said = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return said if said.isprintable() else value.hex()


TEXTS: Mapping[type | tuple[type, ...], Callable[[Any], str | None]] = {
    bool: lambda value: str(value).lower(),
    (float, Decimal): _number,
    dt.datetime: _moment,
    (bytes, bytearray, memoryview): lambda value: _letters(bytes(value)),
    (dict, list, tuple): _json,
}
"""How values that are no words are written, by their kind; the first that fits counts."""
MOMENT, DAY, DECIMAL, BYTES = "time", "day", "decimal", "bytes"


def as_position(value: Any) -> Any:
    """Return a value of a cursor or key as JSON from which it can be made again; raise `PullError` for one that grows not.

    >>> from_position(as_position(Decimal("1.20"))), as_position("A1")
    (Decimal('1.20'), 'A1')
    """
    if isinstance(value, dt.datetime):
        return [MOMENT, value.isoformat()]
    if isinstance(value, dt.date):
        return [DAY, value.isoformat()]
    if isinstance(value, Decimal):
        return [DECIMAL, str(value)]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return [BYTES, value.hex()]
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value
    raise PullError(
        "A value of the cursor or key is of the kind {kind}, by which rows cannot be put in order.",
        "Name a column of times, days, numbers or words.",
        kind=kind_of(value),
    )


def from_position(said: Any) -> Any:
    """Return the value that a position holds."""
    return MADE[said[0]](said[1]) if isinstance(said, list) else said


MADE: Mapping[str, Callable[[str], Any]] = {
    MOMENT: dt.datetime.fromisoformat, DAY: dt.date.fromisoformat, DECIMAL: Decimal, BYTES: bytes.fromhex,
}  # fmt: skip


LATE_SECONDS = 60.0
"""How much of a cursor of times is read again where nothing is said: transactions that began before end later."""
AHEAD = dt.timedelta(hours=38)
"""A cursor that is further ahead of the clock, in whatever zone it is told, is wrong."""
PASSED = dt.timedelta(hours=12)
"""What is told of a clock this long ago has passed in every zone."""
EXTENDED = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
SHAPES = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%S", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S")
"""How else times are written in columns of text so that they are in order."""
Write = Callable[[dt.datetime], str]


def earlier(value: Any, overlap: float | None) -> Any:
    """Return the value of a cursor from which is read again; raise `PullError` where it cannot be told.

    >>> earlier("2026-11-11T00:00:30", None), earlier(1000, 10), earlier("A7", None), earlier("20261111", None)
    ('2026-11-10T23:59:30', 990, 'A7', '20261110')
    """
    if isinstance(value, int | float | Decimal):
        return type(value)(Decimal(value) - Decimal(overlap or 0))
    seconds = dt.timedelta(seconds=LATE_SECONDS if overlap is None else overlap)
    try:
        if isinstance(value, dt.datetime):
            return value - seconds
        if isinstance(value, dt.date):
            return value - dt.timedelta(days=-(-seconds // dt.timedelta(days=1))) if seconds else value
        return _earlier_text(value, seconds, is_asked=overlap is not None and overlap > 0)
    except OverflowError:  # the first day of all, which programs write for none
        return value


def _earlier_text(value: str, seconds: dt.timedelta, *, is_asked: bool) -> str:
    """Return an earlier time as it was written; where it is no time only the same value is read again."""
    known = _read_text(value)
    if known:
        moment, write = known
        return write(moment - seconds)
    if is_asked:
        raise PullError(
            "The cursor holds {value!r}, which is no time: no overlap can be taken off it.",
            "Leave 'overlap' out, or name a cursor of times or numbers.",
            value=value[:80],
        )
    return value


def _read_text(value: str) -> tuple[dt.datetime, Write] | None:
    """Return the time that a text is, and what writes another one in the same way; None where it is none."""
    for shape in SHAPES:
        try:
            moment = dt.datetime.strptime(value, shape)  # noqa: DTZ007 - it is compared with its like
        except ValueError:
            continue
        if moment.strftime(shape) == value:
            return moment, partial(_shaped, shape)
    if not EXTENDED.fullmatch(value):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) == len("2026-11-11"):
        return moment, lambda other: str(other.date())
    spec = "auto" if "." in value else "seconds"
    end = ("+00:00", "Z") if value.endswith("Z") else ("", "")
    return moment, lambda other: other.isoformat(sep=value[10], timespec=spec).replace(*end)


def _shaped(shape: str, moment: dt.datetime) -> str:
    return moment.strftime(shape)


def not_ahead(value: Any, now: dt.datetime) -> Any:
    """Return the value of a cursor, or where it lies in the future one that has passed: behind it nothing new would be seen.

    >>> now = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
    >>> not_ahead("9999-12-31 00:00:00", now), not_ahead("2026-11-11 08:00:00", now), not_ahead(7, now)
    ('2026-11-10 12:00:00', '2026-11-11 08:00:00', 7)
    """
    moment = value
    if isinstance(value, str):
        known = _read_text(value)
        moment = known[0] if known else None
    if isinstance(moment, dt.date) and not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    if not isinstance(moment, dt.datetime):
        return value
    ahead = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) - now
    return value if ahead <= AHEAD else earlier(value, (ahead + PASSED).total_seconds())
