"""Engines only: the single home of duckdb, pyspark and deltalake."""

from quanyu.warehouse.delta.check import State
from quanyu.warehouse.open import Change, Warehouse, open_warehouse
from quanyu.warehouse.part import Part
from quanyu.warehouse.staged import Rows

__all__ = ["Change", "Part", "Rows", "State", "Warehouse", "open_warehouse"]
