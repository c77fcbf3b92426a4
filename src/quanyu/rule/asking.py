"""Of what a rule is asked: the moment, the zone whose days count, the key that draws lots, and the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from quanyu.rule.window import day_start
from quanyu.workspace import Workspace

UTC = ZoneInfo("UTC")
NOWHERE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class When:
    """The moment of asking (aware), the zone whose days count, the key of lots, and the country (ISO 3166) of the workspace."""

    at: dt.datetime = NOWHERE
    zone: ZoneInfo = UTC
    secret: str = ""
    country: str = field(default="", kw_only=True)


ANYWHEN = When()


def _nothing(name: str) -> ir.Table:
    raise KeyError(name)


def _as_it_is(rows: ir.Table) -> ir.Table:
    return rows


@dataclass(frozen=True)
class Asking(When):
    """When, how tables are had by name, and how an engine is told to work one out now, where it may."""

    look: Callable[[str], ir.Table] = _nothing
    keep: Callable[[ir.Table], ir.Table] = _as_it_is

    @classmethod
    def of(cls, ws: Workspace, as_of: dt.date) -> Asking:
        """Return what the derived tables of a day are asked of: the moment at which it begins in the workspace's zone."""
        zone = ws.settings.zone
        return cls(day_start(as_of, zone), zone, ws.secret, ws.warehouse.table, country=ws.settings.home)


__all__ = ["ANYWHEN", "Asking", "When"]
