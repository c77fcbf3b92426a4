"""What one person did, asked in plain Python: the same answers as of whole tables."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from quanyu.rule.past.aggregate import AGGREGATES
from quanyu.rule.tree import Did, Measure
from quanyu.rule.tree import Sequence as Steps
from quanyu.rule.verb import VERBS
from quanyu.rule.window import bounds, length, reach

Row = Mapping[str, Any]
Claim = Callable[[Row], Any]
"""Says whether a row is one of those that are meant; True, False, or None where it is not known."""


class History:
    """The rows of one person: by table, each row with the columns that a rule may ask for.

    Rows of `order_lines` have the `ordered_at` of their order, joined tables' columns their names with what stands before
    them (`item.category`), and properties of events are texts under `properties.NAME`.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]] | None = None) -> None:
        self._given = rows or {}
        self._sorted: dict[str, list[tuple[dt.datetime, Row]]] = {}
        self._chosen: dict[Did, tuple[list[dt.datetime], list[Row]]] = {}

    def rows(self, did: Did, claim: Claim) -> tuple[list[dt.datetime], list[Row]]:
        """Return the moments and the rows of what was done, in their order."""
        chosen = self._chosen.get(did)
        if chosen is None:
            verb = VERBS[did.verb]
            pool = self._of(verb.rows.table.name, did.detail if verb.detail == "name" else None)
            pairs = [(at, row) for at, row in pool if claim(row) is True]
            chosen = self._chosen[did] = ([at for at, _ in pairs], [row for _, row in pairs])
        return chosen

    @cached_property
    def _named(self) -> Mapping[str, list[tuple[dt.datetime, Row]]]:
        named: dict[str, list[tuple[dt.datetime, Row]]] = {}
        for pair in self._of("events", None):
            named.setdefault(pair[1]["name"], []).append(pair)
        return named

    def _of(self, table: str, name: str | None) -> list[tuple[dt.datetime, Row]]:
        if name is not None:
            return self._named.get(name, [])
        if table not in self._sorted:
            rows = next(verb.rows for verb in VERBS.values() if verb.rows.table.name == table)
            keyed = [
                (row[rows.time], tuple(row.get(key) for key in rows.key), row)
                for row in self._given.get(table, ())
            ]
            keyed = [pair for pair in keyed if pair[0] is not None]
            self._sorted[table] = [(at, row) for at, _, row in sorted(keyed, key=lambda pair: pair[:2])]
        return self._sorted[table]


def figure(measure: Measure, claim: Claim, at: dt.datetime, zone: ZoneInfo) -> Callable[[History], Any]:
    """Return what gives a figure of a history at a moment; None where it is unknown."""
    start, end = bounds(measure.window, at, zone)
    aggregate, column = AGGREGATES[measure.aggregate], measure.column
    is_times, needs_day = measure.aggregate == "times", measure.aggregate == "days"

    def of(history: History) -> Any:
        moments, rows = history.rows(measure.did, claim)
        first = 0 if start is None else bisect_left(moments, start)
        last = max(first, bisect_left(moments, end))
        if is_times:
            return float(last - first)
        return aggregate.of(
            [
                (
                    moments[place],
                    moments[place].astimezone(zone).date() if needs_day else dt.date.min,
                    None if column is None else rows[place].get(column),
                )
                for place in range(first, last)
            ]
        )

    return of


def met(steps: Steps, claims: Sequence[Claim], at: dt.datetime, zone: ZoneInfo) -> Callable[[History], bool]:
    """Return what says whether a sequence holds for a history at a moment."""
    start, end = reach(steps.window, at, zone)
    within = dt.timedelta(microseconds=length(steps))

    def of(history: History) -> bool:
        taken = [
            _taken(history, did, claim, steps.per, at) for did, claim in zip(steps.steps, claims, strict=True)
        ]
        return any(
            _begins([moments.get(key, []) for moments in taken], first, steps, within, at)
            for key, firsts in taken[0].items()
            for first in firsts
            if (start is None or first >= start) and (end is None or first < end)
        )

    return of


def _taken(
    history: History, did: Did, claim: Claim, per: str | None, at: dt.datetime
) -> dict[Any, list[dt.datetime]]:
    """Return the moments of a step by the value that all steps must share."""
    taken: dict[Any, list[dt.datetime]] = {}
    for moment, row in zip(*history.rows(did, claim), strict=True):
        key = "" if per is None else row.get(per)
        if key is not None and moment < at:
            taken.setdefault(str(key), []).append(moment)
    return taken


def _begins(
    taken: list[list[dt.datetime]], first: dt.datetime, steps: Steps, within: dt.timedelta, at: dt.datetime
) -> bool:
    """Say whether a sequence begins at a moment of its first step."""
    now: dt.datetime | None = first
    for moments in taken[1 : len(taken) - 1 if steps.is_left else None]:
        now = _next(moments, now)
        if now is None or now > first + within:
            return False
    if not steps.is_left:
        return True
    after = _next(taken[-1], first)
    return first + within <= at and (after is None or after > first + within)


def _next(moments: list[dt.datetime], now: dt.datetime | None) -> dt.datetime | None:
    """Return the first moment after another."""
    place = len(moments) if now is None else bisect_left(moments, now + dt.timedelta(microseconds=1))
    return moments[place] if place < len(moments) else None


__all__ = ["History", "figure", "met"]
