"""Money in the workspace's currency: converted by dated rates where it comes in, held back where no rate is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import ibis
import ibis.expr.types as ir

from quanyu.collect.money.rate import newest, spread
from quanyu.part.step import Step
from quanyu.tables import CONTRACTS, Table, contract
from quanyu.tables.contract import ORIGINAL
from quanyu.tables.sale import is_waiting
from quanyu.text import Sentence
from quanyu.warehouse import Basis
from quanyu.warehouse.merge import again
from quanyu.warehouse.portable import local_day, money, price
from quanyu.workspace import Workspace

COUNTED = tuple(name for name, table in CONTRACTS.items() if table.amounts)
"""Tables whose amounts stand in the workspace's currency."""
NEW = "_new_"
_ROUNDED = {"money": money, "price": price}


@dataclass(frozen=True)
class Waiting:
    """Rows of a table that wait for the rate of a currency; until then they count nowhere as money."""

    table: str
    currency: str
    n_rows: int


def as_told(table: Table, rows: ir.Table) -> ir.Table:
    """Return rows with every amount as its source said it, in the currency of the row."""
    if not table.amounts:
        return rows
    told: dict[str, ir.Value] = {
        name: ibis.coalesce(rows[f"{ORIGINAL}{name}"], rows[name]) for name in table.amounts
    }
    nothing = {f"{ORIGINAL}{name}": ibis.null(table[name].type) for name in table.amounts}
    return rows.mutate(**told, **nothing, fx_rate=ibis.null("float64"))


def in_currency(ws: Workspace, table: Table, rows: ir.Table) -> ir.Table:
    """Return rows as the table keeps them: amounts in the workspace's currency, the original ones beside.

    Rows without a currency are in the workspace's; lines of orders are in that of their order. A foreign row is
    converted at the rate of its day (`quanyu.collect.money.rate`), or has no amounts until there is one.
    """
    if not table.amounts:
        return rows
    if not _is_foreign(ws, table, rows):
        return rows.mutate(currency=rows.currency.fill_null(ws.settings.currency))
    return _settled(rows.columns, _valued(ws, table, rows))


def convert(ws: Workspace) -> list[str]:
    """Convert anew what the rates known now value otherwise: what waited, or was converted at a corrected rate.

    Returns the tables that changed.
    """
    return [name for name in COUNTED if again(partial(_converted, ws, name))]


def _converted(ws: Workspace, name: str) -> bool:
    basis = Basis(ws.warehouse.newest(name))
    rows = _differing(ws, name)
    if rows is not None:
        ws.warehouse.replace(name, _settled(contract(name).schema.names, rows), by="collect", basis=basis)
    return rows is not None


def unconverted(ws: Workspace) -> str:
    """Say which tables `convert` would change, nothing where there is none. Nothing is written."""
    tables = [name for name in COUNTED if _differing(ws, name) is not None]
    return (
        Sentence("rates for {tables} are known now or have changed", tables=", ".join(tables))
        if tables
        else ""
    )


def waiting(ws: Workspace) -> list[Waiting]:
    """Return the rows that wait for a rate, by table and currency."""
    waits = []
    for name in (name for name in COUNTED if not _is_plain(ws, name)):
        rows = ws.warehouse.table(name)
        lack = rows.filter(is_waiting(contract(name), rows))
        counts = lack.group_by("currency").aggregate(n=lack.count()).order_by("currency")
        waits += [Waiting(name, row["currency"], row["n"]) for row in ws.warehouse.read(counts).to_pylist()]
    return waits


def _is_foreign(ws: Workspace, table: Table, rows: ir.Table) -> bool:
    """Say whether any row may be in another currency than the workspace's."""
    marks = [(rows.currency != ws.settings.currency).fill_null(False), rows.fx_rate.notnull()]
    marks += [rows[f"{ORIGINAL}{name}"].notnull() for name in table.amounts]
    if _any(ws, rows, marks):
        return True
    has_orders = table.name == "order_lines" and ws.warehouse.count("orders") > 0
    return has_orders and _is_foreign(ws, contract("orders"), ws.warehouse.table("orders"))


def _is_plain(ws: Workspace, name: str) -> bool:
    """Say whether the footers of a table's files show that every row is in the workspace's currency: no row is read."""
    marks = ["fx_rate", *(f"{ORIGINAL}{amount}" for amount in contract(name).amounts)]
    extents = ws.warehouse.extents(name, "currency", *marks)
    told = {mark: extent for mark, extent in extents.items() if extent is not None}
    is_own = told.keys() == extents.keys() and told.pop("currency").is_only(ws.settings.currency)
    is_own = is_own and all(extent.is_only() for extent in told.values())
    return is_own and (name != "order_lines" or _is_plain(ws, "orders"))


def _differing(ws: Workspace, name: str) -> ir.Table | None:
    """Return a table with its values at the rates known now beside it, or None if they are the same."""
    if _is_plain(ws, name):
        return None
    table, rows = contract(name), ws.warehouse.table(name)
    if not _is_foreign(ws, table, rows):
        return None
    valued = _valued(ws, table, rows)
    new = [column for column in valued.columns if column.startswith(NEW)]
    changed = [~valued[column].identical_to(valued[column.removeprefix(NEW)]) for column in new]
    return valued if _any(ws, valued, changed) else None


def _any(ws: Workspace, rows: ir.Table, marks: list[ir.BooleanValue]) -> bool:
    counted = rows.aggregate(n=ibis.or_(*marks).cast("int64").sum())
    return bool(ws.warehouse.read(counted).column(0)[0].as_py())


def _valued(ws: Workspace, table: Table, rows: ir.Table) -> ir.Table:
    """Return rows with what they should be beside every column that has to do with money."""
    rows = _dated(ws, table, rows)
    rates = _rates(ws, table)
    both = rows.left_join(rates, [rows["_currency"] == rates["_of"], rows["_day"] == rates["_on"]])
    is_foreign = both["_currency"] != ws.settings.currency
    new: dict[str, ir.Value] = {
        "currency": both["_currency"],
        "fx_rate": is_foreign.ifelse(both["_rate"], ibis.null("float64")),
    }
    for name in table.amounts:
        told = ibis.coalesce(both[f"{ORIGINAL}{name}"], both[name]).cast(table[name].type)
        worth = _ROUNDED[table[name].kind](told.cast("float64") * both["_rate"])
        new[name] = is_foreign.ifelse(worth, told)
        new[f"{ORIGINAL}{name}"] = is_foreign.ifelse(told, ibis.null(table[name].type))
    return both.mutate(**{f"{NEW}{name}": value for name, value in new.items()})


def _settled(columns: Sequence[str], valued: ir.Table) -> ir.Table:
    """Return the columns, new ones where there are any."""
    names = {name: f"{NEW}{name}" if f"{NEW}{name}" in valued.columns else name for name in columns}
    return valued.select(**{name: valued[source] for name, source in names.items()})


def _dated(ws: Workspace, table: Table, rows: ir.Table) -> ir.Table:
    """Add the currency of each row and the day whose rate counts: that of the order for its lines, today for items."""
    usual, zone = ws.settings.currency, ws.settings.timezone
    if table.name == "order_lines":
        orders = ws.warehouse.table("orders")
        orders = orders.select(
            _source="source",
            _order="order_id",
            _told=orders.currency.fill_null(usual),
            _day=local_day(orders.ordered_at, zone),
        )
        same = [rows.source == orders["_source"], rows.order_id == orders["_order"]]
        rows = rows.left_join(orders, same)
        return rows.mutate(_currency=ibis.coalesce(rows["_told"], rows.currency, ibis.literal(usual)))
    day = ibis.literal(ws.today())
    if table.time:
        at = rows[table.time]
        day = at if table[table.time].kind == "day" else local_day(at, zone)
    return rows.mutate(_currency=rows.currency.fill_null(usual), _day=day)


def _rates(ws: Workspace, table: Table) -> ir.Table:
    """Return _of, _on, _rate: what the currencies are worth in the workspace's, day by day."""
    told = ws.warehouse.read(ws.warehouse.table("fx_rates")).to_pylist()
    has_days = bool(table.time) or table.name == "order_lines"
    into = ws.settings.currency
    rates = spread(told, into, ws.settings.fx_days) if has_days else newest(told, into, ws.today())
    return ibis.memtable(rates.rename_columns(["_of", "_on", "_rate"]))


STEP = Step(
    "currency",
    "Convert what waited for a rate",
    ("fx_rates", *COUNTED),
    COUNTED,
    lambda ws, _: convert(ws),
    waiting=unconverted,
)
