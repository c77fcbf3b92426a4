"""Columns of text built from whole columns of numbers: money, times, padded numbers, drawn words, masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Text = Any  # a pyarrow array or scalar of strings; pyarrow carries no types
BEIJING = 8 * 3_600
DAY_DIGITS = "[-: ]"

LARGEST_TOKEN = 636_363_636
_STEP = 393_294_401  # a prime that does not divide LARGEST_TOKEN


def scramble(numbers: Ints, salt: int = 0) -> Ints:
    """Return distinct numbers below `LARGEST_TOKEN` that look random, one for each distinct number.

    >>> len(set(scramble(np.arange(1000)).tolist()))
    1000
    """
    return (numbers.astype(np.int64) % LARGEST_TOKEN * _STEP + salt * 15_485_863) % LARGEST_TOKEN


def text(values: npt.NDArray[Any] | Text) -> Text:
    """Return numbers as text."""
    return pc.cast(pa.array(values) if isinstance(values, np.ndarray) else values, pa.string())


def padded(values: Ints, width: int) -> Text:
    """Return whole numbers with leading zeros."""
    return pc.utf8_lpad(text(values), width, "0")


def join(*parts: Text) -> Text:
    """Return the parts glued together row by row; null where a part is null."""
    return pc.binary_join_element_wise(*[_string(part) for part in parts], pa.scalar(""))


def _string(part: Text) -> Text:
    return pa.scalar(part) if isinstance(part, str) else part


def yuan(fen: Ints) -> Text:
    """Return fen as yuan with two decimals.

    >>> yuan(np.array([5, 12345, -990])).to_pylist()
    ['0.05', '123.45', '-9.90']
    """
    whole, part = np.divmod(np.abs(fen).astype(np.int64), 100)
    sign = pc.if_else(pa.array(fen < 0), "-", "")
    return join(sign, text(whole), ".", padded(part, 2))


def decimal(values: Floats, places: int = 2) -> Text:
    """Return numbers with a fixed count of decimals; not-a-number becomes 0.

    >>> decimal(np.array([1.005, 2.0, np.nan]), 1).to_pylist()
    ['1.0', '2.0', '0.0']
    """
    scale = 10**places
    clean = np.where(np.isfinite(values), values, 0.0)
    whole, part = np.divmod(np.round(np.abs(clean) * scale).astype(np.int64), scale)
    sign = pc.if_else(pa.array(clean < -0.5 / scale), "-", "")
    return join(sign, text(whole), ".", padded(part, places))


def thousands(fen: Ints) -> Text:
    """Return fen as yuan with thousands commas, as Google Ads writes them."""
    return pa.array([f"{value / 100:,.2f}" for value in fen.tolist()], pa.string())


def stamp(seconds: Ints, known: Flags | None = None) -> Text:
    """Return seconds of local time as `2026-05-01 10:00:00`; empty text where not known.

    >>> stamp(np.array([0]), np.array([True])).to_pylist()
    ['1970-01-01 00:00:00']
    """
    times = pc.cast(pa.array(seconds.astype("int64")).cast(pa.timestamp("s")), pa.string())
    return times if known is None else pc.if_else(pa.array(known), times, "")


def day(days: Ints) -> Text:
    """Return days since 1970 as `2026-05-01`."""
    return pc.cast(pa.array(days.astype("int32")).cast(pa.date32()), pa.string())


def utc(seconds: Ints) -> Text:
    """Return seconds of Beijing time as an Arrow column of UTC times."""
    return pa.array((seconds - BEIJING) * 1_000_000).cast(pa.timestamp("us", tz="UTC"))


def pick(words: Sequence[str | None], index: npt.NDArray[Any]) -> Text:
    """Return the word of each index."""
    return pa.array(words, pa.string()).take(pa.array(index.astype(np.int64)))


def where(flags: Flags, yes: Text, no: Text) -> Text:
    """Return `yes` where the flag is set, `no` elsewhere; None stands for a null."""
    return pc.if_else(pa.array(flags), _null(yes), _null(no))


def _null(value: Text) -> Text:
    return pa.scalar(None, pa.string()) if value is None else _string(value)


def constant(value: str, n: int) -> Text:
    """Return a column that repeats one text."""
    return pa.repeat(pa.scalar(value, pa.string()), n)


def mask_phone(phones: Text) -> Text:
    """Return phones as platforms mask them.

    >>> mask_phone(pa.array(["13912346198"])).to_pylist()
    ['1******6198']
    """
    return pc.utf8_replace_slice(phones, 1, -4, "******")
