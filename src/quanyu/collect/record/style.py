"""Decide from all cells of a file how its figures and dates are written."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.collect.header import fits
from quanyu.collect.layout import Field, Layout
from quanyu.collect.manner import Styles
from quanyu.collect.record.shape import Page, is_id
from quanyu.collect.value import careful, cleaning, reader
from quanyu.tables import Column, contract

WHOLE = (*reader.MONEY, "integer")
"""Kinds of figures with fewer than three digits after the decimal mark, so that `1.234` and `1.000` may be thousands."""
YEAR_LAST = r"^\D{0,3}\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"


def columns_of(layout: Layout) -> list[tuple[Field, Column]]:
    """Return every field of a layout's tables, and when people were seen, with the column that it fills."""
    fields = [
        (field, target.table[name]) for target in layout.targets for name, field in target.fields.items()
    ]
    seen = layout.people.seen_at
    members = contract("members")
    told = [(field, members[name]) for name, field in layout.people.fields.items()]
    pairs = [*fields, *told, *([(seen, members["seen_at"])] if seen else [])]
    return [*pairs, *((field.other, column) for field, column in pairs if field.other)]


def figures(page: Page, layout: Layout) -> list[str]:
    """Return the cells that are read as figures."""
    return _cells(page, layout, reader.FIGURES)


def identifiers(page: Page, layout: Layout) -> list[str]:
    """Return the cells that are read as identifiers of people, orders, items and the like."""
    told = [field for field, column in columns_of(layout) if field.id or is_id(column)]
    return page.used([name for field in (*told, *layout.people.ids) for name in field.sources])


def figured(layout: Layout, cell: str) -> tuple[bool, bool]:
    """Say of a (normal) header cell whether it is read as a figure, and if so whether in tables only that make one row of
    the lines that agree (`per`).
    """
    per = [
        bool(target.per)
        for target in layout.targets
        for name, field in target.fields.items()
        if target.table[name].kind in reader.FIGURES and any(fits(source, cell) for source in field.sources)
    ]
    return bool(per), bool(per) and all(per)


def _cells(page: Page, layout: Layout, kinds: tuple[str, ...]) -> list[str]:
    names = [
        name
        for field, column in columns_of(layout)
        if column.kind in kinds and not (field.map or field.pattern)
        for name in field.sources
    ]
    return page.used(names)


def is_odd(rows: ir.Table, page: Page, layout: Layout) -> ir.BooleanValue:
    """Say whether a row has a figure or a date that tells, or needs to be told, how its column is written."""
    marks = [
        rows[name].contains(",") | rows[name].like("%.%.%") for name in _cells(page, layout, reader.FIGURES)
    ]
    marks += [rows[name].re_search(reader.THOUSAND) for name in _cells(page, layout, WHOLE)]
    dates = [rows[name].re_search(YEAR_LAST) for name in _cells(page, layout, reader.TIMELY)]
    return reduce(operator.or_, (test.fill_null(False) for test in (*marks, *dates)), ibis.literal(False))


def evidence(page: Page, layout: Layout) -> ir.Table:
    """Return one row that says of each figure and date of a file which ways of writing occur in it."""
    marked, dated = _cells(page, layout, reader.FIGURES), _cells(page, layout, reader.TIMELY)
    names = sorted({*marked, *dated})
    cells = cleaning.clean(page.cells.select(names), names, page.habits)
    told = {}
    for name in marked:
        told[f"point_{name}"] = (careful.mark_told(cells[name]) == ".").any()
        told[f"comma_{name}"] = (careful.mark_told(cells[name]) == ",").any()
    for name in _cells(page, layout, WHOLE):
        told[f"thousand_{name}"] = cells[name].re_search(reader.THOUSAND).any()
    for name in dated:
        told[f"day_{name}"] = (careful.order_told(cells[name]) == "day").any()
        told[f"month_{name}"] = (careful.order_told(cells[name]) == "month").any()
    return cells.aggregate(**told)


def styles(signs: Mapping[str, object], hint: Styles, *, is_text: bool) -> Styles:
    """Return what follows from the evidence: a column's own cells count, then those of the file, then the hint.

    A column that is written in two ways has no style: only what is certain by itself is read in it. Nor has one of
    money or counts with cells such as `1.234`, where nothing tells that they are fractions; in a file that is not `is_text`, numbers
    are numbers.
    """
    marks = _sided(signs, ("point", "."), ("comma", ","), hint.mark)
    if (
        is_text
        and hint.mark == "."
        and not any(signs[key] for key in signs if key.startswith(("point_", "comma_")))
    ):
        marks |= {
            key.removeprefix("thousand_"): "" for key in signs if key.startswith("thousand_") and signs[key]
        }
    orders = _sided(signs, ("day", "day"), ("month", "month"), hint.order)
    return Styles(hint.mark, hint.order, marks, orders, hint.rounded)  # type: ignore[arg-type]


def _sided(
    signs: Mapping[str, object], first: tuple[str, str], other: tuple[str, str], hint: str
) -> dict[str, str]:
    names = [key.removeprefix(f"{first[0]}_") for key in signs if key.startswith(f"{first[0]}_")]
    seen = {name: (bool(signs[f"{first[0]}_{name}"]), bool(signs[f"{other[0]}_{name}"])) for name in names}
    whole = _meaning(seen.values(), first[1], other[1], hint)
    return {
        name: _meaning([pair], first[1], other[1], "") if any(pair) else whole for name, pair in seen.items()
    }


def _meaning(pairs: Iterable[tuple[bool, bool]], first: str, other: str, otherwise: str) -> str:
    said = {name for pair in pairs for name, is_so in zip((first, other), pair, strict=True) if is_so}
    return otherwise if not said else said.pop() if len(said) == 1 else ""
