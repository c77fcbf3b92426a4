"""Dated rates into one currency: what `fx_rates` says of a day, of the days after it, and by way of a third currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

Quotes = Mapping[tuple[str, str], float]
"""What a unit of the first currency is worth in the second, on one day."""
SCHEMA = pa.schema([("currency", pa.string()), ("day", pa.date32()), ("rate", pa.float64())])


def spread(rows: Iterable[Mapping[str, Any]], into: str, days: int) -> pa.Table:
    """Return currency, day, rate: for every day the nearest rate of that day or of at most `days` days before it.

    `rows` are those of `fx_rates`: on, currency, into, rate (of one day and pair at most one).
    """
    known: dict[str, list[tuple[dt.date, float]]] = {}
    for on, quotes in sorted(_by_day(rows, into).items()):
        for currency in sorted({code for pair in quotes for code in pair} - {into}):
            rate = worth(quotes, currency, into)
            if rate is not None:
                known.setdefault(currency, []).append((on, rate))
    parts = [_filled(currency, steps, days) for currency, steps in known.items()]
    return pa.concat_tables([SCHEMA.empty_table(), *parts])


def newest(rows: Iterable[Mapping[str, Any]], into: str, today: dt.date) -> pa.Table:
    """Return currency, day, rate for `today` alone: the newest rate of each currency, however old."""
    past = [row for row in rows if row["on"] <= today]
    age = (today - min((row["on"] for row in past), default=today)).days
    whole = spread(past, into, age)
    return whole.filter(pa.compute.equal(whole["day"], pa.scalar(today)))


def worth(quotes: Quotes, currency: str, into: str) -> float | None:
    """Return the rate of a day: as it is quoted, else one over the opposite pair, else by way of a third currency.

    Of several third currencies the first of the alphabet counts.

    >>> worth({("USD", "CNY"): 7.2}, "USD", "CNY"), worth({("CNY", "JPY"): 20.0}, "JPY", "CNY")
    (7.2, 0.05)
    >>> round(worth({("EUR", "USD"): 1.2, ("EUR", "CNY"): 8.4}, "USD", "CNY"), 9)
    7.0
    """
    told = _quoted(quotes, currency, into)
    if told is not None:
        return told
    for between in sorted({code for pair in quotes for code in pair} - {currency, into}):
        legs = _quoted(quotes, currency, between), _quoted(quotes, between, into)
        if legs[0] is not None and legs[1] is not None:
            return legs[0] * legs[1]
    return None


def _quoted(quotes: Quotes, currency: str, into: str) -> float | None:
    if (currency, into) in quotes:
        return quotes[currency, into]
    return 1 / quotes[into, currency] if (into, currency) in quotes else None


def _by_day(rows: Iterable[Mapping[str, Any]], into: str) -> dict[dt.date, dict[tuple[str, str], float]]:
    quotes: dict[dt.date, dict[tuple[str, str], float]] = {}
    for row in rows:
        pair = row["currency"], row["into"] or into
        if pair[0] != pair[1] and row["rate"] and row["rate"] > 0:
            quotes.setdefault(row["on"], {})[pair] = row["rate"]
    return quotes


def _filled(currency: str, steps: list[tuple[dt.date, float]], days: int) -> pa.Table:
    """Let every rate hold until the next one, or for so many days."""
    on = np.array([step[0] for step in steps], dtype="datetime64[D]")
    until = np.append(on[1:], on[-1] + np.timedelta64(days + 1, "D"))
    length = np.minimum((until - on).astype(int), days + 1)
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    rates = np.repeat([step[1] for step in steps], length)
    columns = [
        pa.array([currency] * len(rates)), pa.array(np.repeat(on, length) + offset), pa.array(rates),
    ]  # fmt: skip
    return pa.table(columns, schema=SCHEMA)
