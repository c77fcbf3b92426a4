"""Put what a file says beside what is known: which of two values counts, and which of two states is the later one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.collect.value import cleaning
from quanyu.tables import STATUSES, Table

Fold = Callable[[ir.Value, ir.Value], ir.Value]

ADDED, CHANGED, BEHIND = "_added", "_changed", "_behind"
"""Of a row put beside the one known: there was none, it is not the same any more, its state is the earlier one."""

LIFE = {status: min(place, STATUSES.index("closed")) for place, status in enumerate(STATUSES)}
"""How far an order has come: placed, paid, shipped, completed, closed; nothing follows on what is closed."""


def _earlier(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.least(ibis.coalesce(new, old), ibis.coalesce(old, new))


def _later(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.greatest(ibis.coalesce(new, old), ibis.coalesce(old, new))


def _either(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.coalesce(new | old, new, old)


def _fuller(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.coalesce(cleaning.unmasked(new), cleaning.unmasked(old), new, old)


def _said(new: ir.Value, old: ir.Value) -> ir.Value:
    return ibis.coalesce(new, old)


FOLDS: Mapping[tuple[str, str], Fold] = {
    ("links", "first_seen_at"): _earlier, ("links", "last_seen_at"): _later, ("links", "is_verified"): _either,
    ("members", "name"): _fuller,
}  # fmt: skip
"""How a value that is known already and a new one become one; elsewhere the new one, if there is one."""


def is_guarded(table: Table) -> bool:
    """Say whether rows of the table have a state that never goes back."""
    return "status" in table.by_name and "refund_amount" in table.by_name


def beside(rows: ir.Table, known: ir.Table, table: Table, *, is_forced: ir.BooleanValue) -> ir.Table:
    """Return the rows completed by the known ones of the same key, with `_added`, `_changed` and `_behind`.

    Where a row is at an earlier state than the known one, the known one counts and is only completed by it, unless
    `is_forced`. Further columns of the rows stay.
    """
    more = [name for name in rows.columns if name not in table.schema.names]
    there = known.mutate(_is_there=ibis.literal(True))
    same = [rows[key].identical_to(there[key]) for key in table.key]
    both = rows.left_join(there, same, rname="{name}_old")
    behind = ibis.literal(False)
    if is_guarded(table):
        behind = (~is_forced & goes_back(both)).fill_null(False)
    # Amounts of one currency never complete those of another.
    moved = (both.currency != both.currency_old).fill_null(False) if table.amounts else ibis.literal(False)
    values = {}
    for name in table.schema.names:
        value = both[name]
        if name not in table.key:
            apart = moved if name in table.amounts else ibis.literal(False)
            old, fold = both[f"{name}_old"], FOLDS.get((table.name, name), _said)
            value = fold(both[name], apart.ifelse(ibis.null(old.type()), old))
            if is_guarded(table):
                new = apart.ifelse(ibis.null(old.type()), both[name])
                value = behind.ifelse(fold(old, new), value)
        values[name] = value
    marked = both.select(
        **values,
        **{name: both[name] for name in more},
        **{BEHIND: behind, ADDED: both["_is_there"].isnull()},
        **{f"{name}_old": both[f"{name}_old"] for name in table.schema.names if name not in table.key},
    )
    differs = [
        ~marked[name].identical_to(marked[f"{name}_old"])
        for name in table.schema.names
        if name not in table.key
    ]
    changed = ~marked[ADDED] & (ibis.or_(*differs) if differs else ibis.literal(False))
    return marked.mutate(**{CHANGED: changed}).select(*table.schema.names, *more, ADDED, CHANGED, BEHIND)


def goes_back(both: ir.Table) -> ir.BooleanValue:
    """Say where the row's state comes before the known one's: an earlier status, or the same with less refunded."""
    new, old = _life(both.status), _life(both.status_old)
    return (new < old) | ((new == old) & (both.refund_amount < both.refund_amount_old).fill_null(False))


def _life(status: ir.StringValue) -> ir.IntegerValue:
    return ibis.cases(*((status == word, place) for word, place in LIFE.items()), else_=0)
