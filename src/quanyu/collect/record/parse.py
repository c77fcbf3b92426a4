"""The first pass over a file: every cell read once, every row judged, all tables side by side in one file."""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.collect.layout import Field, Layout, Target
from quanyu.collect.left_out import BLANK, MARKED, TOTAL, TOTALS
from quanyu.collect.note import LINE, LOST, ODD, REASON, SEEN, SKIP
from quanyu.collect.reason import PERIOD, TWICE, UNKNOWN, because
from quanyu.collect.record.check import Rule, first_broken, rules
from quanyu.collect.record.erased import erased_rules
from quanyu.collect.record.fill import filled
from quanyu.collect.record.purse import money_of
from quanyu.collect.record.shape import WORDS, Page, Read, condition, quick_kind, quick_name, read_field
from quanyu.collect.record.style import columns_of, figures, identifiers, is_odd
from quanyu.collect.record.unreadable import unreadable
from quanyu.collect.value import cleaning, identifier, reader
from quanyu.tables import Table, contract

_DIGIT = re.compile(r"\d")
MONEY_OF = "_unread_currency_"
"""The currency of a table's money, known until it is said why a row is refused."""


@dataclass(frozen=True)
class Setting:
    """What a reading depends on besides the file: the layout, the zone of its days, and constants such as the currency."""

    layout: Layout
    zone: dt.tzinfo
    constants: Mapping[str, str]


def read(page: Page, setting: Setting) -> ir.Table:
    """Return one row per record, in the order of the file: why it is refused, and the columns of every table.

    Columns are named `table__column`. Tables that are made of several records (`per`, `running`) are judged
    later, when the records are brought together. `_skip` is the rule that leaves a record out, else null; `_lost` marks
    those that count without an identifier of which letters are lost.
    """
    layout = setting.layout
    cells = _kept(page, layout)
    # A column of its own: written into every amount that it is the currency of, it would be bound again for each.
    money = {
        f"{MONEY_OF}{target.table.name}": money_of(page, layout, target, cells) for target in layout.targets
    }
    kept = cells.mutate(**money)
    reads = dict(_reads(page, layout, kept))
    made = {key: read.value for key, read in reads.items()}
    texts = {f"_unread_{key}": read.unread for key, read in reads.items() if read.unread is not None}
    texts |= {name: kept[name] for name in money}
    odd = {ODD: is_odd(kept, page, layout)}
    values = kept.select(
        SKIP,
        **made,
        **texts,
        **odd,
        **_period(page, layout, kept),
        **_twice(page, kept),
        **_flags(page, layout, kept),
    )
    whole = _with_keys(_with_people(values, layout), layout)
    single = [target for target in layout.targets if not target.is_gathered]
    for target in single:
        whole = _completed(whole, target, setting)
    broken = [
        *erased_rules(whole, ids_of(whole), layout),
        *_unread(whole, reads, layout),
        *(rule for target in single for rule in _judged(whole, target, setting)),
    ]
    judged = whole.mutate(**{REASON: first_broken(broken), LOST: _lacks_identifier(whole, reads, layout)})
    return judged.select(*[name for name in judged.columns if not name.startswith("_unread_")])


def records(parsed: ir.Table, skip: int = 0) -> ir.Table:
    """Return the records of a parsed file (scanned with row numbers) that are data, numbered from 0.

    The first `skip` records are no data.
    """
    numbered = parsed.rename({LINE: "file_row_number"})
    return numbered.filter(numbered[SKIP].isnull() & (numbered[LINE] >= skip))


def counted(rows: ir.Table, layout: Layout) -> ir.Table:
    """Return one row: how many records there are, are refused so far, and lost an identifier; the latest time of a good one."""
    names = [
        f"{target.table.name}__{column.name}"
        for target in layout.targets
        for column in target.table.columns
        if column.kind in ("time", "day")
    ]
    good = rows[REASON].isnull()
    latest = [
        rows[name].max(where=good).cast("timestamp('UTC')") for name in (*names, SEEN) if name in rows.columns
    ]
    newest = ibis.greatest(*latest) if latest else ibis.null("timestamp('UTC')")
    return rows.aggregate(
        n_rows=rows.count(),
        n_refused=rows[REASON].count(),
        n_lost=rows[LOST].sum(where=good).fill_null(0),
        newest=newest,
    )


def _kept(page: Page, layout: Layout) -> ir.Table:
    """Return the clean cells, every cell as it stood, and which records are totals or blank."""
    names = [name for each in _all_fields(layout) for name in each.names]
    names += [
        name
        for target in layout.targets
        for name in (*target.only, *(n for e in target.exempt.values() for n in e))
    ]
    used = page.used([*names, *layout.one_day])
    cells = page.cells
    marks = "|".join(re.escape(mark).replace(r"\*", ".*") for mark in (*TOTALS, *layout.totals))
    total = rf"^[\s='\"]*(?:(?:{marks})[\s'\":：]*$|Total:)"
    first = [cells[f"c{i}"] for i in range(min(MARKED, len(page.names)))]
    is_total = reduce(operator.or_, (cell.re_search(total).fill_null(False) for cell in first))
    named = [cells[name].strip().nullif("") for name in page.used(layout.summary)]
    if named:
        is_total |= ibis.coalesce(*named, ibis.null("string")).isnull()
    is_blank = ibis.coalesce(*[cells[name] for name in used], ibis.null("string")).isnull()
    skip = ibis.cases((is_total, TOTAL), (is_blank, BLANK), else_=ibis.null("string"))
    data = cells.select(**{SKIP: skip}, **{name: cells[name] for name in used})
    read = cleaning.narrowed(_quickly(data, page, layout), identifiers(page, layout))
    return cleaning.clean(read, used, page.habits, figures(page, layout))


def _quickly(data: ir.Table, page: Page, layout: Layout) -> ir.Table:
    """Read figures and times as they usually stand; a cell that nothing else reads is then done with."""
    fields = columns_of(layout)
    quick = {
        quick_name(field, column, page): (field, column)
        for field, column in fields
        if quick_kind(field, column, page)
    }
    cells = {name: name.split("_")[1] for name in quick}
    read = data.mutate(
        **{
            name: reader.QUICK[column.kind](data[cells[name]], page.manner(field, field.columns))
            for name, (field, column) in quick.items()
        }
    )
    careful = [field for field, column in fields if not quick_kind(field, column, page)]
    texts = [*careful, *layout.people.ids, *([layout.people.country] if layout.people.country else [])]
    asked = [name for field in texts for name in field.names] + [
        name for field, _ in fields for name in field.when
    ]
    asked += [*layout.one_day]
    asked += [
        name
        for target in layout.targets
        for words in (target.only, *target.exempt.values())
        for name in words
    ]
    still = set(page.used(asked))
    rest: dict[str, list[ir.BooleanValue]] = {}
    for name, cell in cells.items():
        if cell not in still:
            rest.setdefault(cell, []).append(read[name].isnull())
    failed = {cell: reduce(operator.or_, tests) for cell, tests in rest.items()}
    return (
        read.mutate(**{cell: test.ifelse(read[cell], ibis.null("string")) for cell, test in failed.items()})
        if rest
        else read
    )


def unread_header(head: Sequence[Sequence[str]], page: Page, layout: Layout) -> int:
    """Return 1 if the first record explains the header rather than being data, else 0.

    It does when no cell of it has a digit although some are of columns that are read as figures or times,
    and the next record has digits.
    """
    rows = head[:2]
    if len(rows) < 2 or _DIGIT.search("".join(rows[0])) or not _DIGIT.search("".join(rows[1])):
        return 0
    fields = [
        (field, target.table[name]) for target in layout.targets for name, field in target.fields.items()
    ]
    figures = {
        i
        for field, column in fields
        if column.kind in WORDS and column.kind != "currency"
        for name in field.columns
        for i in page.places(name)
    }
    return int(any(rows[0][i].strip() not in cleaning.NULLS for i in figures if i < len(rows[0])))


def _all_fields(layout: Layout) -> Iterator[Field]:
    for target in layout.targets:
        yield from target.fields.values()
    yield from layout.people.ids
    yield from layout.people.fields.values()
    if layout.people.seen_at:
        yield layout.people.seen_at
    if layout.people.country:
        yield layout.people.country


def _reads(page: Page, layout: Layout, rows: ir.Table) -> Iterator[tuple[str, Read]]:
    """Yield every column that is read, by the name it has in the parsed file."""
    land = layout.people.country
    for target in layout.targets:
        told = replace(page, currency=rows[f"{MONEY_OF}{target.table.name}"])
        for name, field in target.fields.items():
            read = read_field(field, target.table[name], told, rows, land)
            if read is not None:
                yield f"{target.table.name}__{name}", read
    members = contract("members")
    for number, field in enumerate(layout.people.ids):
        read = read_field(field, members["id_key"], page, rows, land)
        if read is not None:
            yield f"_id{number}", read
    for name, field in layout.people.fields.items():
        read = read_field(field, members[name], page, rows, land)
        if read is not None:
            yield f"people__{name}", Read(read.value)
    if layout.people.seen_at:
        read = read_field(layout.people.seen_at, members["seen_at"], page, rows)
        if read is not None:
            yield SEEN, Read(read.value)


def _flags(page: Page, layout: Layout, rows: ir.Table) -> dict[str, ir.Value]:
    flags = {
        f"_keep_{t.table.name}": condition(t.only, page, rows).fill_null(False)
        for t in layout.targets
        if t.only
    }
    for target in layout.targets:
        for name, words in target.exempt.items():
            flags[f"_exempt_{target.table.name}__{name}"] = condition(words, page, rows)
    return flags


def _period(page: Page, layout: Layout, rows: ir.Table) -> dict[str, ir.Value]:
    """Return the last day of the rows that cover several, null for the others."""
    days = [rows[cell] for cell in page.used(layout.one_day)]
    if len(days) < 2:
        return {}
    return {"_unread__period": (days[0] != days[-1]).ifelse(days[-1], ibis.null("string"))}


def _twice(page: Page, rows: ir.Table) -> dict[str, ir.Value]:
    """Return the first of two columns of one name that say different things, null where all agree."""
    differing = []
    for name, n in Counter(page.names).items():
        cells = [
            rows[cell]
            for i, other in enumerate(page.names)
            if other == name and (cell := f"c{i}") in rows.columns
        ]
        if name and n > 1 and len(cells) > 1:
            differ = ibis.or_(*((cells[0] != other).fill_null(False) for other in cells[1:]))
            differing.append(differ.ifelse(ibis.literal(name), ibis.null("string")))
    return {"_unread__twice": ibis.coalesce(*differing, ibis.null("string"))} if differing else {}


def ids_of(rows: ir.Table) -> list[str]:
    """Return the identifier columns of a parsed file, best first."""
    return sorted((name for name in rows.columns if name.startswith("_id")), key=lambda name: int(name[3:]))


def _with_people(values: ir.Table, layout: Layout) -> ir.Table:
    """Give every table with an identifier the best one of the row, where the layout names no other."""
    ids = [values[name] for name in ids_of(values)]
    if not ids:
        return values
    best = ibis.coalesce(*ids)
    filled_in = {}
    for target in layout.targets:
        key = f"{target.table.name}__id_key"
        if "id_key" in target.table.by_name:
            filled_in[key] = ibis.coalesce(values[key], best) if key in values.columns else best
    return values.mutate(**filled_in) if filled_in else values


def _with_keys(rows: ir.Table, layout: Layout) -> ir.Table:
    """Let a further table take only the rows that have its key: a line without an item number is no item."""
    kept = {}
    for target in layout.targets[1:]:
        name = f"_keep_{target.table.name}"
        has = [
            rows[f"{target.table.name}__{key}"].notnull()
            for key in target.keys
            if f"{target.table.name}__{key}" in rows.columns
        ]
        tests = [rows[name], *has] if name in rows.columns else has
        if tests:
            kept[name] = reduce(operator.and_, tests)
    return rows.mutate(**kept) if kept else rows


def _lacks_identifier(rows: ir.Table, reads: Mapping[str, Read], layout: Layout) -> ir.BooleanValue:
    """Say whether letters are lost of an identifier without which a row still says something."""
    lost = [
        identifier.lacks_letters(rows[f"_unread_{key}"])
        for key, read in reads.items()
        if read.unread is not None and _may_lack(key, layout)
    ]
    return reduce(operator.or_, lost, ibis.literal(False))


def _may_lack(key: str, layout: Layout) -> bool:
    """Say whether the rows of a column of identifiers say something without it."""
    if key.startswith("_id"):
        return any(not target.needs_person for target in layout.targets)
    name, _, column = key.partition("__")
    return any(
        column == "id_key" and target.table.name == name and not target.needs_person
        for target in layout.targets
    )


def _unread(rows: ir.Table, reads: Mapping[str, Read], layout: Layout) -> Iterator[Rule]:
    """Yield the rules "what is written can be read" for typed and looked-up columns."""
    if "_unread__period" in rows.columns:
        yield rows["_unread__period"].notnull(), because(PERIOD, rows["_unread__period"])
    if "_unread__twice" in rows.columns:
        yield rows["_unread__twice"].notnull(), because(TWICE, rows["_unread__twice"])
    for number in range(len(layout.people.ids)):
        if f"_unread__id{number}" in rows.columns:
            text = rows[f"_unread__id{number}"]
            yield _is_refused(text, f"_id{number}", layout), identifier.why("id_key", text)
    for target in layout.targets:
        for name, field in target.fields.items():
            key = f"{target.table.name}__{name}"
            read = reads.get(key)
            if read is None or read.unread is None:
                continue
            text = rows[f"_unread_{key}"]
            reason = unreadable(target.table[name], text, rows[f"{MONEY_OF}{target.table.name}"])
            if field.id:
                reason = identifier.why(name, text)
            elif read.is_mapped:
                reason = because(UNKNOWN, text, column=name)
            yield _is_refused(text, key, layout) & _applies(rows, target), reason


def _is_refused(text: ir.StringValue, key: str, layout: Layout) -> ir.BooleanValue:
    return text.notnull() & ~identifier.lacks_letters(text) if _may_lack(key, layout) else text.notnull()


def _applies(rows: ir.Table, target: Target) -> ir.BooleanValue:
    keep = f"_keep_{target.table.name}"
    return rows[keep].fill_null(False) if keep in rows.columns else ibis.literal(True)


def _completed(rows: ir.Table, target: Target, setting: Setting) -> ir.Table:
    """Complete one table's columns in place."""
    whole = filled(target.table, cells_of(rows, target.table), setting.constants)
    return rows.mutate(**{f"{target.table.name}__{name}": value for name, value in whole.items()})


def _judged(rows: ir.Table, target: Target, setting: Setting) -> Iterator[Rule]:
    """Yield the rules that one table's columns must keep, in the rows that are for it."""
    table = target.table
    exempt = {name: rows[f"_exempt_{table.name}__{name}"].fill_null(False) for name in target.exempt}
    keep = f"_keep_{table.name}"
    for broken, reason in rules(table, cells_of(rows, table), exempt, setting.zone):
        yield (broken & rows[keep] if keep in rows.columns else broken), reason


def cells_of(rows: ir.Table, table: Table) -> dict[str, ir.Value]:
    """Return the columns of one table in a parsed file under their own names."""
    prefix = f"{table.name}__"
    return {name.removeprefix(prefix): rows[name] for name in rows.columns if name.startswith(prefix)}
