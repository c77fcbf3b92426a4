"""Pages of long lists: how long one is, and where the next begins, so that what comes meanwhile shifts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import ibis.expr.types as ir
from pydantic import Field

Row = TypeVar("Row")
Limit = Annotated[int, Field(ge=1, le=1000)]
"""How many a page holds."""


def whom_after(rows: ir.Table, after: str, n: int) -> ir.Table:
    """Return the `n` rows whose `person_id` comes next after one, in order; from the first on where it is "".

    People who come or go between two pages move nobody from one page to another.
    """
    later = rows.filter(rows.person_id > after) if after else rows
    return later.order_by("person_id").limit(n)


def first_of(listed: Sequence[Row], limit: int) -> tuple[tuple[Row, ...], bool]:
    """Return a page of a list that was asked for with one more than it holds, and whether there is more.

    >>> first_of(["a", "b", "c"], 2)
    (('a', 'b'), True)
    """
    return tuple(listed[:limit]), len(listed) > limit
