"""Read a whole file: once as files are usually written, again where its cells tell that it is written otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import ibis.expr.types as ir

from quanyu.collect.careful import teach
from quanyu.collect.identifier import LONG, ZEROS
from quanyu.collect.layout import Layout
from quanyu.collect.manner import Styles
from quanyu.collect.parse import ODD, Setting, parse
from quanyu.collect.shape import Page, is_id
from quanyu.collect.style import evidence, styles
from quanyu.warehouse.reader import Reader

SURE = 6
"""Decimal digits of surprise from which zeros at the end are no chance."""


def read_page(reader: Reader, page: Page, setting: Setting, into: Path) -> Path:
    """Write the parsed records (see `parse`) to one file and return it.

    The cells are looked at together, in one scan, only where one of them needs it.
    """
    teach(reader)
    stated = setting.layout.decimal
    usual = Styles(mark=stated or ".")
    first = replace(page, styles=usual)
    parsed = reader.write(parse(first, setting), into)
    rows = reader.scan(parsed)
    known = replace(usual, rounded=_rounded(reader, rows, setting.layout))
    if reader.read(rows.aggregate(odd=rows[ODD].any())).column(0)[0].as_py():
        (found,) = reader.read(evidence(first, setting.layout)).to_pylist() or [{}]
        told = styles(found, known)
        known = replace(told, marks={}) if stated else told
    if known == usual:
        return parsed
    return reader.write(parse(replace(page, styles=known), setting), into.with_suffix(".again.parquet"))


def _rounded(reader: Reader, rows: ir.Table, layout: Layout) -> frozenset[str]:
    """Return the columns of numbers that a spreadsheet has rounded.

    Of a column's numbers with more than 15 digits most end in zeros from the 16th digit on, and by chance that would
    happen less than once in a million columns: once in 10 for each digit of each number.
    """
    names = {
        f"{target.table.name}__{name}": name
        for target in layout.targets
        for name in target.fields
        if is_id(target.table[name]) and f"{target.table.name}__{name}" in rows.columns
    }
    return frozenset(name for key, name in names.items() if _is_rounded(reader, rows[key]))


def _is_rounded(reader: Reader, ids: ir.StringValue) -> bool:
    is_long = ids.length() >= 16
    counted = ids.as_table().aggregate(
        n_long=(is_long & ids.re_search(LONG)).sum(), n_zeros=(is_long & ids.re_search(ZEROS)).sum()
    )
    (row,) = reader.read(counted).to_pylist()
    if not row["n_zeros"] or row["n_zeros"] * 2 <= row["n_long"]:
        return False
    lost = ids.as_table().filter(ids.re_search(ZEROS)).distinct()
    (found,) = reader.read(lost.aggregate(digits=(lost[0].length() - 15).sum())).to_pylist()
    return int(found["digits"]) >= SURE
