"""Partitions of a table: its files by the months they hold, so that a small change rewrites only some of them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from quanyu.warehouse.extent import extents


@dataclass(frozen=True)
class Partition:
    """Files of a table and the days they may hold, whole months; `files` is empty for what is yet to be written.

    >>> Partition(dt.date(2026, 1, 1), dt.date(2026, 2, 28)).holds(dt.date(2026, 2, 3))
    True
    """

    low: dt.date
    high: dt.date
    files: tuple[str, ...] = ()

    def holds(self, day: dt.date) -> bool:
        """Say whether rows of a day belong here."""
        return self.low <= day <= self.high


def partition_months(files: Iterable[str], column: str) -> list[Partition]:
    """Return the files by the months of a day column, in order; files that share a month are one partition."""
    partitions: list[Partition] = []
    known = [days for days in (_days(file, column) for file in files) if days]
    for low, high, file in sorted(known):
        last = partitions[-1] if partitions else None
        if last and low <= last.high:
            partitions[-1] = Partition(last.low, max(last.high, high), (*last.files, file))
        else:
            partitions.append(Partition(low, high, (file,)))
    return partitions


def touched(existing: Sequence[Partition], days: Iterable[dt.date]) -> list[Partition]:
    """Return the partitions that hold any of the days, and new ones for days that no partition holds yet."""
    wanted = sorted(set(days))
    old = [partition for partition in existing if any(map(partition.holds, wanted))]
    loose = [day for day in wanted if not any(partition.holds(day) for partition in existing)]
    gaps = groupby(loose, key=lambda day: sum(partition.low <= day for partition in existing))
    ends = [(group[0], group[-1]) for group in (list(days) for _, days in gaps)]
    return [*old, *(Partition(_first(low), _last(high)) for low, high in ends)]


def halves(low: dt.date, high: dt.date) -> list[Partition]:
    """Return two new partitions for the days from `low` to `high`: the last month, which will grow, and all before."""
    edge = _first(high)
    older = [Partition(_first(low), edge - dt.timedelta(days=1))] if low < edge else []
    return [*older, Partition(edge, _last(high))]


def _days(file: str, column: str) -> tuple[dt.date, dt.date, str] | None:
    """Return the first and last day of the months in a file, from its footer; None for a file without rows."""
    known = extents([file], [column])[column]
    if known is None:
        return dt.date.min, dt.date.max, file
    return None if known.least is None else (_first(known.least), _last(known.greatest), file)


def _first(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _last(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
