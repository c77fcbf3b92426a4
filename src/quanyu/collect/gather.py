"""The second pass: bring the records of a parsed file together into the rows of one table."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.collect.check import first_broken, rules
from quanyu.collect.fill import filled
from quanyu.collect.layout import Target
from quanyu.collect.parse import LINE, REASON, Setting, cells_of


def gather(parsed: ir.Table, target: Target, setting: Setting) -> ir.Table:
    """Return the rows of a table with the contract's columns, the first record's number, and `_reason`.

    Tables made of single records come as they were judged; the others are numbered, grouped and judged here.
    """
    table = target.table
    keep = f"_keep_{table.name}"
    rows = parsed.filter(parsed[keep]) if keep in parsed.columns else parsed
    if not target.is_gathered:
        good = rows.filter(rows[REASON].isnull())
        return good.select(LINE, **cells_of(good, table), **{REASON: ibis.null("string")})
    numbered = _numbered(rows, target)
    good = numbered.filter(numbered[REASON].isnull())
    grouped = _grouped(good, target) if target.per else good
    if target.is_patch:
        return _patch(grouped, target, setting)
    whole = grouped.select(
        LINE, **_exempt(grouped, target), **filled(table, cells_of(grouped, table), setting.constants)
    )
    exempt = {name: whole[f"_exempt_{name}"].fill_null(False) for name in target.exempt}
    cells = {name: whole[name] for name in table.schema.names}
    reason = first_broken(list(rules(table, cells, exempt, setting.now)))
    return whole.select(LINE, *table.schema.names, **{REASON: reason})


def _patch(rows: ir.Table, target: Target, setting: Setting) -> ir.Table:
    """Return only what the file gives: the rest is known already, or not yet."""
    table = target.table
    given = cells_of(rows, table)
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
    cells = cells_of(rows, table)
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
