"""Clocks of devices: when they are right nothing moves, when they are wrong all times of a request move together."""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanyu.collect.collector.wire.body import MalformedError

SECOND = 1_000_000
GRID = 15 * 60 * SECOND
"""Clocks are corrected by whole quarters of an hour, of which zones are made: a request that is late by less moves nothing."""
AHEAD = 60 * SECOND
"""How far a clock may be ahead of ours and still be taken for right."""
JITTER = SECOND
EARLIEST = int(dt.datetime(1990, 1, 1, tzinfo=dt.UTC).timestamp()) * SECOND
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def correction(sent_at: int | None, received_at: int, latest: int = 0) -> int:
    """Return what is added to the times of a request, in microseconds.

    `received - sent` is the error of the clock plus the time on the way, which is not known: peers add both, so that what is late
    or sent anew moves. Here the sum is rounded down to a quarter of an hour, and a right clock (up to a quarter behind, a minute
    ahead) moves nothing. A corrected time is never after the true one and at most a quarter before it. Where nothing says when it
    was sent, the `latest` time within does if it lies ahead. Where that time lies after the sending and not ahead of ours, what was
    said of the sending is of another one, as clients write it that keep a request and send it anew: nothing moves.

    >>> minute = 60 * SECOND
    >>> [correction(0, late * minute) // minute for late in (0, 1, 10, 60, 70)]
    [0, 0, 0, 60, 60]
    >>> hour = 60 * minute
    >>> [correction(hour, late * minute) // minute for late in (0, 1, 10)], correction(None, 5, 5 + hour) // minute
    ([-60, -60, -60], -60)
    >>> day = 24 * hour
    >>> correction(0, 14 * day, 14 * day - minute), correction(0, 14 * day, -minute) // day
    (0, 14)
    """
    if sent_at is None:
        sent_at = max(latest, received_at)
    if sent_at + AHEAD < latest <= received_at + AHEAD:
        return 0
    offset = received_at - sent_at
    if -AHEAD <= offset < GRID:
        return 0
    return (offset + JITTER) // GRID * GRID


def moment(value: Any) -> int | None:
    """Return a time in microseconds since 1970, None where there is none.

    ISO 8601 (without a zone in UTC, as these formats have it) or a number of seconds (10 digits), milliseconds (13) or
    microseconds (16). Raises `MalformedError` for anything else.

    >>> moment("2026-11-11T08:00:00.5+08:00"), moment(1794355200), moment(1794355200000.0), moment(None)
    (1794355200500000, 1794355200000000, 1794355200000000, None)
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            return _of_text(value.strip())
        except (ValueError, OverflowError):
            raise MalformedError("The time of the message cannot be read.") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1e8 <= value < 1e17:
        raise MalformedError("The time of the message cannot be read.")
    for most, scale in ((1e11, SECOND), (1e14, 1000)):
        if value < most:
            return round(value * scale)
    return round(value)


def _of_text(text: str) -> int:
    if text.isdecimal() and text.isascii():
        return moment(int(text)) or 0
    at = dt.datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return (at - _EPOCH) // _MICROSECOND


def placed(at: int | None, shift: int, received_at: int) -> int:
    """Return when something happened: its time as corrected, else when it was received; raise `MalformedError` for one before 1990."""
    if at is None:
        return received_at
    if at + shift < EARLIEST:
        raise MalformedError("The time lies before 1990.")
    return at + shift
