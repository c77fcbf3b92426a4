"""What happened with one person, newest first: orders, events, contacts and feedback in one list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated

import ibis
import ibis.expr.types as ir

from quanyu.part.given import Named, Quoted
from quanyu.text import Text
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Source:
    """How a fact table appears in a timeline: its time and the columns for what, about what, how much."""

    time: str
    what: str
    about: str
    amount: str | None


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "orders": Source("ordered_at", "status", "order_id", "net_amount"),
        "events": Source("occurred_at", "name", "item_id", "value_amount"),
        "touches": Source("touched_at", "kind", "campaign_id", "cost_amount"),
        "feedback": Source("said_at", "kind", "text", None),
    }
)


@dataclass(frozen=True)
class Moment:
    """One line of a timeline; `table` says which fact it is."""

    at: dt.datetime
    table: str
    what: Annotated[Named, Text]
    channel: Named
    about: Quoted | None
    amount: Decimal | None


def timeline(ws: Workspace, person_id: str, limit: int = 100) -> list[Moment]:
    """Return the newest moments of a person; equal times are ordered by table and subject."""
    identities = ws.warehouse.table("identities")
    owned = ws.warehouse.read(identities.filter(identities.person_id == person_id).select("id_key"))
    keys = owned["id_key"].to_pylist()
    if not keys:
        return []
    parts = [_newest(ws, name, keys, limit) for name in SOURCES]
    rows = ibis.union(*parts).order_by(ibis.desc("at"), "table", "about").limit(limit)
    return [Moment(**row) for row in ws.warehouse.read(rows).to_pylist()]


def _newest(ws: Workspace, table: str, keys: list[str], limit: int) -> ir.Table:
    source = SOURCES[table]
    rows = ws.warehouse.table(table)
    person_rows = rows.filter(rows.id_key.isin(keys))
    amount = person_rows[source.amount] if source.amount else ibis.null("decimal(18, 2)")
    columns = person_rows.select(
        at=person_rows[source.time],
        table=ibis.literal(table),
        what=person_rows[source.what].fill_null(""),
        channel=person_rows.channel.fill_null(""),
        about=person_rows[source.about].fill_null(""),
        amount=amount.cast("decimal(18, 2)"),
    )
    return columns.order_by(ibis.desc("at"), "about").limit(limit)
