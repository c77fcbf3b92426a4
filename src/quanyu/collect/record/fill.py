"""What a contract's columns mean together: figures that a file leaves out and that follow from the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.tables import SALES, Table

MONEY = "decimal(18, 4)"
SURE = ("source", "currency", "into")
Cells = Mapping[str, ir.Value]
Filler = Callable[[Cells], ir.Value]


def _or(value: ir.Value, word: str) -> ir.Value:
    return ibis.coalesce(value, ibis.literal(word))


def _is_sale(t: Cells) -> ir.BooleanValue:
    return t["status"].isin(SALES).fill_null(False)


def _net_of_order(t: Cells) -> ir.Value:
    refund = t["refund_amount"].cast(MONEY).fill_null(0)
    kept = t["paid_amount"].cast(MONEY) - refund
    nothing = ibis.literal(0).cast(MONEY)
    return ibis.cases((_is_sale(t), kept), (t["status"] == "returned", -refund), else_=nothing)


def _discount_of_order(t: Cells) -> ir.Value:
    off = (
        t["gross_amount"].cast(MONEY)
        + t["shipping_amount"].cast(MONEY).fill_null(0)
        - t["paid_amount"].cast(MONEY)
    )
    nothing = ibis.literal(0).cast(MONEY)
    return ibis.cases((_is_sale(t) & (off < 0), nothing), (_is_sale(t), off), else_=ibis.null(MONEY))


def _gross_of_order(t: Cells) -> ir.Value:
    """Where no list price is known, what was paid for the goods stands for it."""
    paid = t["paid_amount"].cast(MONEY) - t["shipping_amount"].cast(MONEY).fill_null(0)
    return (_is_sale(t) & (paid >= 0)).ifelse(
        paid + t["discount_amount"].cast(MONEY).fill_null(0), ibis.null(MONEY)
    )


def _net_of_line(t: Cells) -> ir.Value:
    off = t["discount_amount"].cast(MONEY).fill_null(0)
    whole = t["n_items"].cast("float64") * t["unit_price_amount"].cast("float64")
    return whole.try_cast(MONEY) - off


FOLLOWS: Mapping[tuple[str, str], Filler] = {
    ("orders", "discount_amount"): _discount_of_order,
    ("orders", "gross_amount"): _gross_of_order,
    ("orders", "net_amount"): _net_of_order,
    ("order_lines", "net_amount"): _net_of_line,
}


def filled(table: Table, given: Cells, constants: Mapping[str, str]) -> dict[str, ir.Value]:
    """Return all columns of the contract: given ones first, then constants, then what follows from them.

    The constants (source, currency, channel, platform, into) stand where the file has no such column; those of `SURE`
    also where its cell is empty.
    """
    cells = {column.name: given.get(column.name, ibis.null(column.type)) for column in table.columns}
    for name, word in constants.items():
        if name in cells and word:
            cells[name] = (
                ibis.literal(word)
                if name not in given
                else _or(given[name], word)
                if name in SURE
                else given[name]
            )
    for (owner, name), make in FOLLOWS.items():
        if owner == table.name:
            cells[name] = ibis.coalesce(cells[name].cast(MONEY), make(cells).cast(MONEY))
    return {column.name: cells[column.name].try_cast(column.type) for column in table.columns}
