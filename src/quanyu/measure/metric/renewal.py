"""Which days and periods of the metrics something has touched since they were added up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.measure.metric.periods import CALENDAR, Renewal
from quanyu.method.change import Made, differing, document
from quanyu.tables.metric.period import first_of, months_later
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

READS = (
    "orders", "margins", "order_lines", "items", "visits", "visit_days", "identities", "feedback", "spend",
)  # fmt: skip
LOOKED_AT = ("orders", "order_lines", "items", "feedback", "spend")
"""The tables that tell of days; the others tell of people."""
DAYS: Mapping[str, tuple[str, ...]] = {
    "orders": ("ordered_at", "paid_at"),
    "feedback": ("said_at",),
    "spend": ("spent_on",),
}
"""The columns that say on which days the rows of a table count."""
TOLD_BY: Mapping[str, tuple[str, ...]] = {
    "assortment": ("sales", "order_lines", "items"),
    "spending": ("spend",),
    "voice": ("feedback",),
}
"""Of each group of measures what may touch it; a refund touches nothing that was sold."""

Moved = Mapping[str, tuple[ir.Table, ir.Table]]


def days_touched(ws: Workspace, before: Made, as_of: dt.date) -> Mapping[str, set[dt.date] | None] | None:
    """Return the days of which a group of measures may differ: of rows that differ, whoever's they are now, and new days.

    None if it cannot be told; of one group if it cannot be told of that: an item came whose launch nobody knows.
    """
    moved: dict[str, tuple[ir.Table, ir.Table]] = {}
    for name in LOOKED_AT:
        if ws.warehouse.version(name) != before.versions[name]:
            rows = differing(ws, name, before.versions[name])
            if rows is None:
                return None
            moved[name] = rows
    low, high = sorted((before.as_of, as_of))
    new = {low + dt.timedelta(days=n) for n in range((high - low).days)}
    launched = _launched(ws, moved, as_of)
    sales = _of_sales(ws, moved)
    rows_of: dict[str, Sequence[ir.Table]] = {
        name: moved[name] for name in ("feedback", "spend") if name in moved
    }
    rows_of["sales"] = sales
    rows_of |= {name: _of_documents(ws, name, moved, sales) for name in ("order_lines", "items")}
    parts = {name: [_days(ws, rows) for rows in tables] for name, tables in rows_of.items()}
    days = _read(ws, parts)
    touched_days: dict[str, set[dt.date] | None] = {
        group: new.union(*(days.get(name, ()) for name in names)) for group, names in TOLD_BY.items()
    }
    assortment = touched_days["assortment"]
    touched_days["assortment"] = None if assortment is None or launched is None else assortment | launched
    return touched_days


def _read(ws: Workspace, parts: Mapping[str, Sequence[ir.Table]]) -> Mapping[str, set[dt.date]]:
    """Return the days of every part by its name, from one query."""
    told = [_union(tables).mutate(part=ibis.literal(name)) for name, tables in parts.items() if tables]
    days: dict[str, set[dt.date]] = {}
    for row in ws.warehouse.read(ibis.union(*told) if told[1:] else told[0]).to_pylist() if told else ():
        if row["day"] is not None:
            days.setdefault(row["part"], set()).add(row["day"])
    return days


def renewal_of(days: set[dt.date], sums: pa.Table, cubes: Mapping[str, pa.Table]) -> Renewal:
    """Return what is added up anew where something touched the days: calendar periods that hold any, or follow one.

    The periods before them are counted too: who comes back in a week was there in the week before.
    """
    held = {(grain, first_of(day, grain)) for day in days for grain in CALENDAR}
    renewed = frozenset(held | {_later(*period, 1) for period in held})
    counted = renewed | {_later(*period, -1) for period in renewed}
    return Renewal(frozenset(days), counted, renewed, sums, cubes)


def _later(grain: str, on: dt.date, n: int) -> tuple[str, dt.date]:
    if grain == "month":
        return grain, months_later(on, n)
    return (grain, on + dt.timedelta(days=7 * n)) if grain == "week" else (grain, on)


def _days(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Return the different days (`day`) on which rows count, whatever table they are of."""
    parts = [
        rows.select(
            day=rows[name] if rows[name].type().is_date() else local_day(rows[name], ws.settings.timezone)
        )
        for columns in DAYS.values()
        for name in columns
        if name in rows.columns
    ]
    return _union(parts)


def _union(parts: Sequence[ir.Table]) -> ir.Table:
    """Return the different rows of all parts."""
    return ibis.union(*parts, distinct=True) if parts[1:] else parts[0].distinct()


def _launched(ws: Workspace, moved: Moved, as_of: dt.date) -> set[dt.date] | None:
    """Return the days from the launch of items that came or went on; None where nobody knows it."""
    if "items" not in moved:
        return set()
    launches = [_launches(ws, *pair) for pair in (moved["items"], moved["items"][::-1])]
    first = [day for days in launches for day in days]
    known = [day for day in first if day is not None]
    if len(known) < len(first):
        return None
    return {day + dt.timedelta(days=n) for day in known for n in range(max((as_of - day).days, 0))}


def _launches(ws: Workspace, some: ir.Table, others: ir.Table) -> list[dt.date | None]:
    """Return when items were launched that the others do not have, or with another launch."""
    both = ["item_id", "launched_on"]
    same = [some[name].identical_to(others[name]) for name in both]
    launches = ws.warehouse.read(some.anti_join(others, same).select("launched_on").distinct())
    return list(launches["launched_on"].to_pylist())


def _of_sales(ws: Workspace, moved: Moved) -> list[ir.Table]:
    """Return the orders that became a sale of a day, a person or a place, or ceased to be one."""
    if "orders" not in moved:
        return []
    gone, come = moved["orders"]
    keep = ws.warehouse.turn.keep
    return [keep(gone.anti_join(come, "sale")), keep(come.anti_join(gone, "sale"))]


def _of_documents(ws: Workspace, name: str, moved: Moved, told: Sequence[ir.Table]) -> list[ir.Table]:
    """Return the orders whose margin or lines differ, or whose items came or went, but those already `told`."""
    if name not in moved:
        return []
    gone, come = moved[name]
    if name == "items":
        items = gone.anti_join(come, "item_id").union(come.anti_join(gone, "item_id"))
        lines = ws.warehouse.table("order_lines").semi_join(items, "item_id")
        documents = lines.select(**document(lines))
    else:
        documents = gone.union(come).select("source", "document")
    documents = ws.warehouse.turn.keep(documents.distinct())
    if told:
        known = _union([rows.select("source", "document") for rows in told])
        documents = ws.warehouse.turn.keep(documents.anti_join(known, ["source", "document"]))
    if _is_empty(ws, documents):
        return []
    orders = ws.warehouse.table("orders")
    return [orders.select(*DAYS["orders"], **document(orders)).semi_join(documents, ["source", "document"])]


def _is_empty(ws: Workspace, rows: ir.Table) -> bool:
    return not int(ws.warehouse.read(rows.count().as_table()).column(0)[0].as_py())
