"""Rows of what people did as tables: their person, moment and the columns that a rule asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import ibis.expr.types as ir

from quanyu.rule.verb import PROPERTIES, Rows
from quanyu.warehouse.portable import group_key, json_text

Look = Callable[[str], ir.Table]
LINKS: Mapping[str, tuple[str, ...]] = {
    "items": ("item_id",), "orders": ("source", "order_id"), "deliveries": ("send_id",),
}  # fmt: skip
"""By which columns rows are joined with the tables whose columns they have too."""
AT = "at"


def cell(name: str) -> str:
    """Return the name of a column as engines have it."""
    return name.replace(".", "__")


def rows_of(look: Look, rows: Rows, names: Iterable[str]) -> ir.Table:
    """Return rows with `owner` (a number: see `owners`), `at`, the columns asked for, and those that order them."""
    wanted = dict.fromkeys((*names, *rows.key))
    table = look(rows.table.name)
    if rows.is_of_orders:
        table = _joined(look, table, "orders", {"id_key": "id_key", "ordered_at": "ordered_at"})
    for prefix, more in rows.more.items():
        asked = [name.partition(".")[2] for name in wanted if name.startswith(f"{prefix}.")]
        if asked:
            table = _joined(look, table, more.name, {name: cell(f"{prefix}.{name}") for name in asked})
    columns = {cell(name): _column(table, name) for name in wanted}
    return table.select(owner=group_key(table[rows.of]), **{AT: table[rows.time]}, **columns)


def owners(look: Look, rows: Rows) -> ir.Table:
    """Return owner and person: the numbers of an identifier, or of a person, and of the person behind it."""
    table = look("identities" if rows.of == "id_key" else "people")
    return table.select(owner=group_key(table[rows.of]), person=group_key(table.person_id))


def _joined(look: Look, table: ir.Table, name: str, columns: Mapping[str, str]) -> ir.Table:
    other, keys = look(name), LINKS[name]
    more = other.select(*keys, **{into: other[column] for column, into in columns.items()})
    return table.left_join(more, keys).select(*table.columns, *columns.values())


def _column(table: ir.Table, name: str) -> ir.Value:
    if name.startswith(PROPERTIES):
        return json_text(table.properties, name.removeprefix(PROPERTIES))
    return table[cell(name)]


__all__ = ["AT", "Look", "cell", "owners", "rows_of"]
