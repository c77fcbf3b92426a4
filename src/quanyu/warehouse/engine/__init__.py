"""The engines: DuckDB in this process, and Spark."""

from typing import TYPE_CHECKING, Any

from quanyu.warehouse.engine import literal
from quanyu.warehouse.engine.compiled import compiled
from quanyu.warehouse.engine.duckdb import DuckDB
from quanyu.warehouse.engine.engine import Engine
from quanyu.warehouse.engine.query import checked

if TYPE_CHECKING:
    from quanyu.warehouse.engine.spark import Spark

__all__ = ["DuckDB", "Engine", "Spark", "checked", "compiled", "literal"]


def __getattr__(name: str) -> Any:
    if name != "Spark":
        raise AttributeError(name)
    from quanyu.warehouse.engine.spark import Spark  # an optional extra

    return Spark
