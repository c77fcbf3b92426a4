"""Figures of what people did, many at once: each table of what they did is read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from quanyu.rule.asking import Asking
from quanyu.rule.expression import expression
from quanyu.rule.past.aggregate import AGGREGATES, Chosen
from quanyu.rule.row import AT, cell, owners, rows_of
from quanyu.rule.tree import Measure, Node, columns
from quanyu.rule.verb import VERBS, Rows, claim_of
from quanyu.rule.window import bounds
from quanyu.warehouse.portable import local_day


def measured(asking: Asking, measures: Mapping[str, Measure]) -> Sequence[ir.Table]:
    """Return tables of person (a number) and the figures named, one per table of what people did; who has no rows is not in it."""
    by_rows: dict[str, dict[str, Measure]] = {}
    for name, measure in measures.items():
        by_rows.setdefault(VERBS[measure.did.verb].rows.table.name, {})[name] = measure
    return [
        _of_rows(asking, VERBS[next(iter(group.values())).did.verb].rows, group) for group in by_rows.values()
    ]


def _of_rows(asking: Asking, rows: Rows, measures: Mapping[str, Measure]) -> ir.Table:
    held = _claimed(asking, rows, measures)
    person = held.inner_join(owners(asking.look, rows), "owner")
    order = ibis.struct({"at": person[AT], **{name: person[cell(name)] for name in rows.key}})
    day = local_day(person[AT], str(asking.zone))
    figures = {
        name: AGGREGATES[measure.aggregate].over(
            Chosen(
                person[f"is_{name}"],
                person[AT],
                day,
                None if measure.column is None else person[cell(measure.column)],
                order,
            )
        )
        for name, measure in measures.items()
    }
    return person.group_by("person").agg(**figures)


def _claimed(asking: Asking, rows: Rows, measures: Mapping[str, Measure]) -> ir.Table:
    """Return the rows that some figure counts, with `is_NAME` for each figure: does it count this row?"""
    claims = {name: claim_of(measure.did) for name, measure in measures.items()}
    asked = {column for claim in claims.values() for column in columns(claim)}
    counted = {measure.column for measure in measures.values() if measure.column is not None}
    table = rows_of(asking.look, rows, sorted(asked | counted))
    flags = {
        f"is_{name}": _counts(asking, table, claims[name], measure) for name, measure in measures.items()
    }
    kept = [name for name in table.columns if name in {"owner", AT, *map(cell, (*counted, *rows.key))}]
    flagged = table.filter(_may_count(asking, table, measures)).select(*kept, **flags)
    return flagged.filter(reduce(or_, (flagged[name] for name in flags)))


def _may_count(asking: Asking, table: ir.Table, measures: Mapping[str, Measure]) -> ir.BooleanValue:
    """Say which rows lie in the span of all windows: engines pass over others before they look at anything else of them."""
    spans = [bounds(measure.window, asking.at, asking.zone) for measure in measures.values()]
    starts = [start for start, _ in spans if start is not None]
    is_in = table[AT] < ibis.literal(max(end for _, end in spans))
    return is_in & (table[AT] >= ibis.literal(min(starts))) if len(starts) == len(spans) else is_in


def _counts(asking: Asking, table: ir.Table, claim: Node, measure: Measure) -> ir.BooleanValue:
    start, end = bounds(measure.window, asking.at, asking.zone)
    is_in = table[AT] < ibis.literal(end)
    if start is not None:
        is_in &= table[AT] >= ibis.literal(start)
    holds = expression(claim, lambda name: table[cell(name)], asking)
    return (is_in & holds).fill_null(False)


__all__ = ["measured"]
