"""What becomes of the rows of somebody who is erased, table by table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from quanyu.act.erasure.identity import Known, ir_or
from quanyu.tables import CONTRACTS, Table, contract
from quanyu.warehouse import erase
from quanyu.workspace import Workspace

UNNAMED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "events": ("session_id", "properties"),
        "orders": (),
        "touches": (),
        "leads": (),
        "feedback": ("text",),
        "visits": ("session_id",),
        "visit_days": (),
    }
)
"""Facts that stay, so that sums and counts of days stay, but are nobody's: with the columns that are emptied as well."""
SENT = "deliveries"
"""Sends stay too, so that every campaign still adds up, under an id that leads nowhere."""
TOLD: Mapping[str, tuple[str, ...]] = MappingProxyType({"rejects": ("file", "reason")})
"""Required words that may speak of somebody: something else stands in their place, and the row stays."""
HELD = ("members", "people", "messages")
"""Tables whose personal columns are judged by whose row it is, not by what stands in them."""
UNKNOWN = "[erased]"
"""What stands in the place of an identifier in words that must be there."""
LAST = ("messages", "people", "members", "links", "identity_log", "identities")
"""Tables that tell who it is: they are cleared when all others are, so that whoever is killed in between can go on."""


def erase_rows(ws: Workspace, known: Known, stand_ins: Mapping[str, str]) -> dict[str, int]:
    """Take a person out of every table and of every file that a table had; return by table how many rows that were."""
    counts = dict[str, int]()
    for name in sorted(CONTRACTS, key=lambda name: LAST.index(name) if name in LAST else -1):
        if ws.warehouse.exists(name):
            n = erase(
                ws.warehouse,
                name,
                partial(_is_found, name, known),
                partial(_cleaned, name, known, stand_ins),
            )
            counts |= {name: n} if n else {}
    return counts


def rows_of(ws: Workspace, known: Known) -> dict[str, list[dict[str, object]]]:
    """Return by table the rows that are the person's; of tables whose rows are nobody's, those that speak of the person.

    What others said of the person stands in rows of their own, which are theirs.
    """
    told = dict[str, list[dict[str, object]]]()
    for name in CONTRACTS:
        if ws.warehouse.exists(name):
            rows = ws.warehouse.table(name)
            owned = known.owns(rows)
            is_theirs = _is_found(name, known, rows) if owned is None else owned
            held = ws.warehouse.read(rows.filter(is_theirs.fill_null(False)))
            told |= {name: held.to_pylist()} if held.num_rows else {}
    return told


def _is_found(name: str, known: Known, rows: ir.Table) -> ir.BooleanValue:
    owned = known.owns(rows)
    tests = [*([] if owned is None else [owned]), *_spoken(contract(name), known, rows).values()]
    return ir_or(tests) if tests else ibis.literal(False)


def _spoken(promise: Table, known: Known, rows: ir.Table) -> dict[str, ir.BooleanValue]:
    """Return by column of text whether it speaks of the person, in whoever's row."""
    columns = [
        name
        for name, kind in rows.schema().items()
        if kind.is_string() and not (promise.name in HELD and _is_personal(promise, name))
    ]
    return {name: rows[name].re_search(known.bare).fill_null(False) for name in columns}


def _is_personal(promise: Table, name: str) -> bool:
    return name in promise.by_name and promise[name].privacy == "personal"


def _cleaned(name: str, known: Known, stand_ins: Mapping[str, str], rows: ir.Table) -> ir.Table:
    """Return the rows of a table without the person."""
    promise, owned = contract(name), known.owns(rows)
    if name == SENT and owned is not None:
        return _sends(rows, owned, known, stand_ins)
    if owned is not None and name not in UNNAMED:
        rows = rows.filter(~owned)
    elif owned is not None:
        emptied = ("id_key", *UNNAMED[name])
        rows = rows.mutate(**{column: owned.ifelse(ibis.null("string"), rows[column]) for column in emptied})
    spoken = _spoken(promise, known, rows)
    told = {column: spoken.pop(column) for column in TOLD.get(name, ())}
    fixed = [column for column in spoken if column in promise.key or _is_required(promise, column)]
    if fixed:
        rows = rows.filter(~ir_or([spoken.pop(column) for column in fixed]))
    empty = {column: test.ifelse(ibis.null("string"), rows[column]) for column, test in spoken.items()}
    empty |= {column: test.ifelse(ibis.literal(UNKNOWN), rows[column]) for column, test in told.items()}
    return rows.mutate(**empty) if empty else rows


def _is_required(promise: Table, column: str) -> bool:
    return column in promise.by_name and promise[column].is_required


def _sends(rows: ir.Table, owned: ir.BooleanValue, known: Known, stand_ins: Mapping[str, str]) -> ir.Table:
    none = ibis.null("string")
    other = ibis.cases(*((rows.person_id == person, name) for person, name in stand_ins.items()), else_="")
    named = rows.campaign_id.fill_null("") + ":" + rows.step.fill_null("") + ":" + other
    waits = owned & (rows.status == "pending")
    kept = rows.mutate(
        send_id=owned.ifelse(named, rows.send_id),
        person_id=owned.ifelse(other, rows.person_id),
        why=owned.ifelse(none, rows.why),
        status=waits.ifelse(ibis.literal("suppressed"), rows.status),
        reason=waits.ifelse(ibis.literal("erased"), rows.reason),
    )
    spoken = {column: kept[column].re_search(known.bare).fill_null(False) for column in ("why", "reason")}
    return kept.mutate(**{column: test.ifelse(none, kept[column]) for column, test in spoken.items()})
