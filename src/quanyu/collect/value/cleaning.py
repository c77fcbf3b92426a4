"""Free cells from what platforms and spreadsheets put around a value: guards, blanks, marks for nothing, masks."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.collect.manner import UNCALCULATED, DateSystem
from quanyu.collect.value.careful import narrow_of

NULLS = (
    "",
    "-",
    "--",
    "---",
    "—",
    "null",
    "NULL",
    "None",
    "N/A",
    "\\N",
    "无",
    "无退款申请",
    "订单未关闭",
)
"""Cells that mean "no value" in every layout."""

ERRORS = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
    "#BLOCKED!", "#CONNECT!", "#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#NOMBRE!", "#VALEUR!", UNCALCULATED,
)  # fmt: skip
"""What a spreadsheet shows where a formula failed: no text, and no figure either, so that it is refused as one."""

MASKS = r"\*|^##|^\$\$|^~"
"""A platform hid the value: 1******6198, 江苏省 ****, ##..., $$...; it is missing, not known."""

FAMILY_SHOWN = r"^[一-鿿][一-鿿]?[*＊]+[一-鿿]?$"
"""A masked Chinese name still shows the family name: 张**, 张*三."""

BLANKS = ("\t", "\u3000", "\xa0")


@ibis.udf.scalar.builtin(name="trim", signature=(("string", "string"), "string"))
def _trim(text, marks):  # type: ignore[no-untyped-def]
    ...


@ibis.udf.scalar.builtin(name="trim", signature=(("string",), "string"))
def _bare(text):  # type: ignore[no-untyped-def]
    """Trim blanks only, which is ten times faster."""


@ibis.udf.scalar.builtin(name="strlen", signature=(("string",), "int64"))
def _n_bytes(text):  # type: ignore[no-untyped-def]
    ...


@dataclass(frozen=True)
class Habits:
    """What the reader must know of a file: guard marks that occur in it, its null marks, its time zone, and the date
    system of its serial days.
    """

    guards: frozenset[str]
    nulls: tuple[str, ...]
    zone: str
    date_system: DateSystem = "1900"


Step = Callable[[ir.StringValue], ir.StringValue]


def _steps(habits: Habits) -> list[Step]:
    """Return what is done to a cell, one thing after another."""
    blanks = "".join(mark for mark in BLANKS if mark in habits.guards)
    trim: Step = (lambda cell: _trim(cell, ibis.literal(f" \r\n{blanks}"))) if blanks else _bare
    free = [_guard(mark, strip) for mark, strip in _GUARDS.items() if mark in habits.guards]
    return [trim, *free, lambda cell: _null_marks(cell, (*NULLS, *habits.nulls))]


def _guard(mark: str, strip: Step) -> Step:
    return lambda cell: cell.startswith(mark).ifelse(strip(cell), cell)


_GUARDS: Mapping[str, Step] = {
    "=": lambda text: text.re_replace(r'^=\(?"?(.*?)"?\)?$', r"\1").strip(),
    "'": lambda text: text.re_replace("^'", "").strip(),
}


def _null_marks(cell: ir.StringValue, words: Sequence[str]) -> ir.StringValue:
    """Comparing with a dozen words one by one is faster than the join that `IN` becomes."""
    means_none = reduce(operator.or_, (cell == word for word in words))
    return means_none.ifelse(ibis.null("string"), cell)


def clean(cells: ir.Table, names: Sequence[str], habits: Habits, figures: Collection[str] = ()) -> ir.Table:
    """Return the table with the named cells freed from guards (`="..."`, TAB, apostrophe) and blanks.

    Cells that mean "no value" become null, failed formulas too except in `figures`. Each step is a projection of
    its own, so that nothing is done twice.
    """
    for step in _steps(habits):
        cells = cells.mutate(**{name: step(cells[name]) for name in names})
    return cells.mutate(**{name: _no_error(cells[name]) for name in names if name not in figures})


def _no_error(cell: ir.StringValue) -> ir.StringValue:
    words = "|".join(re.escape(word) for word in ERRORS)
    failed = cell.re_search(rf"^(?i:{words}|Err:\d{{3}})$").ifelse(ibis.null("string"), cell)
    return (cell.startswith("#") | cell.startswith("Err:")).ifelse(failed, cell)


def narrowed(cells: ir.Table, names: Sequence[str]) -> ir.Table:
    """Return the table with the named cells narrowed (`tables.narrow`): what looks alike is written alike.

    Bytes are counted first, because ASCII, as which nearly all identifiers are written, has nothing to narrow.
    """
    return cells.mutate(**{name: _narrow(cells[name]) for name in names}) if names else cells


def _narrow(cell: ir.StringValue) -> ir.StringValue:
    is_usual = cell.re_search(r"^[ -~一-鿿]*$")
    return ibis.cases((_n_bytes(cell) == cell.length(), cell), (is_usual, cell), else_=narrow_of(cell))


def unmasked(text: ir.StringValue) -> ir.StringValue:
    """Return the text, or null where the platform masked or encrypted it."""
    return text.re_search(MASKS).ifelse(ibis.null("string"), text)


def half_masked(text: ir.StringValue) -> ir.StringValue:
    """Return a name, also where only the family name shows, or null where nothing does."""
    return text.re_search(FAMILY_SHOWN).ifelse(text, unmasked(text))
