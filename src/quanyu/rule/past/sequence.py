"""Things done one after another: who did them."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from quanyu.rule.asking import Asking
from quanyu.rule.expression import expression
from quanyu.rule.row import AT, cell, owners, rows_of
from quanyu.rule.tree import Did, Node, Sequence, columns
from quanyu.rule.verb import VERBS, claim_of
from quanyu.rule.window import length, micros, reach
from quanyu.warehouse.portable import unix_micros

NEVER = ibis.null("int64")


def followed(asking: Asking, sequence: Sequence) -> ir.Table:
    """Return person (a number) of everybody for whom a sequence holds.

    From each row of the first step on, the earliest end of the steps after it is found backwards: the least moment of the
    next step among later rows, and so on. What happened at the same moment is not one after another.
    """
    rows, n = _moments(asking, sequence), len(sequence.steps)
    group = ["person", "per"] if sequence.per else ["person"]
    later = ibis.window(group_by=group, order_by=AT, rows=(1, None))
    last = rows.mutate(end=ibis.ifelse(rows[f"step_{n - 1}"], rows[AT], NEVER))
    rows = last.mutate(left=last.end.min().over(later))
    for step in range(n - 2, -1, -1):
        is_end = sequence.is_left and step == n - 2
        rows = rows.mutate(after=rows[AT] if is_end else rows.end.min().over(later))
        rows = rows.mutate(end=ibis.ifelse(rows[f"step_{step}"], rows.after, NEVER))
    return rows.filter(_is_met(asking, sequence, rows)).select("person").distinct()


def _is_met(asking: Asking, sequence: Sequence, rows: ir.Table) -> ir.BooleanValue:
    """Say of each row whether a sequence begins with it."""
    start, end = reach(sequence.window, asking.at, asking.zone)
    until = rows[AT] + length(sequence)
    claims = [rows.step_0, rows.end <= until]
    if start is not None:
        claims.append(rows[AT] >= micros(start))
    if end is not None:
        claims.append(rows[AT] < micros(end))
    if sequence.is_left:
        claims += [rows.left.isnull() | (rows.left > until), until <= micros(asking.at)]
    return ibis.and_(*claims).fill_null(False)


def _moments(asking: Asking, sequence: Sequence) -> ir.Table:
    """Return each moment (in microseconds) at which somebody took a step, with which steps."""
    by_table: dict[str, dict[str, Did]] = {}
    for place, did in enumerate(sequence.steps):
        by_table.setdefault(VERBS[did.verb].rows.table.name, {})[f"step_{place}"] = did
    names = [f"step_{place}" for place in range(len(sequence.steps))]
    rows = ibis.union(*(_taken(asking, sequence, steps, names) for steps in by_table.values()))
    by = ["person", *(["per"] if sequence.per else []), AT]
    return rows.group_by(by).agg(**{name: rows[name].any() for name in names})


def _taken(asking: Asking, sequence: Sequence, steps: Mapping[str, Did], names: list[str]) -> ir.Table:
    """Return the rows of one table that are some step."""
    rows = VERBS[next(iter(steps.values())).verb].rows
    claims: dict[str, Node] = {name: claim_of(did) for name, did in steps.items()}
    asked = {column for claim in claims.values() for column in columns(claim)}
    per = {sequence.per} if sequence.per else set()
    table = rows_of(asking.look, rows, sorted(asked | per))
    flags = {
        name: expression(claims[name], lambda column: table[cell(column)], asking).fill_null(False)
        if name in claims
        else ibis.literal(False)
        for name in names
    }
    shown = {"per": table[cell(sequence.per)].cast("string")} if sequence.per else {}
    flagged = table.mutate(**flags, **shown, moment=unix_micros(table[AT]))
    start, _ = reach(sequence.window, asking.at, asking.zone)
    times = [flagged[AT] < ibis.literal(asking.at)]
    # What happened before the first step may begin is no part of a sequence.
    times += [] if start is None else [flagged[AT] >= ibis.literal(start)]
    chosen = flagged.filter(ibis.or_(*(flagged[name] for name in claims)), *times)
    if per:
        chosen = chosen.filter(chosen.per.notnull())
    owned = chosen.inner_join(owners(asking.look, rows), "owner")
    return owned.select("person", *shown, *names, **{AT: owned.moment})


__all__ = ["followed"]
