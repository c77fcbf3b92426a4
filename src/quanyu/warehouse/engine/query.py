"""Which SQL may be run by hand: one statement that only reads."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from quanyu.errors import QueryError

READS = (exp.Select, exp.SetOperation, exp.Describe)
FORBIDDEN = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Create,
    exp.Drop,
    exp.Command,
    exp.Copy,
    exp.Attach,
    exp.Set,
)


def too_long(seconds: float) -> QueryError:
    """Return the error of a query that was stopped."""
    return QueryError(
        "The query ran longer than {seconds:g} seconds and was stopped.",
        "Ask for less, end a recursion, or allow more time: query_seconds in [storage] of quanyu.toml.",
        seconds=seconds,
    )


def checked(sql: str) -> tuple[str, set[str]]:
    """Return the statement and the tables it names if it is one read-only SELECT; raise `QueryError` otherwise.

    >>> checked("SELECT count(*) FROM orders;")
    ('SELECT count(*) FROM orders', {'orders'})
    """
    try:
        statements = [statement for statement in sqlglot.parse(sql, read="duckdb") if statement]
    except SqlglotError as error:
        raise QueryError(
            "This is not SQL: {error}",
            "Example: SELECT count(*) FROM orders",
            error=str(error).partition("\n")[0],
        ) from None
    if len(statements) != 1:
        raise QueryError(
            "{n} statements were given; one is allowed.", "Run them one at a time.", n=len(statements)
        )
    statement = statements[0]
    if not isinstance(statement, READS) or statement.find(*FORBIDDEN):
        raise QueryError(
            "Only SELECT is allowed: the warehouse is written by load and run.", "Start with SELECT or WITH."
        )
    return sql.strip().rstrip(";").rstrip(), {table.name.lower() for table in statement.find_all(exp.Table)}
