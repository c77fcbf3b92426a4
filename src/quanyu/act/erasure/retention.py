"""Rows that are older than they may be kept go, table by table, from every version and file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.act.settings import RetentionSettings
from quanyu.part.action import Action, Caller
from quanyu.tables import contract
from quanyu.warehouse import erase
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Expiry:
    """What is asked: whether rows are to go, or only to be counted."""

    is_meant: bool = False


@dataclass(frozen=True)
class Expired:
    """By table how many rows are older than the settings allow; they are gone if that was meant."""

    tables: Mapping[str, int]
    is_done: bool


def expire(ws: Workspace, given: Expiry, _: Caller) -> Expired:
    """Delete, or only count, the rows that are older than `[retention] days` allow; days are those of the workspace's zone."""
    limits = ws.settings.of(RetentionSettings).days
    there = {name: days for name, days in limits.items() if ws.warehouse.exists(name)}
    if not given.is_meant:
        return Expired({name: _count(ws, name, days) for name, days in there.items()}, is_done=False)
    with ws.writing(), ws.bringing():
        return Expired({name: _delete(ws, name, days) for name, days in there.items()}, is_done=True)


def _count(ws: Workspace, name: str, days: int) -> int:
    rows = ws.warehouse.table(name)
    return int(ws.warehouse.read(rows.filter(_is_old(ws, name, days, rows)).count())[0][0].as_py())


def _delete(ws: Workspace, name: str, days: int) -> int:
    return erase(
        ws.warehouse,
        name,
        lambda rows: _is_old(ws, name, days, rows),
        lambda rows: rows.filter(~_is_old(ws, name, days, rows).fill_null(False)),
    )


def _is_old(ws: Workspace, name: str, days: int, rows: ir.Table) -> ir.BooleanValue:
    first, column = ws.today() - dt.timedelta(days=days), contract(name).time
    if contract(name)[column].kind == "day":
        return rows[column] < ibis.literal(first)
    begins = dt.datetime.combine(first, dt.time(), ws.settings.zone).astimezone(dt.UTC)
    return rows[column] < ibis.literal(begins).cast("timestamp('UTC')")


EXPIRE = Action(
    "expire_rows",
    "Delete rows that are older than the settings allow.",
    Expiry,
    Expired,
    expire,
    role="owner",
    said="deleted what was older than the settings allow (meant: {is_meant})",
)
