"""Whose facts may have changed: people with a row that came, went or differs, or that a window has let in or out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.understand.fact.fact import document, end_of
from quanyu.understand.person import owners
from quanyu.understand.scratch import Keep
from quanyu.warehouse.portable import group_key, row_key
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Source:
    """A table that facts are made of: what a row of it points at, and the columns that facts read (none: all).

    `windows` are the days back from which facts count the rows by `time`; 0 is the as-of day itself, after which
    nothing counts.
    """

    name: str
    points_at: Callable[[ir.Table], Mapping[str, ir.Value]]
    columns: tuple[str, ...] = ()
    time: str = ""
    windows: tuple[int, ...] = ()


def _key(rows: ir.Table) -> Mapping[str, ir.Value]:
    return {"key": group_key(rows.id_key)}


def _person(rows: ir.Table) -> Mapping[str, ir.Value]:
    return {"person": group_key(rows.person_id)}


SOURCES = (
    Source("orders", _key, time="ordered_at", windows=(0, 90, 365)),
    Source("visits", _key, time="began_at", windows=(0, 30)),
    Source("touches", _key, time="touched_at", windows=(0, 30)),
    Source("feedback", _key, time="said_at", windows=(0,)),
    Source("margins", document),
    Source("order_lines", document),
    Source("items", lambda rows: {"item_id": rows.item_id}, ("item_id", "category", "brand")),
    Source("identities", _person, ("id_key", "person_id")),
    Source("people", _person, ("person_id",)),
)


def affected(
    ws: Workspace, keep: Keep, versions: Mapping[str, int], days: tuple[dt.date, dt.date]
) -> ir.Table | None:
    """Return the numbers of the people (`person`) whose facts may differ from those that are kept.

    `versions` are those of the tables the kept facts were made of, `days` their as-of day and the one now wanted.
    Some may be named whose facts turn out the same; nobody is missing. None if that cannot be told: one of the
    versions is unknown or vacuumed.
    """
    found: dict[str, ir.Table] = {}
    for source in SOURCES:
        if ws.warehouse.version(source.name) != versions[source.name]:
            rows = _differing(ws, keep, source, versions[source.name])
            if rows is None:
                return None
            found[source.name] = rows
    keys = [found[source.name] for source in SOURCES if source.time and source.name in found]
    keys += [_crossing(ws, source, *sorted(days)) for source in SOURCES if source.time]
    documents = _documents(ws, found)
    if documents:
        orders = ws.warehouse.table("orders")
        theirs = orders.select(**_key(orders), **document(orders))
        keys.append(theirs.semi_join(ibis.union(*documents), ["source", "document"]))
    moved = keep(ibis.union(*(rows.select("key") for rows in keys), distinct=True))
    people = [owners(ws).semi_join(moved, "key"), *(found[n] for n in ("identities", "people") if n in found)]
    return keep(ibis.union(*(rows.select("person") for rows in people), distinct=True))


def _documents(ws: Workspace, found: Mapping[str, ir.Table]) -> list[ir.Table]:
    """Return the orders (`source`, `document`) whose margin, lines or items differ."""
    rows = [found[name] for name in ("margins", "order_lines") if name in found]
    if "items" in found:
        lines = ws.warehouse.table("order_lines").semi_join(found["items"], "item_id")
        rows.append(lines.select(**document(lines)))
    return [one.select("source", "document") for one in rows]


def _differing(ws: Workspace, keep: Keep, source: Source, since: int) -> ir.Table | None:
    """Return what the rows point at that came, went or differ since a version."""
    moved = ws.warehouse.moved(source.name, since)
    if moved is None:
        return None
    columns = source.columns or moved[0].columns
    gone, come = (keep(rows.select(**source.points_at(rows), row=row_key(rows, columns))) for rows in moved)
    return gone.anti_join(come, "row").union(come.anti_join(gone, "row")).drop("row")


def _crossing(ws: Workspace, source: Source, low: dt.date, high: dt.date) -> ir.Table:
    """Return the keys of rows that a window holds on one of two days and not on the other."""
    rows = ws.warehouse.table(source.name)
    at = rows[source.time]
    crossed = [
        (at >= end_of(ws, low - dt.timedelta(days=window)))
        & (at < end_of(ws, high - dt.timedelta(days=window)))
        for window in source.windows
    ]
    chosen = rows.filter(ibis.or_(*crossed))
    return chosen.select(**source.points_at(chosen))
