"""People seen in a file: which identifiers stood in one row, and what the row says about the person."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from quanyu.collect.layout import Layout
from quanyu.collect.note import REASON, SEEN
from quanyu.collect.record import parse
from quanyu.collect.value import cleaning
from quanyu.tables import contract

LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
PERSONAL = ("name", "phone", "email")
"""A row tells about a person when one of these is not masked."""


def links(parsed: ir.Table, layout: Layout) -> ir.Table | None:
    """Return the pairs of identifiers seen together: the best of a row with each other one; none without two kinds."""
    names = parse.ids_of(parsed)
    if len(names) < 2:
        return None
    good = _good(parsed)
    best = ibis.coalesce(*[good[name] for name in names])
    pairs = [_pair(good, best, name, layout) for name in names[1:]]
    rows = pairs[0].union(*pairs[1:]) if len(pairs) > 1 else pairs[0]
    return rows.group_by("id_key", "other_key").aggregate(
        source=ibis.literal(layout.source), is_verified=rows["is_verified"].any(),
        first_seen_at=rows["seen_at"].min(), last_seen_at=rows["seen_at"].max(),
    )  # fmt: skip


def _pair(good: ir.Table, best: ir.Value, name: str, layout: Layout) -> ir.Table:
    number = int(name[3:])
    sure = ibis.literal(layout.people.ids[number].is_verified)
    pair = good.select(id_key=best, other_key=good[name], is_verified=sure, seen_at=_seen(good))
    return pair.filter(pair["other_key"].notnull() & (pair["id_key"] != pair["other_key"]))


def members(parsed: ir.Table, layout: Layout) -> ir.Table | None:
    """Return what rows say about people: per identifier the last value of each column; none if they say nothing.

    A full name is kept rather than a later masked one.
    """
    told = [name for name in layout.people.fields if f"people__{name}" in parsed.columns]
    names = parse.ids_of(parsed)
    if not told or not names:
        return None
    good = _good(parsed)
    rows = good.select(
        id_key=ibis.coalesce(*[good[name] for name in names]),
        seen_at=_seen(good),
        **{name: good[f"people__{name}"] for name in told},
    )
    personal = [cleaning.unmasked(rows[name]) for name in PERSONAL if name in told]
    known = rows.filter(rows["id_key"].notnull() & ibis.coalesce(*personal, ibis.null("string")).notnull())
    order = ibis.coalesce(known["seen_at"], ibis.literal(LONG_AGO, type="timestamp('UTC')"))
    last = {name: known[name].argmax(order, where=known[name].notnull()) for name in told}
    if "name" in last:
        full = known["name"].argmax(order, where=cleaning.unmasked(known["name"]).notnull())
        last["name"] = ibis.coalesce(full, last["name"])
    seen = known.group_by("id_key").aggregate(seen_at=known["seen_at"].max(), **last)
    table = contract("members")
    given = {c.name: seen[c.name] if c.name in seen.columns else ibis.null(c.type) for c in table.columns}
    given["source"] = ibis.literal(layout.source)
    return seen.select(**{name: value.cast(table[name].type) for name, value in given.items()})


def _good(parsed: ir.Table) -> ir.Table:
    return parsed.filter(parsed[REASON].isnull())


def _seen(rows: ir.Table) -> ir.Value:
    return rows[SEEN] if SEEN in rows.columns else ibis.null("timestamp('UTC')")
