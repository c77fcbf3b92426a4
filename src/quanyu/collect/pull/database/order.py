"""The order in which rows are read: where a batch may end, and where the next one begins."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from quanyu.errors import PullError

LATE_SECONDS = 60.0
"""How much of a cursor of times is read again where nothing is said: transactions that began before end later."""


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


def earlier(value: Any, overlap: float | None) -> Any:
    """Return the value of a cursor from which is read again; raise `PullError` where it cannot be told.

    >>> earlier("2026-11-11T00:00:30", None), earlier(1000, 10), earlier("A7", None)
    ('2026-11-10T23:59:30', 990, 'A7')
    """
    if isinstance(value, int | float | Decimal):
        return type(value)(Decimal(value) - Decimal(overlap or 0))
    seconds = dt.timedelta(seconds=LATE_SECONDS if overlap is None else overlap)
    if isinstance(value, dt.datetime):
        return value - seconds
    if isinstance(value, dt.date):
        return value - dt.timedelta(days=-(-seconds // dt.timedelta(days=1))) if seconds else value
    return _earlier_text(value, seconds, is_asked=overlap is not None and overlap > 0)


def _earlier_text(value: str, seconds: dt.timedelta, *, is_asked: bool) -> str:
    """Return an earlier time as it was written; where it is no time only the same value is read again."""
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        if is_asked:
            raise PullError(
                "The cursor holds {value!r}, which is no time: no overlap can be taken off it.",
                "Leave 'overlap' out, or name a cursor of times or numbers.",
                value=value[:80],
            ) from None
        return value
    if len(value) == len("2026-11-11"):
        return str(moment.date() - dt.timedelta(days=1))
    said = (moment - seconds).isoformat(sep=value[10], timespec="auto" if "." in value else "seconds")
    return said.replace("+00:00", "Z") if value.endswith("Z") else said
