"""The engines: DuckDB in this process, and Spark."""

from quanyu.warehouse.engine import literal
from quanyu.warehouse.engine.duckdb import DuckDB
from quanyu.warehouse.engine.engine import Engine
from quanyu.warehouse.engine.query import checked
from quanyu.warehouse.engine.spark import Spark

__all__ = ["DuckDB", "Engine", "Spark", "checked", "literal"]
