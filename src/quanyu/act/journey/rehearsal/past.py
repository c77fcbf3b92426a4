"""The warehouse as it was at a moment: rows that had not happened yet are not there, and nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from quanyu.errors import OwnershipError
from quanyu.tables import CONTRACTS, Stage, Table
from quanyu.warehouse import Warehouse
from quanyu.workspace import Clock

LINES, ORDERS = "order_lines", "orders"
LINKS = ("source", "order_id")
Moments = npt.NDArray[np.int64]


class Past(Warehouse):
    """The tables of a shop at the moment of a clock; a version of a table is how many of its rows have come since the beginning.

    Every row is known from the moment at which it happened, as it is today: an order that was returned later is a returned
    one from the start. Tables whose rows do not say when they happened are seen as they are today.
    """

    def __init__(self, real: Warehouse, clock: Clock, begin: dt.datetime, end: dt.datetime) -> None:
        super().__init__(real.root, real.engine, real.currency, real.storage, real.remembered)
        self.clock, self.begin, self.end = clock, begin, end
        self._came: dict[str, Moments] = {}

    def table(self, name: str, version: int | None = None) -> ir.Table:
        """Return the rows of a table that have happened."""
        return self._between(name, None, self.clock())

    def version(self, name: str) -> int:
        """Return how many rows have come since the beginning; the real version of a table that is seen as it is today."""
        if not _is_timed(name):
            return super().version(name)
        return int(np.searchsorted(self._moments(name), _micros(self.clock()), side="right"))

    def moved(self, name: str, since: int) -> tuple[ir.Table, ir.Table] | None:
        """Return no rows that went, and those that came after a version."""
        if not _is_timed(name):
            return super().moved(name, since)
        rows, moments = self.table(name), self._moments(name)
        if since >= len(moments):
            return rows.limit(0), rows.limit(0)
        return rows.limit(0), self._between(name, _moment(moments[since]), self.clock())

    def next_change(self, names: Iterable[str]) -> dt.datetime | None:
        """Return when a row comes next into one of some tables, None where none does before the end."""
        ahead = [(self._moments(name), self.version(name)) for name in names if _is_timed(name)]
        nexts = [_moment(moments[place]) for moments, place in ahead if place < len(moments)]
        return min(nexts, default=None)

    def _between(self, name: str, low: dt.datetime | None, high: dt.datetime) -> ir.Table:
        rows = super().table(name)
        if name == LINES:
            return rows.semi_join(self._between(ORDERS, low, high), LINKS)
        if not _is_timed(name):
            return rows
        at = rows[CONTRACTS[name].time]
        rows = rows.filter(at <= _literal(high))
        return rows if low is None else rows.filter(at >= _literal(low))

    def _moments(self, name: str) -> Moments:
        """Return when the rows of a table come between beginning and end, in order."""
        if name not in self._came:
            rows = super().table(ORDERS if name == LINES else name)
            at = rows[CONTRACTS[ORDERS if name == LINES else name].time]
            told = rows.filter(at > _literal(self.begin), at <= _literal(self.end)).select(at=at)
            column = self.read(told)["at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64())
            self._came[name] = np.sort(column.to_numpy())
        return self._came[name]

    def _owned(self, name: str, by: Stage) -> Table:
        raise OwnershipError(
            "A rehearsal may not write {table!r}.", "Launch the journey: quanyu journey launch", table=name
        )


def _is_timed(name: str) -> bool:
    promise = CONTRACTS[name]
    return name == LINES or bool(promise.time and promise.schema[promise.time].is_timestamp())


def _literal(at: dt.datetime) -> ir.Value:
    return ibis.literal(at).cast("timestamp('UTC')")


def _micros(at: dt.datetime) -> int:
    return round(at.timestamp() * 1_000_000)


def _moment(micros: Any) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=int(micros))
