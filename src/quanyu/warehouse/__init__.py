"""Engines only: the single home of duckdb, pyspark and deltalake."""

from quanyu.warehouse.open import Change, Rows, Warehouse, open_warehouse

__all__ = ["Change", "Rows", "Warehouse", "open_warehouse"]
