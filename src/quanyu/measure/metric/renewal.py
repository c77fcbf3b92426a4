"""Which days and periods of the metrics something has touched since they were added up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from quanyu.method.change import Made, differing, document, parted, touched
from quanyu.method.scratch import Scratch
from quanyu.tables.metric.period import first_of, months_later
from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import group_key, local_day
from quanyu.workspace import Workspace

READS = (
    "orders", "margins", "order_lines", "items", "visits", "visit_days", "identities", "feedback", "spend",
)  # fmt: skip
DAYS: Mapping[str, tuple[str, ...]] = {
    "orders": ("ordered_at", "paid_at"),
    "visits": ("began_on", "ended_on"),
    "visit_days": ("visited_on",),
    "feedback": ("said_at",),
    "spend": ("spent_on",),
}
"""The columns that say on which days the rows of a table count."""
PERSONAL = ("orders", "visits", "visit_days")
"""Tables of which metrics count different people."""

PeriodKeys = frozenset[tuple[str, dt.date]]
Moved = Mapping[str, tuple[ir.Table, ir.Table]]


def days_touched(ws: Workspace, scratch: Scratch, before: Made, as_of: dt.date) -> set[dt.date] | None:
    """Return the days whose metrics may differ: of rows that came, went or differ, whoever's they are now, and new days.

    None if it cannot be told, or if an item that nobody knows the launch of came or went.
    """
    moved: dict[str, tuple[ir.Table, ir.Table]] = {}
    for name in READS:
        if ws.warehouse.version(name) != before.versions[name]:
            rows = differing(ws, name, before.versions[name])
            if rows is None:
                return None
            moved[name] = rows
    low, high = sorted((before.as_of, as_of))
    days = {low + dt.timedelta(days=n) for n in range((high - low).days)}
    launched = _launched(ws, moved, as_of)
    if launched is None:
        return None
    parts = [_days(ws, table, DAYS[name]) for name in DAYS if name in moved for table in moved[name]]
    parts += _of_documents(ws, moved) + _of_owners(ws, moved)
    if "orders" in moved or "identities" in moved:
        parts += _of_first_orders(ws, scratch, before, as_of)
    dates = ws.warehouse.read(_union(parts))["day"].to_pylist() if parts else []
    return days | launched | {day for day in dates if day is not None}


def periods_touched(days: set[dt.date]) -> tuple[PeriodKeys, PeriodKeys]:
    """Return the calendar periods that hold any of the days, or follow one; and these with the periods before them.

    Who comes back in a week was there in the week before.
    """
    held = {(grain, first_of(day, grain)) for day in days for grain in ("day", "week", "month")}
    touched_periods = frozenset(held | {_later(*period, 1) for period in held})
    return touched_periods, touched_periods | {_later(*period, -1) for period in touched_periods}


def days_of(periods: PeriodKeys) -> frozenset[dt.date]:
    """Return the days of calendar periods."""
    days = set()
    for grain, on in periods:
        until = _later(grain, on, 1)[1] if grain != "day" else on + dt.timedelta(days=1)
        days |= {on + dt.timedelta(days=n) for n in range((until - on).days)}
    return frozenset(days)


def _later(grain: str, on: dt.date, n: int) -> tuple[str, dt.date]:
    if grain == "month":
        return grain, months_later(on, n)
    return (grain, on + dt.timedelta(days=7 * n)) if grain == "week" else (grain, on)


def _days(ws: Workspace, rows: ir.Table, columns: tuple[str, ...]) -> ir.Table:
    """Return the different days (`day`) of the columns."""
    parts = [
        rows.select(
            day=rows[name] if rows[name].type().is_date() else local_day(rows[name], ws.settings.timezone)
        )
        for name in columns
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


def _of_documents(ws: Workspace, moved: Moved) -> list[ir.Table]:
    """Return the days of orders whose margin or lines differ, or whose items came or went."""
    documents = [
        table.select("source", "document")
        for name in ("margins", "order_lines")
        if name in moved
        for table in moved[name]
    ]
    if "items" in moved:
        gone, come = moved["items"]
        items = gone.anti_join(come, "item_id").union(come.anti_join(gone, "item_id"))
        lines = ws.warehouse.table("order_lines").semi_join(items, "item_id")
        documents.append(lines.select(**document(lines)))
    if not documents:
        return []
    wanted = ws.warehouse.turn.keep(_union(documents))
    known = ibis.union(*moved["orders"]).select("source", "document") if "orders" in moved else None
    rest = wanted if known is None else wanted.anti_join(known, ["source", "document"])
    if not int(ws.warehouse.read(rest.count().as_table()).column(0)[0].as_py()):
        return []
    orders = ws.warehouse.table("orders")
    theirs = orders.select(*DAYS["orders"], **document(orders)).semi_join(rest, ["source", "document"])
    return [_days(ws, theirs, DAYS["orders"])]


def _of_owners(ws: Workspace, moved: Moved) -> list[ir.Table]:
    """Return the days of all rows of identifiers that changed hands."""
    if "identities" not in moved:
        return []
    keys = ws.warehouse.turn.keep(ibis.union(*moved["identities"]).select("key").distinct())
    if not int(ws.warehouse.read(keys.count().as_table()).column(0)[0].as_py()):
        return []
    parts = []
    for name in PERSONAL:
        rows = ws.warehouse.table(name)
        theirs = rows.select(*DAYS[name], key=group_key(rows.id_key)).semi_join(keys, "key")
        parts.append(_days(ws, theirs, DAYS[name]))
    return parts


def _of_first_orders(ws: Workspace, scratch: Scratch, before: Made, as_of: dt.date) -> list[ir.Table]:
    """Return the days on which people bought whose first order is of another day than it was: they are new elsewhere."""
    of_orders = Made({name: before.versions[name] for name in ("orders", "identities")}, before.as_of)
    who = touched(ws, of_orders, as_of, {})
    if who is None:
        return []
    here, there = parted(ws, scratch.keep, of_orders, who)
    now, was = scratch.keep(_bought(here, as_of)), scratch.keep(_bought(there, before.as_of))
    first, first_was = (rows.group_by("person").agg(day=rows.day.min()) for rows in (now, was))
    both = ["person", "day"]
    others = first.anti_join(first_was, both).union(first_was.anti_join(first, both))
    return [rows.semi_join(others, "person").select("day").distinct() for rows in (now, was)]


def _bought(ws: Workspace, as_of: dt.date) -> ir.Table:
    """Return person and day of every sale before a day, as `trade` sees them."""
    orders, known = ws.warehouse.table("orders"), ws.warehouse.table("identities")
    orders = orders.filter(is_sale(orders), orders.id_key.notnull())
    people = known.select(key="id_key", known_as="person_id")
    rows = orders.left_join(people, orders.id_key == people.key)
    at = ibis.coalesce(rows.paid_at, rows.ordered_at)
    bought = rows.select(
        person=group_key(ibis.coalesce(rows.known_as, rows.id_key)), day=local_day(at, ws.settings.timezone)
    )
    return bought.filter(bought.day < ibis.literal(as_of)).distinct()
