"""Rows of several files become one per key, as if the files were brought one after another."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir

from quanyu.collect.merge.beside import ADDED, BEHIND, CHANGED, FOLDS, beside
from quanyu.collect.money import as_told
from quanyu.collect.note import SEQ
from quanyu.collect.value import cleaning
from quanyu.tables import Table
from quanyu.warehouse.merge import recency
from quanyu.warehouse.portable import row_key
from quanyu.workspace import Workspace

LAYER, LAST, SAME = "_layer", "_last", "_same"
"""How many files before it have its key; whether none after it has; whether
nothing new came of it."""


def said_once(table: Table, rows: ir.Table, again: frozenset[int]) -> ir.Table:
    """Return one row per key: of the last file that is read again, else of the first that has it."""
    forced = rows[SEQ].isin(sorted(again)) if again else ibis.literal(False)
    order = [forced.desc(), forced.ifelse(-rows[SEQ], rows[SEQ]), *recency(table, rows)]
    return _first(rows, list(table.key), order)


def one_per_key(table: Table, rows: ir.Table, key: list[str]) -> ir.Table:
    """Return one row per key, chosen by what the rows say rather than by where they stand."""
    return _first(rows, key, recency(table, rows))


def _first(rows: ir.Table, by: list[str], order: list[ir.Value]) -> ir.Table:
    place = ibis.row_number().over(group_by=by, order_by=order)
    return rows.mutate(_place=place).filter(lambda t: t["_place"] == 0).drop("_place")


def layered(ws: Workspace, table: Table, rows: ir.Table, work: Path, again: frozenset[int]) -> ir.Table:
    """Return a row per key and file, each put beside the one before it, the first beside the row that is known.

    A row that says the same as that of the file before is passed over. `_last` marks the one that stands.
    """
    engine = ws.warehouse.engine
    distinct = ws.warehouse.scan(engine.write(_layers(table, rows), work / f"{table.name}.layers"))
    deepest = distinct[LAYER].max(where=~distinct[SAME])
    n_layers = ws.warehouse.read(distinct.aggregate(n=deepest)).column(0)[0].as_py()
    known, files = as_told(table, ws.warehouse.table(table.name)), []
    for layer in range(int(n_layers or 0) + 1):
        now = distinct.filter(distinct[LAYER] == layer, ~distinct[SAME])
        forced = now[SEQ].isin(sorted(again)) if again and not layer else ibis.literal(False)
        told = beside(now, known, table, is_forced=forced)
        written = engine.write(told, work / f"{table.name}.{layer}")
        files += written
        known = ws.warehouse.scan(written).select(table.schema.names)
    told = ws.warehouse.scan(files)
    skipped = distinct.filter(distinct[SAME]).mutate(
        **{flag: ibis.literal(False) for flag in (ADDED, CHANGED, BEHIND)}, **{LAST: ibis.literal(False)}
    )
    told = told.mutate(**{SAME: ~(told[ADDED] | told[CHANGED])})
    return told.union(skipped.select(told.columns))


def _layers(table: Table, rows: ir.Table) -> ir.Table:
    unique = one_per_key(table, rows, [*table.key, SEQ])
    values = [name for name in table.schema.names if name not in table.key]
    hashed = unique.mutate(_hash=row_key(unique, values))
    in_order = ibis.window(group_by=list(table.key), order_by=hashed[SEQ])
    marked = hashed.mutate(
        **{SAME: (hashed["_hash"] == hashed["_hash"].lag().over(in_order)).fill_null(False)}
    )
    turn = ibis.window(group_by=[*table.key, SAME], order_by=marked[SEQ])
    back = ibis.window(group_by=[*table.key, SAME], order_by=marked[SEQ].desc())
    return marked.mutate(
        **{LAYER: ibis.row_number().over(turn), LAST: ibis.row_number().over(back) == 0}
    ).drop("_hash")


def at_once(ws: Workspace, table: Table, rows: ir.Table, work: Path, again: frozenset[int]) -> ir.Table:
    """Return one row per key, of values that can be found in any order; it counts for the last file that has it."""
    unique = one_per_key(table, rows, [*table.key, SEQ])
    folded = unique.group_by(list(table.key)).aggregate(
        **{SEQ: unique[SEQ].max()},
        **{name: _last(table, unique, name) for name in table.schema.names if name not in table.key},
    )
    known = ws.warehouse.table(table.name)
    told = beside(folded, known, table, is_forced=ibis.literal(True))
    told = told.mutate(**{SAME: ~(told[ADDED] | told[CHANGED]), LAST: ibis.literal(True)})
    return ws.warehouse.scan(ws.warehouse.engine.write(told, work / f"{table.name}.whole"))


def _last(table: Table, rows: ir.Table, name: str) -> ir.Value:
    value = rows[name]
    last = value.argmax(rows[SEQ], where=value.notnull())
    match FOLDS.get((table.name, name)):
        case None:
            return last
        case fold if fold.__name__ == "_earlier":
            return value.min()
        case fold if fold.__name__ == "_later":
            return value.max()
        case fold if fold.__name__ == "_either":
            return value.any()
    return ibis.coalesce(value.argmax(rows[SEQ], where=cleaning.unmasked(value).notnull()), last)
