"""A workspace with the rows of some people only: as they are, and as they stood when a table was made."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from quanyu.method.change.among import among
from quanyu.method.change.touch import (
    EVERY,
    SOURCES,
    Made,
    Touched,
    Which,
    differing,
    document,
    semi,
    those,
)
from quanyu.workspace import Workspace

Keep = Callable[[ir.Table], ir.Table]
ROW = "_row"


def parted(
    ws: Workspace, keep: Keep, before: Made, who: Touched, which: Which = EVERY
) -> tuple[Workspace, Workspace]:
    """Return two workspaces to read that hold only the rows of those who are touched: as they are, as they stood.

    What adds up over people can so be brought up to date: less what these gave before, plus what they give now.
    Only tables in `before` are parted, and they stand as they stood in the columns that matter. Those who are touched
    must be so by what differs in these tables. Rows that are none of `which` a step reads may be missing.
    """
    now: dict[str, ir.Table] = {}
    was: dict[str, ir.Table] = {}
    names = [name for name in SOURCES if name in before.versions and name not in _DOCUMENTS]
    for name in names:
        now[name] = keep(those(which, name, who.rows(ws.warehouse, name)))
        was[name] = _before(ws, keep, name, before, now[name])
    if "orders" in now:
        changed = keep(
            now["orders"].select(**document(now["orders"]))
            .union(was["orders"].select(**document(was["orders"]))).distinct()
        )  # fmt: skip
        for name in (name for name in _DOCUMENTS if name in before.versions):
            now[name] = keep(_of_documents(ws, name, changed))
            was[name] = _before(ws, keep, name, before, now[name])
    return among(ws, now), among(ws, was)


_DOCUMENTS = ("margins", "order_lines")
"""Tables whose rows are of orders, and of people through them."""


def documents(ws: Workspace, before: Made) -> tuple[Workspace, Workspace] | None:
    """Return two workspaces to read that hold of orders and their lines only those that differ: as they are, as they stood.

    Kept for the rest of the turn. None if it cannot be told.
    """
    names, keep = ("orders", "order_lines"), ws.warehouse.turn.keep

    def work_out() -> tuple[Workspace, Workspace] | None:
        moved = [differing(ws, name, before.versions[name]) for name in names]
        if any(pair is None for pair in moved):
            return None
        key = ["source", "document"]
        told = [rows.select(key) for pair in moved if pair for rows in pair]
        differ = keep(ibis.union(*told, distinct=True))
        now = {name: keep(_of_documents(ws, name, differ)) for name in names}
        was = {name: _before(ws, keep, name, before, now[name]) for name in names}
        return among(ws, now), among(ws, was)

    since = tuple((before.versions[name], ws.warehouse.version(name)) for name in names)
    return ws.warehouse.turn.once(("documents", since), work_out)


def _of_documents(ws: Workspace, name: str, some: ir.Table) -> ir.Table:
    rows = ws.warehouse.table(name)
    return semi(rows, document(rows), some)


def _before(ws: Workspace, keep: Keep, name: str, before: Made, now: ir.Table) -> ir.Table:
    """Return the rows as they stood: those of now less what came, plus what went."""
    source, since = SOURCES[name], before.versions[name]
    if ws.warehouse.version(name) == since:
        return now
    moved, differs = ws.warehouse.moved(name, since), differing(ws, name, since)
    if moved is None or differs is None:
        raise RuntimeError(name)  # whoever is touched was found from the same rows
    (gone, come), old = differs, moved[0]
    here = now.mutate(**{ROW: source.row(now)}).anti_join(come, [(ROW, "row")])
    went = old.mutate(**{ROW: source.row(old)}).semi_join(gone, [(ROW, "row")])
    return keep(here.select(now.columns).union(went.select(now.columns)))
