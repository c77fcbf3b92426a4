"""The second pass: bring the records of a parsed file together into the rows of one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from quanyu.collect.layout import Layout, Target
from quanyu.collect.note import LINE, REASON
from quanyu.collect.record import check, filled, parse
from quanyu.collect.rows.continuation import CONTINUES, can_continue, is_continuation, without_head


def without_late_defaults(layout: Layout) -> Layout:
    """Return the layout by which single records are read: what stands where no record of a group says anything comes later."""
    return replace(layout, targets=tuple(_plain(target) for target in layout.targets))


def _plain(target: Target) -> Target:
    late = target.late_defaults
    made = {
        name: replace(each, default=None) if name in late else each for name, each in target.fields.items()
    }
    return replace(target, fields=made)


def _late(cells: Mapping[str, ir.Value], target: Target) -> dict[str, ir.Value]:
    """Return the columns of grouped records with the defaults of those that the file has."""
    return {
        name: ibis.coalesce(value, ibis.literal(target.late_defaults[name]).cast(value.type()))
        if name in target.late_defaults
        else value
        for name, value in cells.items()
    }


def spread(rows: ir.Table, layout: Layout) -> ir.Table:
    """Return the records with values that only one record of a group has (`shared`) in all of them.

    The nearest record above that has the same stand-in and a value of its own counts, else the nearest below.
    """
    first = layout.targets[0].table.name
    for target in layout.targets:
        for name, field in target.fields.items():
            key = f"{target.table.name}__{name}"
            if field.shared and key in rows.columns:
                rows = _spread(rows, key, f"{first}__{field.shared}")
    return rows


def _spread(rows: ir.Table, key: str, stand_in: str) -> ir.Table:
    own = rows[key].nullif(rows[stand_in])
    line = own.notnull().ifelse(rows[LINE], ibis.null("int64"))
    above = ibis.window(group_by=stand_in, order_by=rows[LINE], following=0)
    below = ibis.window(group_by=stand_in, order_by=rows[LINE], preceding=0)
    marked = rows.mutate(_own=own, _from=ibis.coalesce(line.max().over(above), line.min().over(below)))
    value = marked["_own"].max().over(ibis.window(group_by=[stand_in, "_from"]))
    return marked.mutate(**{key: ibis.coalesce(value, marked[stand_in])}).drop("_own", "_from")


def gathered(parsed: ir.Table, target: Target, setting: parse.Setting) -> ir.Table:
    """Return the rows of a table with the contract's columns, the first record's number, and `_reason`.

    Tables made of single records come as they were judged; the others are numbered, grouped and judged here.
    """
    table = target.table
    keep = f"_keep_{table.name}"
    rows = parsed.filter(parsed[keep]) if keep in parsed.columns else parsed
    if not target.is_gathered:
        good = rows.filter(rows[REASON].isnull())
        return good.select(LINE, **parse.cells_of(good, table), **{REASON: ibis.null("string")})
    numbered = _numbered(rows, target)
    good = numbered.filter(numbered[REASON].isnull())
    grouped = _grouped(good, target) if target.per else good
    if target.is_patch:
        return _patch(grouped, target, setting)
    splits = can_continue(target, setting.layout)
    whole = grouped.select(
        LINE,
        **_exempt(grouped, target),
        **({CONTINUES: is_continuation(parse.cells_of(grouped, table))} if splits else {}),
        **filled(table, _late(parse.cells_of(grouped, table), target), setting.constants),
    )
    exempt = {name: whole[f"_exempt_{name}"].fill_null(False) for name in target.exempt}
    cells = {name: whole[name] for name in table.schema.names}
    reason = check.first_broken(list(check.rules(table, cells, exempt, setting.zone)))
    if not splits:
        return whole.select(LINE, *table.schema.names, **{REASON: reason})
    checks = list(check.rules(without_head(table), cells, exempt, setting.zone))
    reason = whole[CONTINUES].ifelse(check.first_broken(checks), reason)
    return whole.select(LINE, *table.schema.names, **{REASON: reason, CONTINUES: whole[CONTINUES]})


def _patch(rows: ir.Table, target: Target, setting: parse.Setting) -> ir.Table:
    """Return only what the file gives: the rest is known already, or not yet."""
    table = target.table
    given = _late(parse.cells_of(rows, table), target)
    constants = {name: ibis.literal(setting.constants[name]) for name in table.key if name not in given}
    cells = {
        c.name: (given | constants).get(c.name, ibis.null(c.type)).try_cast(c.type) for c in table.columns
    }
    return rows.select(LINE, **cells, **{REASON: ibis.null("string")})


def _exempt(rows: ir.Table, target: Target) -> dict[str, ir.Value]:
    return {f"_exempt_{name}": rows[f"_exempt_{target.table.name}__{name}"] for name in target.exempt}


def _numbered(rows: ir.Table, target: Target) -> ir.Table:
    """Number the records in the order of the file, refused ones too, so that a number never depends on the rest."""
    made = {}
    for name, field in target.fields.items():
        if field.running:
            within = [f"{target.table.name}__{column}" for column in field.running]
            number = ibis.row_number().over(group_by=within, order_by=LINE) + 1
            key = f"{target.table.name}__{name}"
            made[key] = ibis.coalesce(rows[key], number) if key in rows.columns else number
    return rows.mutate(**made) if made else rows


def _grouped(rows: ir.Table, target: Target) -> ir.Table:
    """Make one row of all records that agree in the columns `per`: totals add up, of the rest the first counts."""
    table = target.table
    prefix = f"{table.name}__"
    cells = parse.cells_of(rows, table)
    by = [f"{prefix}{name}" for name in target.per if name in cells]
    sums = {
        f"{prefix}{name}": cells[name].sum()
        for name, field in target.fields.items()
        if field.total and name in cells
    }
    rest = {
        f"{prefix}{name}": cells[name].argmin(rows[LINE], where=cells[name].notnull())
        for name in cells
        if f"{prefix}{name}" not in by and f"{prefix}{name}" not in sums
    }
    exempt = {f"_exempt_{prefix}{name}": rows[f"_exempt_{prefix}{name}"].any() for name in target.exempt}
    return rows.group_by(by).aggregate(**{LINE: rows[LINE].min()}, **sums, **rest, **exempt)


def lines_of(parsed: ir.Table, gathered: ir.Table, target: Target) -> ir.Table:
    """Return every record behind the refused rows of a gathered table, with its reason."""
    refused = gathered.filter(gathered[REASON].notnull())
    if not target.per:
        return refused.select(LINE, REASON)
    good = parsed.filter(parsed[REASON].isnull())
    made = [name for name in target.per if f"{target.table.name}__{name}" in parsed.columns]
    same = [good[f"{target.table.name}__{name}"].identical_to(refused[name]) for name in made]
    both = good.inner_join(refused.select(*made, REASON), same, rname="refused_{name}")
    return both.select(**{LINE: both[LINE], REASON: both[f"refused_{REASON}"]})
