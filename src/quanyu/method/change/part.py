"""A workspace with the rows of some people only: as they are, and as they stood when a table was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import ibis.expr.types as ir

from quanyu.method.change.among import Among
from quanyu.method.change.touch import SOURCES, Made, Touched, differing, document, unit
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

Keep = Callable[[ir.Table], ir.Table]
ROW = "_row"


def parted(ws: Workspace, keep: Keep, before: Made, who: Touched) -> tuple[Workspace, Workspace]:
    """Return two workspaces to read that hold only the rows of those who are touched: as they are, as they stood.

    What adds up over people can so be brought up to date: less what these gave before, plus what they give now.
    Only tables in `before` are parted, and they stand as they stood in the columns that matter. Those who are touched
    must be so by what differs in these tables.
    """
    now: dict[str, ir.Table] = {}
    was: dict[str, ir.Table] = {}
    names = [name for name in SOURCES if name in before.versions and name not in _OF_DOCUMENTS]
    for name in names:
        now[name] = keep(_of(ws, name, who))
        was[name] = _before(ws, keep, name, before, now[name])
    if "orders" in now:
        documents = keep(
            now["orders"].select(**document(now["orders"]))
            .union(was["orders"].select(**document(was["orders"]))).distinct()
        )  # fmt: skip
        for name in (name for name in _OF_DOCUMENTS if name in before.versions):
            rows = ws.warehouse.table(name)
            now[name] = keep(_semi(rows, document(rows), documents))
            was[name] = _before(ws, keep, name, before, now[name])
    return _workspace(ws, now), _workspace(ws, was)


def only(ws: Workspace, keep: Keep, names: Sequence[str], who: Touched) -> Workspace:
    """Return a workspace to read that holds of some tables only the rows of some people, as they are."""
    return _workspace(ws, {name: keep(_of(ws, name, who)) for name in names})


_OF_DOCUMENTS = ("margins", "order_lines")
"""Tables whose rows are of orders, and of people through them."""


def _of(ws: Workspace, name: str, who: Touched) -> ir.Table:
    rows = ws.warehouse.table(name)
    if name in {"people", "deliveries"}:
        return _semi(rows, {"person": group_key(rows.person_id)}, who.people)
    if "id_key" not in rows.columns:
        return rows
    key = unit(rows) if name == "orders" else group_key(rows.id_key)
    return _semi(rows, {"key": key}, who.keys)


def _semi(rows: ir.Table, keys: Mapping[str, ir.Value], some: ir.Table) -> ir.Table:
    named = {f"_{name}": value for name, value in keys.items()}
    joined = rows.mutate(**named).semi_join(some, [(f"_{name}", name) for name in keys])
    return joined.drop(*named)


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


def _workspace(ws: Workspace, rows: Mapping[str, ir.Table]) -> Workspace:
    part = replace(ws)
    part.__dict__.update(warehouse=Among(ws.warehouse, rows), ledger=ws.ledger)
    return part
