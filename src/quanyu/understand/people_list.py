"""A list of people: whom it holds, and what is shown of them, a page at a time or all in a stream.

Whom a list holds is a rule (`group = champions; city_tier = 1`), or what a member of staff has at hand: an id, a name,
a phone number, a mail address, an order number. Names, phones and mail addresses leave masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.part.day import as_of
from quanyu.part.paging import whom_after
from quanyu.part.reading import keys_of
from quanyu.rule import Asking, known_columns, meant_rule, members, parse
from quanyu.tables.text.mask import mask_email, mask_name, mask_phone
from quanyu.understand.alive import is_alive_withdrawn
from quanyu.workspace import Workspace

OF_RECORD = ("name", "phone", "email", "region", "city", "member_tier")
"""Columns of the golden record that a list can show."""
MASKS: Mapping[str, Callable[[str | None], str]] = MappingProxyType(
    {"name": mask_name, "phone": mask_phone, "email": mask_email}
)
MOST_OWNERS = 10_000
"""How many people one text may stand for by their identifiers; a name's beginning finds any number."""

Row = tuple[Any, ...]
"""The person's id, then the values of the columns asked for; None for what is not known."""


@dataclass(frozen=True)
class Whom:
    """Who is in a list: those for whom the rule holds, and, where there is a text, whom it stands for."""

    rule: str = ""
    text: str = ""


@dataclass(frozen=True)
class Order:
    """By which column a list is sorted, unknown values last; equal ones by the person's id."""

    column: str = "monetary_amount"
    is_descending: bool = True


@dataclass(frozen=True)
class Listing:
    """A list: whom it holds, which columns of theirs it shows, in which order."""

    whom: Whom
    columns: tuple[str, ...]
    order: Order = Order()


def count(ws: Workspace, whom: Whom) -> int:
    """Return how many people a list holds; raise `RuleError` for a rule that cannot be read."""
    return int(ws.warehouse.read(_held(ws, whom).count()).column(0)[0].as_py())


def page(ws: Workspace, listing: Listing, first: int = 0, n: int = 50) -> list[Row]:
    """Return `n` rows of a list from the row `first` on."""
    upto = _listed(ws, listing).limit(first + n)
    # A limit inside a query promises no order to what is read from it, and an offset counts rows in none on Spark.
    rows = ws.warehouse.read(_sorted(upto, listing.order)).slice(first).to_pylist()
    return [_masked(listing.columns, row) for row in rows]


def page_after(ws: Workspace, listing: Listing, after: str, n: int = 50) -> list[Row]:
    """Return the `n` rows of a list by id that come next after a person; the first where nobody is named."""
    rows = whom_after(_joined(ws, listing), after, n)
    return [_masked(listing.columns, row) for row in ws.warehouse.read(rows).to_pylist()]


def every(ws: Workspace, listing: Listing) -> Iterator[Row]:
    """Yield every row of a list, however long it is, in its order."""
    for batch in ws.warehouse.stream(_listed(ws, listing), 20_000):
        yield from (_masked(listing.columns, row) for row in batch.to_pylist())


def plain_rule(ws: Workspace, rule: str) -> str:
    """Return a rule with its words as columns hold them; raise `RuleError` for a word that nobody has."""
    return meant_rule(rule, ws.warehouse.table, ws.warehouse.read)


def shown_columns(ws: Workspace) -> tuple[str, ...]:
    """Return the columns that a list can show and be sorted by: those of the golden record, and those of rules.

    Without P(alive) where the forecast does not fit.
    """
    beside = {"p_alive"} if is_alive_withdrawn(ws) else set()
    return tuple(
        name for name in dict.fromkeys((*OF_RECORD, *known_columns(ws.warehouse.table))) if name not in beside
    )


def _sorted(rows: ir.Table, order: Order) -> ir.Table:
    direction = ibis.desc if order.is_descending else ibis.asc
    return rows.order_by(direction(rows[order.column], nulls_first=False), rows.person_id)


def _listed(ws: Workspace, listing: Listing) -> ir.Table:
    """Return the people of a list in its order."""
    return _sorted(_joined(ws, listing), listing.order)


def _joined(ws: Workspace, listing: Listing) -> ir.Table:
    """Return the people of a list, with the columns from the tables that hold them."""
    homes = {**known_columns(ws.warehouse.table), **dict.fromkeys(OF_RECORD, "people")}
    wanted = {
        name: homes[name]
        for name in dict.fromkeys((*listing.columns, listing.order.column))
        if name != "person_id"
    }
    rows = _held(ws, listing.whom)
    for home in sorted(set(wanted.values())):
        names = [name for name, source in wanted.items() if source == home]
        more = ws.warehouse.table(home).select("person_id", *names)
        rows = rows.left_join(more, "person_id").select(*rows.columns, *names)
    return rows


def _masked(columns: Sequence[str], row: Mapping[str, Any]) -> Row:
    told = (MASKS[name](row[name]) or None if name in MASKS else row[name] for name in columns)
    return (row["person_id"], *told)


def _held(ws: Workspace, whom: Whom) -> ir.Table:
    """Return the ids of the people a list holds."""
    rows = ws.warehouse.table("people")
    if whom.text.strip():
        rows = rows.filter(_stands_for(ws, rows, whom.text.strip()))
    held = rows.select("person_id")
    if whom.rule.strip():
        held = held.semi_join(members(parse(whom.rule), Asking.of(ws, as_of(ws))), "person_id")
    return held


def _stands_for(ws: Workspace, people: ir.Table, text: str) -> ir.BooleanValue:
    """Say of whom a text is the id, an identifier, a phone, a mail or an order number, or whose name begins so.

    Phones and mails are looked up by their keyed hash, so any of a person's is found. A number that does not say its
    country is one of the workspace's country, else its digits begin with their country code.
    """
    identities, orders = ws.warehouse.table("identities"), ws.warehouse.table("orders")
    named = orders.order_name.isin([text, f"#{text}"]).fill_null(ibis.literal(False))
    buyers = orders.filter((orders.order_id == text) | named).select("id_key")
    is_theirs = identities.id_key.isin(keys_of(ws, text)) | identities.id_key.isin(buyers.id_key)
    owners = ws.warehouse.read(identities.filter(is_theirs).select("person_id").limit(MOST_OWNERS))
    ids = [text, *owners["person_id"].to_pylist()]
    return people.person_id.isin(ids) | people.name.startswith(text).fill_null(ibis.literal(False))
