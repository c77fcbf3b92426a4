"""Tables of DuckDB as expressions."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql.datatypes import DuckDBType


def described(connection: Any, name: str, *place: str) -> ir.Table:
    """Return a table or view as an expression with the types that the engine says it has.

    `place` is its catalog and schema. Ibis would parse the name of a type anew for each column of each table.

    >>> connection = ibis.duckdb.connect()
    >>> _ = connection.raw_sql("CREATE VIEW prices AS SELECT 1.50::DECIMAL(18,2) AS paid_amount")
    >>> described(connection, "prices").schema()
    ibis.Schema {
      paid_amount  decimal(18, 2)
    }
    """
    where = ".".join(f'"{part}"' for part in (*place, name))
    rows = connection.con.execute(f"DESCRIBE {where}").fetchall()
    schema = ibis.schema(
        {column: _kind(kind, can_be_null == "YES") for column, kind, can_be_null, *_ in rows}
    )
    namespace = ops.Namespace(*place) if place else ops.Namespace()
    return ops.DatabaseTable(name, schema=schema, source=connection, namespace=namespace).to_expr()


@lru_cache(1_000)
def _kind(name: str, can_be_null: bool) -> dt.DataType:
    return DuckDBType.from_string(name, nullable=can_be_null)
