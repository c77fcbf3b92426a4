"""How the values of a column are written: what decides between 1,234 and 1.234, and between 3/4 and 4/3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import ibis.expr.types as ir

Decimal = Literal[".", ",", ""]
"""The decimal mark of a column; "" where its cells do not tell."""
Order = Literal["day", "month", ""]
"""What stands first in dates such as 03/04/2026; "" where the cells do not tell."""
DateSystem = Literal["1900", "1904"]
"""The year from which a workbook counts days, as Excel calls it."""

UNCALCULATED = "#UNCALCULATED!"
"""What stands for a formula without a value: the program that wrote it does not calculate."""
BELOW = "\x02"
"""Stands before the text of a merged cell in the rows that it goes over below its first."""


@dataclass(frozen=True)
class Manner:
    """How the cells of one column are written: decimal mark, whether they are percentages, order of dates,
    formats of times that the layout states, the zone of times that name none, the currency of each row's money,
    "" where any sign may stand beside it, and the date system of serial days.
    """

    zone: str = "UTC"
    mark: Decimal = "."
    is_percent: bool = False
    order: Order = ""
    formats: tuple[str, ...] = ()
    currency: ir.StringValue | str = ""
    date_system: DateSystem = "1900"


@dataclass(frozen=True)
class Styles:
    """What the cells of a file tell of their columns (c0, c1, ...): decimal marks and orders of dates where they
    differ from `mark` and `order`, and columns (`table__column`) of identifiers that a spreadsheet has rounded.
    """

    mark: Decimal = "."
    order: Order = ""
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    rounded: frozenset[str] = frozenset()

    def mark_of(self, cells: list[str]) -> Decimal:
        """Return the decimal mark that all of the cells share, "" where they differ."""
        marks = {self.marks.get(cell, self.mark) for cell in cells}
        return marks.pop() if len(marks) == 1 else ""

    def order_of(self, cells: list[str]) -> Order:
        """Return what stands first in the dates of all of the cells, "" where they differ."""
        orders = {self.orders.get(cell, self.order) for cell in cells}
        return orders.pop() if len(orders) == 1 else ""


USUAL = Styles()
"""Figures with a decimal point; dates whose day and month could be either are not certain."""
