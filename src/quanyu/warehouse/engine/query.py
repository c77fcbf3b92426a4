"""Which SQL may be run by hand: one statement that only reads."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from quanyu.errors import QueryError, UnknownTableError
from quanyu.tables import contract

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

MISSING = re.compile(
    r"table with name (\w+) does not exist|table or view `(\w+)` cannot be found", re.IGNORECASE
)
"""How engines say that they know no table of a name; what they suggest instead are names of their own."""


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


def unknown_table(said: str) -> QueryError | None:
    """Return the error that names the nearest of our tables, where an engine says that there is no table of a name.

    >>> print(unknown_table("Catalog Error: Table with name ordrs does not exist!"))
    There is no table 'ordrs'.
    Did you mean 'orders'? All of them: quanyu tables
    """
    missing = MISSING.search(said)
    try:
        contract((missing.group(1) or missing.group(2)).lower() if missing else "orders")
    except UnknownTableError as unknown:
        return QueryError("{error}", error=unknown)
    return None
