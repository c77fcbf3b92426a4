"""The order in which rows are read: where a batch may end, and where the next one begins."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def alike(value: Any) -> Any:
    """Return what values have in common that a database may take for the same: its collation may know no capitals or accents.

    >>> alike("Ab ") == alike("áB")
    True
    """
    if not isinstance(value, str):
        return value
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", value) if not unicodedata.combining(letter)
    )
    return bare.casefold().rstrip()


def whole_groups(rows: Sequence[Sequence[Any]], places: Sequence[int], most: int) -> int:
    """Return how many of the rows, of which there may be more, make whole groups of equal values in the given places.

    >>> whole_groups([(1,), (2,), (2,)], [0], 2), whole_groups([(1,), (2,), (3,)], [0], 2), whole_groups([(1,)], [0], 2)
    (1, 2, 1)
    """
    if len(rows) <= most:
        return len(rows)
    group = [alike(rows[most][place]) for place in places]
    n = most
    while n and [alike(rows[n - 1][place]) for place in places] == group:
        n -= 1
    return n


def behind(columns: Sequence[sa.ColumnElement[Any]], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Return whether a row comes behind the values in the order of the columns: `a > x or (a = x and b > y)`.

    Written so that an index on the first column is used by databases that do not know rows as values.
    """
    bound = [as_given(value) for value in values]
    told = sa.or_(
        *(
            sa.and_(*(columns[at] == bound[at] for at in range(depth)), columns[depth] > bound[depth])
            for depth in range(len(columns))
        )
    )
    return told if len(columns) == 1 else sa.and_(columns[0] >= bound[0], told)


def as_given(value: Any) -> sa.ColumnElement[Any]:
    """Return a value as the driver gave it, of the type of what it is compared with: a UUID is no VARCHAR."""
    return sa.literal(value, sa.types.NullType())
