"""Read a whole file: once as files are usually written, again where its cells tell that it is written otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from quanyu.collect.layout import Layout
from quanyu.collect.load.recipe import PARSED, Reading, steps_of, tagged
from quanyu.collect.manner import Styles
from quanyu.collect.note import ODD
from quanyu.collect.record import erased, parse, shape, style
from quanyu.collect.value import careful, identifier
from quanyu.warehouse.reader import Reader

SURE = 6
"""Decimal digits of surprise from which zeros at the end are no chance."""


@dataclass(frozen=True)
class Source:
    """Where the cells of a file are read (view `CELLS`): the engine, how many of the first records are no data,
    the folder for what is written, and what parts the cells of a text ("" in other files). Where semicolons
    do, figures may have a decimal comma.
    """

    reader: Reader
    n_explained: int
    folder: Path
    delimiter: str = ""

    @property
    def is_unsure(self) -> bool:
        """Nothing is known of the decimal mark."""
        return self.delimiter == ";"

    def reading(self, setting: parse.Setting, page: shape.Page) -> Reading:
        """Return the reading of the file as a page."""
        return Reading(self.reader, steps_of(setting, page, self.n_explained), self.folder)


def read_page(source: Source, page: shape.Page, setting: parse.Setting) -> tuple[Path, Reading]:
    """Write the parsed records (see `parse.read`) to one file and return it with the reading that made it.

    The cells are looked at together, in one scan, only where one of them needs it.
    """
    careful.teach(source.reader)
    erased.teach(source.reader)
    layout, stated = setting.layout, setting.layout.decimal
    usual = Styles(mark=stated or ".")
    first = replace(page, styles=usual)
    reading = source.reading(setting, first)
    parsed = reading.write(PARSED, lambda: tagged(parse.read(first, setting)))
    (seen,) = reading.rows("look", lambda: _look(reading.table(PARSED), layout))
    known = replace(usual, rounded=_rounded(reading, seen, layout))
    if seen[ODD] or (source.is_unsure and not stated):
        known = replace(known, mark=stated or ("" if source.is_unsure else "."))
        (signs,) = reading.rows("evidence", lambda: style.evidence(first, layout))
        told = style.styles(signs, known, is_text=bool(source.delimiter))
        known = replace(told, marks={}) if stated else told
    if known == usual:
        return parsed, reading
    again = replace(page, styles=known)
    reading = source.reading(setting, again)
    return reading.write(PARSED, lambda: tagged(parse.read(again, setting))), reading


def _look(rows: ir.Table, layout: Layout) -> ir.Table:
    """Return one row: whether a cell is odd, and of each column of numbers how many are long and how many end in zeros."""
    counts = {ODD: rows[ODD].any()}
    for key in _numbers(rows, layout):
        is_long = rows[key].length() >= 16
        counts[f"n_long_{key}"] = (is_long & rows[key].re_search(identifier.LONG)).sum()
        counts[f"n_zeros_{key}"] = (is_long & rows[key].re_search(identifier.ZEROS)).sum()
    return rows.aggregate(**counts)


def _numbers(rows: ir.Table, layout: Layout) -> list[str]:
    """Return the columns of parsed records that hold numbers of orders, items and the like."""
    names = {
        f"{target.table.name}__{name}"
        for target in layout.targets
        for name in target.fields
        if shape.is_id(target.table[name])
    }
    return sorted(names & set(rows.columns))


def _rounded(reading: Reading, seen: Mapping[str, Any], layout: Layout) -> frozenset[str]:
    """Return the columns of numbers that a spreadsheet has rounded.

    Of a column's numbers with more than 15 digits most end in zeros from the 16th digit on, and by chance that would
    happen less than once in a million columns: once in 10 for each digit of each number.
    """
    rows = reading.table(PARSED)
    likely = [
        key
        for key in _numbers(rows, layout)
        if seen[f"n_zeros_{key}"] and seen[f"n_zeros_{key}"] * 2 > seen[f"n_long_{key}"]
    ]
    sure = {
        key: reading.rows(f"digits_{key}", partial(_lost, rows, key))[0]["digits"] >= SURE for key in likely
    }
    return frozenset(key.partition("__")[2] for key, is_sure in sure.items() if is_sure)


def _lost(rows: ir.Table, key: str) -> ir.Table:
    ids = rows.filter(rows[key].re_search(identifier.ZEROS)).select(id=rows[key]).distinct()
    return ids.aggregate(digits=(ids["id"].length() - 15).sum())
