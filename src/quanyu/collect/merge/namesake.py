"""Orders of one number: the same order told with and without its id, and different orders that two stores number alike."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir

from quanyu.collect.note import SEQ
from quanyu.tables import contract
from quanyu.workspace import Workspace

NUMBERED = ("orders", "order_lines")
"""Tables whose rows follow when an order goes under another id."""


def namesakes(ws: Workspace, rows: ir.Table, work: Path) -> ir.Table | None:
    """Return the orders among `rows` that go under another id (source, order_id, _seq, _to), or None if none does.

    Only orders that people know by another name than the source's id are looked at (`order_name`). Told without an id,
    an order goes under the id of the known one of its name and time, and the other way round. An order that has the id
    of another one, placed at another time or by another buyer for another sum, is one of another store: it goes under
    an id of its own. The one that came first keeps its id.
    """
    seen = _seen(rows, rows[SEQ] if SEQ in rows.columns else ibis.literal(0, "int64"))
    if not ws.warehouse.read(seen.limit(1)).num_rows:
        return None
    both = seen.union(_seen(ws.warehouse.table("orders"), ibis.literal(-1, "int64")))
    named = ["source", "order_name", "ordered_at"]
    groups = both.group_by(named).aggregate(
        n_ids=both.order_id.nunique(),
        n_bare=both.order_id.nunique(where=both.order_id == both.order_name),
        first=both.order_id.argmin(both[SEQ]),
    )
    is_one = (groups.n_ids == 2) & (groups.n_bare == 1)
    groups = groups.filter(is_one).select(*named, one=groups["first"])
    aliased = both.left_join(groups, named)
    aliased = aliased.mutate(_id=ibis.coalesce(aliased.one, aliased.order_id)).drop("one")
    told = _apart(aliased.select(*both.columns, "_id"))
    told = told.filter(told[SEQ] >= 0, told["_to"] != told.order_id)
    moved = told.select("source", "order_id", SEQ, "_to").distinct()
    written = ws.warehouse.scan(ws.warehouse.engine.write(moved, work / "namesakes"))
    return written if ws.warehouse.read(written.limit(1)).num_rows else None


def _seen(rows: ir.Table, place: ir.Value) -> ir.Table:
    seen = rows.filter(rows.order_name.notnull())
    columns = ("source", "order_id", "order_name", "ordered_at", "id_key", "gross_amount")
    typed = {name: seen[name].cast(contract("orders")[name].type) for name in columns}
    return seen.select(**typed, **{SEQ: (seen[SEQ] if SEQ in seen.columns else place).cast("int64")})


def _apart(rows: ir.Table) -> ir.Table:
    """Return the rows with the id `_to` that each goes under, seen beside the one that came first."""
    first = rows.group_by("source", "_id").aggregate(
        **{f"{name}_1": rows[name].argmin(rows[SEQ]) for name in ("ordered_at", "id_key", "gross_amount")}
    )
    both = rows.left_join(first, ["source", "_id"])
    is_other_time = (both.ordered_at != both.ordered_at_1).fill_null(False)
    kinds = [key.split(":")[0] for key in (both.id_key, both.id_key_1)]
    is_other_buyer = (
        (kinds[0] == kinds[1]) & (both.id_key != both.id_key_1) & (both.gross_amount != both.gross_amount_1)
    ).fill_null(False)
    own = ibis.cases(
        (is_other_time, both["_id"] + "/" + both.ordered_at.cast("string")),
        (is_other_buyer, both["_id"] + "/" + both.id_key.right(8)),
        else_=both["_id"],
    )
    return both.select(*rows.columns, _to=own)


def under_own_id(rows: ir.Table, moved: ir.Table | None) -> ir.Table:
    """Return orders or lines under the ids that their orders go under."""
    if moved is None:
        return rows
    same = [rows.source == moved.source, rows.order_id == moved.order_id]
    if SEQ in rows.columns:
        same.append(rows[SEQ] == moved[SEQ])
    both = rows.left_join(moved, same, rname="{name}_moved")
    return both.mutate(order_id=ibis.coalesce(both["_to"], both.order_id)).select(rows.columns)
