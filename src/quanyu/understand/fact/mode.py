"""What somebody prefers: the value with most rows or the largest total, the one that sorts first on a tie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.method.scratch import Keep
from quanyu.understand.fact.packed_counts import LIMIT, MOST, PackedCounts
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Values:
    """The different values of a text column in their order: `table` has `value` and `code`, from 0 to n - 1."""

    table: ir.Table
    n: int

    @classmethod
    def of(cls, ws: Workspace, keep: Keep, column: ir.StringColumn) -> Values:
        """Number the values of a column; unknown is no value."""
        known = column.name("value").as_table().distinct()
        known = known.filter(known.value.notnull())
        table = keep(known.mutate(code=ibis.row_number().over(order_by=known.value)))
        return cls(table, int(ws.warehouse.read(table.count()).column(0)[0].as_py()))

    def encode(self, rows: ir.Table, column: str) -> ir.Table:
        """Return rows with the number of the value in place of the value, null where it is unknown."""
        joined = rows.left_join(self.table, rows[column] == self.table.value)
        return joined.select(*(name for name in rows.columns if name != column), **{column: joined.code})

    def decode(self, rows: ir.Table, column: str) -> ir.Table:
        """Return rows with the value in place of its number."""
        joined = rows.left_join(self.table, rows[column] == self.table.code)
        return joined.select(*(name for name in rows.columns if name != column), **{column: joined.value})


def mode(rows: ir.Table, column: str, n: int, name: str, weight: str | None = None) -> ir.Table:
    """Return per person the number from 0 to n - 1 with the most rows, or the largest total `weight`, as `name`.

    Ties go to the least number. Weights are whole numbers as float64, which adds them exactly and fast; unknown
    ones count as 0.
    `n_<column>` counts the different numbers.
    """
    total = rows.count() if weight is None else rows[weight].sum().fill_null(0.0).cast("int64")
    cells = rows.group_by("person", column).aggregate(total=total)
    cells = cells.filter(cells[column].notnull())
    # Minus the total above the number in one integer: the least is the largest total and the first number that
    # has it. Far faster than a pair; exact below 90 billion in a cell while there are a million values at most.
    bits = max(1, (n - 1).bit_length())
    best = (-cells.total * (1 << bits) + cells[column]).min()
    modes = cells.group_by("person").aggregate(packed=best, **{f"n_{column}": cells.count()})
    return modes.select("person", f"n_{column}", **{name: modes.packed & ((1 << bits) - 1)})


@dataclass(frozen=True)
class Taste:
    """A column of numbers from 0 to n - 1 whose mode is wanted as `name`; `values` says what they stand for."""

    column: str
    name: str
    n: int
    values: Values | None = None

    @classmethod
    def of(cls, column: str, name: str, values: Values) -> Taste:
        """Return the taste for a text column that was encoded by `values`."""
        return cls(column, name, values.n, values)


def summed_up(
    ws: Workspace, keep: Keep, rows: ir.Table, totals: dict[str, ir.Value], tastes: tuple[Taste, ...]
) -> ir.Table:
    """Return per person the totals, and of each taste the mode and `n_<column>`, in one pass where it can be.

    The pass is over `rows`, with the modes of few numbers counted; those of many are grouped by themselves.
    """
    few = {taste: PackedCounts(taste.column, taste.n) for taste in tastes if taste.n <= MOST}
    many = [taste for taste in tastes if taste not in few]
    words = {name: word for packed_counts in few.values() for name, word in packed_counts.words(rows).items()}
    summed = keep(rows.group_by("person").aggregate(n_rows=rows.count(), **totals, **words))
    read = {taste: packed_counts.read(summed, summed.n_rows) for taste, packed_counts in few.items()}
    told = {taste.name: best for taste, (best, _) in read.items()}
    told |= {f"n_{taste.column}": different for taste, (_, different) in read.items()}
    result = summed.select("person", *totals, **told)
    busy = summed.filter(summed.n_rows >= LIMIT)
    if few and int(ws.warehouse.read(busy.count()).column(0)[0].as_py()):
        theirs = rows.semi_join(busy, "person")
        parts = [summed.select("person", *totals)] + [mode(theirs, t.column, t.n, t.name) for t in few]
        long = reduce(attach, parts).semi_join(busy, "person").select(result.columns)
        result = result.anti_join(busy, "person").union(long)
    result = reduce(attach, [mode(rows, t.column, t.n, t.name) for t in many], result)
    for taste in tastes:
        result = taste.values.decode(result, taste.name) if taste.values else result
    return result


def attach(left: ir.Table, right: ir.Table, by: str = "person") -> ir.Table:
    """Return the rows of `left` with the further columns of `right` where it has them."""
    joined = left.left_join(right, by)
    return joined.select(*left.columns, *(name for name in right.columns if name != by))
